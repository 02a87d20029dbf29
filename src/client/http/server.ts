/** Starts the façade where it may be started, and ends it with its open streams. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { HTTP_HEADERS_SECONDS, HTTP_IDLE_SECONDS, HTTP_REQUEST_SECONDS } from "../../vocabulary/facade-limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Refused } from "../../vocabulary/result.js";
import { dangersOf, dangersOfHooks } from "./access/exposure.js";
import { createFacade, type Door } from "./facade.js";
import type { FacadeOptions } from "./options.js";
import { shared } from "./shared-runs.js";

export interface RunningFacade {
  /** Without a slash at its end. */
  url: string;
  /** Where hooks have an address of their own. */
  hooksUrl?: string;
  /** Whether callers must sign in; otherwise each is the operator. */
  signsIn: boolean;
  /** Ends it, and the event streams that are open. */
  stop(): Promise<void>;
}

export type FacadeStarted = { ok: true; facade: RunningFacade } | Refused;

export interface Place {
  host: string;
  port: number;
}

/** `hooksAt`: where alerts come in, if not where the rest is. */
type Wish = FacadeOptions & Place & { hooksAt?: Place };

/** `port` 0 takes a free one. What would let others in unknown, or in the clear, is refused and listens nowhere. */
export async function startFacade(options: Wish): Promise<FacadeStarted> {
  const { operator, log, exposure = {}, hooksAt } = options;
  const dangers = await refusalsToStart(options);
  if (dangers.length > 0) return { ok: false, problems: dangers };
  const isRequired = await signsIn(options);
  // Without sign-in no other name than this machine's own is answered, whatever is declared.
  const all = shared(isRequired ? options : { ...options, exposure: { ...exposure, publicUrl: undefined } });
  const main = await listen(all, options, hooksAt === undefined ? "all" : "rest");
  if (!main.ok) return main;
  const hooks = hooksAt === undefined ? undefined : await listen(all, hooksAt, "hooks");
  if (hooks?.ok === false) {
    await stop(main.server);
    return hooks;
  }
  const { url } = main;
  const said = isRequired ? "callers must sign in" : `there is no sign-in: whoever reaches it acts as ${operator}`;
  log.info(`the façade listens on ${url}; ${said}`, { operation: "serve" });
  if (hooks !== undefined) log.info(`hooks listen on ${hooks.url}`, { operation: "serve" });
  const servers = [main, ...(hooks === undefined ? [] : [hooks])].map(({ server }) => server);
  return {
    ok: true,
    facade: {
      ...{ url, signsIn: isRequired, stop: async () => void (await Promise.all(servers.map(stop))) },
      hooksUrl: hooks?.url,
    },
  };
}

type Listening = { ok: true; server: Server; url: string } | Refused;

async function listen(options: FacadeOptions, { host, port }: Place, door: Door): Promise<Listening> {
  let server: Server;
  try {
    server = serverFor(options, door);
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    return { ok: false, problems: [problemOf(error, { host, port }, door)] };
  }
  const { address, port: taken } = server.address() as AddressInfo;
  const scheme = options.exposure?.tls === undefined ? "http" : "https";
  return { ok: true, server, url: `${scheme}://${address.includes(":") ? `[${address}]` : address}:${taken}` };
}

/** Why it must not start as it is set up; empty where it may. */
export async function refusalsToStart(
  options: Pick<Wish, "access" | "exposure" | "host" | "hooksAt">,
): Promise<Problem[]> {
  const { access, exposure = {}, host, hooksAt } = options;
  const hasRoles = Object.keys((await access?.roles()) ?? {}).length > 0;
  const dangers = dangersOf({ ...exposure, host }, { isRequired: await signsIn(options), hasRoles });
  return hooksAt === undefined ? dangers : [...dangers, ...dangersOfHooks(hooksAt.host, exposure)];
}

async function signsIn({ access }: Pick<Wish, "access">): Promise<boolean> {
  return access !== undefined && (access.tokens !== undefined || (await access.apiKeys.isConfigured()));
}

function serverFor(options: FacadeOptions, door: Door): Server {
  const app = createFacade(options, door);
  const { tls } = options.exposure ?? {};
  // Slow senders hold a connection no longer than this; answers that stream are not bound.
  const limits = {
    headersTimeout: HTTP_HEADERS_SECONDS * 1_000,
    requestTimeout: HTTP_REQUEST_SECONDS * 1_000,
    keepAliveTimeout: HTTP_IDLE_SECONDS * 1_000,
  };
  if (tls === undefined) return createServer(limits, app);
  return createTlsServer({ ...limits, ...tls, minVersion: "TLSv1.2" }, app);
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

function problemOf(error: unknown, { host, port }: Place, door: Door): Problem {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const [what, how] = door === "hooks" ? ["hooks", "facade.hooks.port"] : ["façade", "--port"];
  if (code === "EADDRINUSE") {
    const text = `port ${port} (${what}) must be free, but another program listens on it`;
    return { code: "port-in-use", at: `port ${port}`, message: text, hint: `end it, or choose another with ${how}` };
  }
  if (/^ERR_(OSSL|SSL|TLS|CRYPTO)/.test(code)) {
    const text = `facade.tls cannot be used: the certificate and key must be PEM and belong together (${code})`;
    return { code: "config-invalid", at: "facade.tls", message: text };
  }
  return { code: "usage", at: `${host}:${port}`, message: `the ${what} cannot listen on ${host}:${port}: ${message}` };
}
