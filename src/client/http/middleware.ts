/** What stands before every route: who may ask at all, how often, and what browsers may do with the answer. */
import type { RequestHandler } from "express";
import { rateLimit } from "express-rate-limit";
import helmet from "helmet";
import { HTTP_READS_PER_MINUTE, HTTP_REQUESTS_PER_MINUTE } from "../../vocabulary/facade-limits.js";
import { type Exposure, schemeOf } from "./access/exposure.js";
import { Refusal } from "./problem-document.js";
import { type CodecService, isCodecCall } from "./routes/codec.js";

const LOCAL_NAMES = new Set(["127.0.0.1", "localhost", "[::1]"]);
const YEAR_SECONDS = 31_536_000;

type Reached = Pick<Exposure, "tls" | "tlsProxy" | "publicUrl">;

/**
 * A name that an attacker made point here (DNS rebinding) is not ours; nor is a page of another origin. Ours are this
 * machine's names, the address that was connected to (no name can stand behind a number), and the declared public one.
 */
export function checkOrigin(exposure: Reached, codec?: CodecService): RequestHandler {
  const scheme = schemeOf(exposure);
  const declared = exposure.publicUrl === undefined ? undefined : new URL(exposure.publicUrl);
  return (request, _response, next) => {
    const host = request.headers.host ?? "";
    const { localAddress = "", localPort } = request.socket;
    const isDeclared = declared !== undefined && host.toLowerCase() === declared.host;
    if (!isDeclared && !isOwn(host, scheme, localAddress, localPort)) {
      throw refuse("host", `the request must name this façade as its host, got ${JSON.stringify(host.slice(0, 80))}`);
    }
    const { origin } = request.headers;
    // The Web UI's own pages may ask the codec server, and nothing else.
    if (origin !== undefined && isCodecCall(codec, request.path, origin)) return next();
    if (origin !== undefined && origin !== (isDeclared ? declared.origin : `${scheme}://${host}`)) {
      throw refuse("origin", `a page of ${JSON.stringify(origin.slice(0, 80))} may not ask here`);
    }
    const site = request.headers["sec-fetch-site"];
    if (request.path.startsWith("/api/") && site !== undefined && site !== "same-origin" && site !== "none") {
      throw refuse("sec-fetch-site", "another site may not ask here");
    }
    next();
  };
}

function isOwn(host: string, scheme: "http" | "https", address: string, localPort: number | undefined): boolean {
  const usual = scheme === "https" ? "443" : "80";
  const [, name = "", port = usual] = /^(\[[0-9a-f:]+\]|[^:]+)(?::(\d{1,5}))?$/i.exec(host) ?? [];
  const plain = address.replace(/^::ffff:/i, "");
  const own = plain.includes(":") ? `[${plain}]` : plain;
  return (LOCAL_NAMES.has(name.toLowerCase()) || name.toLowerCase() === own) && Number(port) === localPort;
}

function refuse(at: string, message: string): Refusal {
  const hint = "open the façade at its own address; another one must be facade_url in config.yaml";
  return new Refusal([{ code: "origin-not-allowed", at, message, hint }]);
}

const PROBES = new Set(["/livez", "/healthz", "/readyz"]);

/** Behind a declared proxy: what did not come by TLS is refused, probes apart. */
export const requireTls: RequestHandler = (request, _response, next) => {
  if (PROBES.has(request.path) || request.secure) return next();
  const message = "the request must come by TLS, through the proxy that was declared";
  const hint = "the proxy must set X-Forwarded-Proto: https";
  throw new Refusal([{ code: "origin-not-allowed", at: "x-forwarded-proto", message, hint }]);
};

export function securityHeaders(exposure: Reached): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        requireTrustedTypesFor: ["'script'"],
      },
    },
    // Plain HTTP on loopback: to promise HTTPS would lock people out. Other hosts below ours are not ours to promise for.
    strictTransportSecurity:
      schemeOf(exposure) === "https" ? { maxAge: YEAR_SECONDS, includeSubDomains: false } : false,
    referrerPolicy: { policy: "no-referrer" },
    crossOriginEmbedderPolicy: true,
  });
}

/**
 * At most so many a minute from one address; `what` is counted. Without a limit, reads have more room than the rest:
 * they are shared and cheap.
 */
export function requestRate(limit?: number, what = "requests"): RequestHandler {
  if (limit !== undefined) return limiter(limit, what);
  const reads = limiter(HTTP_READS_PER_MINUTE, what);
  const others = limiter(HTTP_REQUESTS_PER_MINUTE, what);
  return (request, response, next) => {
    const isRead = request.method === "GET" || request.method === "HEAD";
    void (isRead ? reads : others)(request, response, next);
  };
}

function limiter(limit: number, what: string): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    // A header that nobody was declared to set is not believed; that it was sent is no fault of ours.
    validate: { xForwardedForHeader: false },
    handler: () => {
      const message = `more than ${limit} ${what} a minute`;
      throw new Refusal([{ code: "too-many-requests", at: "requests", message, hint: "wait, then go on more slowly" }]);
    },
  });
}
