/** TCP ports of this machine: free or taken, and by what. */
import { connect, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Problem } from "../../vocabulary/problems.js";
import { temporalAt } from "./service.js";

export const LOOPBACK = "127.0.0.1";

/** A port that was free a moment ago. Another program may take it before it is used: be ready to try again. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}

/** Whether something accepts connections there within the time. */
export function answers(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(timeoutMs, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/** Waits until the port accepts connections; false when the time is up or `given` aborts first. */
export async function waitForPort(port: number, timeoutMs: number, given: AbortSignal): Promise<boolean> {
  const deadlineMs = Date.now() + timeoutMs;
  while (!given.aborted && Date.now() < deadlineMs) {
    if (await answers(LOOPBACK, port, 500)) return true;
    await pause(15);
  }
  return false;
}

/** The problem with a port that is to be opened for `purpose`, or undefined when it is free. */
export async function portProblem(port: number, purpose: string): Promise<Problem | undefined> {
  if (await isFree(port)) return undefined;
  const address = `${LOOPBACK}:${port}`;
  const version = await temporalAt(address, 2_000);
  if (version === undefined) {
    const message = `port ${port} (${purpose}) must be free, but another program listens on it`;
    return { code: "port-in-use", at: String(port), message, hint: "end that program, or choose another port" };
  }
  const message = `port ${port} (${purpose}) must be free, but a Temporal server (${version}) answers on it already`;
  const hint = `use that server: set TEMPORAL_ADDRESS=${address}; or stop it, or choose another port`;
  return { code: "port-in-use", at: String(port), message, hint };
}
