/** What stands before every route: who may ask at all, how often, and what browsers may do with the answer. */
import type { RequestHandler } from "express";
import { rateLimit } from "express-rate-limit";
import helmet from "helmet";
import { HTTP_REQUESTS_PER_MINUTE } from "../../vocabulary/limits.js";
import { Refusal } from "./problem-document.js";

const LOCAL_NAMES = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** A name that an attacker made point here (DNS rebinding) is not ours; nor is a page of another origin. */
export const checkOrigin: RequestHandler = (request, _response, next) => {
  const host = request.headers.host ?? "";
  const [, name = "", port = "80"] = /^(\[[0-9a-f:]+\]|[^:]+)(?::(\d{1,5}))?$/i.exec(host) ?? [];
  if (!LOCAL_NAMES.has(name.toLowerCase()) || Number(port) !== request.socket.localPort) {
    throw refuse("host", `the request must name this façade as its host, got ${JSON.stringify(host.slice(0, 80))}`);
  }
  const { origin } = request.headers;
  if (origin !== undefined && origin !== `http://${host}`) {
    throw refuse("origin", `a page of ${JSON.stringify(origin.slice(0, 80))} may not ask here`);
  }
  const site = request.headers["sec-fetch-site"];
  if (request.path.startsWith("/api/") && site !== undefined && site !== "same-origin" && site !== "none") {
    throw refuse("sec-fetch-site", "another site may not ask here");
  }
  next();
};

function refuse(at: string, message: string): Refusal {
  return new Refusal([{ code: "origin-not-allowed", at, message, hint: "open the façade at its own address" }]);
}

export function securityHeaders(): RequestHandler {
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
    // Plain HTTP on loopback: to promise HTTPS would lock people out.
    strictTransportSecurity: false,
    referrerPolicy: { policy: "no-referrer" },
    crossOriginEmbedderPolicy: true,
  });
}

export function requestRate(limit = HTTP_REQUESTS_PER_MINUTE): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    handler: () => {
      const message = `more than ${limit} requests a minute`;
      throw new Refusal([{ code: "too-many-requests", at: "requests", message, hint: "wait, then go on more slowly" }]);
    },
  });
}
