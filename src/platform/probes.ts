/** What a cluster asks a program that serves nobody else: is it alive, and is it ready. No answer tells more than that. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { Problem } from "../vocabulary/problems.js";
import { type ListenAddress, listenAddressText } from "./listen-address.js";

export interface Probes {
  close(): Promise<void>;
}

/** A prober sends one short request: whoever is slower, or sends more, is cut off. */
const REQUEST_SECONDS = 5;

/** Listens and answers `/livez` with 200, and `/readyz` with 200 or 503 as `isReady` says at that moment. */
export async function startProbes(
  address: ListenAddress,
  isReady: () => boolean,
): Promise<{ ok: true; probes: Probes } | { ok: false; problem: Problem }> {
  const limits = { headersTimeout: REQUEST_SECONDS * 1_000, requestTimeout: REQUEST_SECONDS * 1_000 };
  const server = createServer(limits, (request, response) => {
    request.resume();
    if (request.method !== "GET" && request.method !== "HEAD") return answer(response, 405, "only GET is answered");
    if (request.url === "/livez") return answer(response, 200, "alive");
    if (request.url !== "/readyz") return answer(response, 404, "only /livez and /readyz are answered");
    return isReady() ? answer(response, 200, "ready") : answer(response, 503, "not ready");
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(address.port, address.host, resolve);
    });
  } catch (error) {
    return { ok: false, problem: cannotListen(address, "health", error as Error) };
  }
  return { ok: true, probes: { close: () => stop(server) } };
}

/** The problem with an address of the worker's own that cannot be listened on, from Node or from the SDK. */
export function cannotListen(address: ListenAddress, purpose: string, { message }: Error): Problem {
  const at = listenAddressText(address);
  const hint = `end what listens there, or choose another address in AUTOOPS_WORKER_${purpose.toUpperCase()}_ADDRESS`;
  const isTaken = /EADDRINUSE|already in use/i.test(message);
  const text = isTaken
    ? `${at} (worker's ${purpose}) must be free, but another program listens on it`
    : `${at} (worker's ${purpose}) must be an address of this machine that can be listened on: ${message}`;
  return { code: isTaken ? "port-in-use" : "environment-variable-invalid", at, message: text, hint };
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" }).end(`${text}\n`);
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
