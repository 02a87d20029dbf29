/** Starts the façade where it may be started, and ends it with its open streams. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { HTTP_HEADERS_SECONDS, HTTP_REQUEST_SECONDS } from "../../vocabulary/limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Refused } from "../../vocabulary/result.js";
import { dangersOf, type Exposure } from "./access/exposure.js";
import { createFacade } from "./facade.js";
import type { FacadeOptions } from "./options.js";
import { shared } from "./shared-runs.js";

export interface RunningFacade {
  /** Without a slash at its end. */
  url: string;
  /** Whether callers must sign in; otherwise each is the operator. */
  signsIn: boolean;
  /** Ends it, and the event streams that are open. */
  stop(): Promise<void>;
}

export type FacadeStarted = { ok: true; facade: RunningFacade } | Refused;

type Wish = FacadeOptions & Pick<Exposure, "host"> & { port: number };

/** `port` 0 takes a free one. What would let others in unknown, or in the clear, is refused and listens nowhere. */
export async function startFacade(options: Wish): Promise<FacadeStarted> {
  const { host, port, operator, log, exposure = {} } = options;
  const dangers = await refusalsToStart(options);
  if (dangers.length > 0) return { ok: false, problems: dangers };
  const isRequired = await signsIn(options);
  let server: Server;
  try {
    // Without sign-in no other name than this machine's own is answered, whatever is declared.
    server = serverFor(isRequired ? options : { ...options, exposure: { ...exposure, publicUrl: undefined } });
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    return { ok: false, problems: [problemOf(error, host, port)] };
  }
  const { address, port: taken } = server.address() as AddressInfo;
  const scheme = exposure.tls === undefined ? "http" : "https";
  const url = `${scheme}://${address.includes(":") ? `[${address}]` : address}:${taken}`;
  const said = isRequired ? "callers must sign in" : `there is no sign-in: whoever reaches it acts as ${operator}`;
  log.info(`the façade listens on ${url}; ${said}`, { operation: "serve" });
  return { ok: true, facade: { url, signsIn: isRequired, stop: () => stop(server) } };
}

/** Why it must not start as it is set up; empty where it may. */
export async function refusalsToStart(options: Pick<Wish, "access" | "exposure" | "host">): Promise<Problem[]> {
  const { access, exposure = {}, host } = options;
  const hasRoles = Object.keys((await access?.roles()) ?? {}).length > 0;
  return dangersOf({ ...exposure, host }, { isRequired: await signsIn(options), hasRoles });
}

async function signsIn({ access }: Pick<Wish, "access">): Promise<boolean> {
  return access !== undefined && (access.tokens !== undefined || (await access.apiKeys.isConfigured()));
}

function serverFor(options: Wish): Server {
  const app = createFacade(shared(options));
  const { tls } = options.exposure ?? {};
  // Slow senders hold a connection no longer than this; answers that stream are not bound.
  const limits = { headersTimeout: HTTP_HEADERS_SECONDS * 1_000, requestTimeout: HTTP_REQUEST_SECONDS * 1_000 };
  if (tls === undefined) return createServer(limits, app);
  return createTlsServer({ ...limits, ...tls, minVersion: "TLSv1.2" }, app);
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

function problemOf(error: unknown, host: string, port: number): Problem {
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    const text = `port ${port} (façade) must be free, but another program listens on it`;
    return { code: "port-in-use", at: `port ${port}`, message: text, hint: "end it, or choose another with --port" };
  }
  if (/^ERR_(OSSL|SSL|TLS|CRYPTO)/.test(code)) {
    const text = `facade.tls cannot be used: the certificate and key must be PEM and belong together (${code})`;
    return { code: "config-invalid", at: "facade.tls", message: text };
  }
  return { code: "usage", at: `${host}:${port}`, message: `the façade cannot listen on ${host}:${port}: ${message}` };
}
