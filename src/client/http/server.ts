/** Starts the façade on this machine's loopback address, and ends it with its open streams. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Problem } from "../../vocabulary/problems.js";
import { createFacade, type FacadeOptions } from "./facade.js";

export interface RunningFacade {
  /** Without a slash at its end. */
  url: string;
  /** Ends it, and the event streams that are open. */
  stop(): Promise<void>;
}

export type FacadeStarted = { ok: true; facade: RunningFacade } | { ok: false; problems: Problem[] };

const LOOPBACK = "127.0.0.1";

/** `port` 0 takes a free one. Any host but this machine's own is refused: there is no sign-in yet. */
export async function startFacade(options: FacadeOptions & { host: string; port: number }): Promise<FacadeStarted> {
  const { host, port, operator, log } = options;
  if (host !== LOOPBACK && host !== "localhost") {
    const message = `the façade must listen on ${LOOPBACK}, got ${host.slice(0, 80)}: it has no authentication yet`;
    return { ok: false, problems: [{ code: "usage", at: "host", message, hint: `use --host ${LOOPBACK}` }] };
  }
  const server = createServer(createFacade(options));
  try {
    server.listen(port, LOOPBACK);
    await once(server, "listening");
  } catch (error) {
    return { ok: false, problems: [problemOf(error, port)] };
  }
  const url = `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
  log.info(`the façade listens on ${url}; whoever reaches it acts as ${operator}`, { operation: "serve" });
  return { ok: true, facade: { url, stop: () => stop(server) } };
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

function problemOf(error: unknown, port: number): Problem {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    const text = `port ${port} (façade) must be free, but another program listens on it`;
    return { code: "port-in-use", at: `port ${port}`, message: text, hint: "end it, or choose another with --port" };
  }
  return { code: "usage", at: `port ${port}`, message: `the façade cannot listen on port ${port}: ${message}` };
}
