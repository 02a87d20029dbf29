/**
 * An MCP server as a program of ours: an argument list and never a shell, an environment of declared values only, a
 * process group that ends with the call. The official client's own transport inherits variables of the worker and ends
 * the program alone, so the program is started here; framing and protocol are the official client's.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import { MCP_MESSAGE_MAX_BYTES } from "../../../vocabulary/mcp-limits.js";

type Sdk = Pick<typeof import("@modelcontextprotocol/client"), "ReadBuffer" | "serializeMessage">;

/** Where programs are looked for. */
const SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Milliseconds for a server to end by itself once its input is closed, and again after it was asked to. */
const GRACE_MS = 1_000;
const SAID_MAX_CHARS = 2_000;

export interface StdioTransport extends Transport {
  /** Why it could not be started, as the system names it. */
  fault(): string | undefined;
  /** What it wrote to its standard error last. */
  said(): string;
}

export function stdioTransport(argv: readonly string[], env: Record<string, string>, sdk: Sdk): StdioTransport {
  const buffer = new sdk.ReadBuffer({ maxBufferSize: MCP_MESSAGE_MAX_BYTES });
  let child: ChildProcess | undefined;
  let fault: string | undefined;
  let said = "";
  let ended: Promise<void> = Promise.resolve();
  /** Once: a number that was given back may be another's by the second time. */
  let closing: Promise<void> | undefined;

  const transport: StdioTransport = {
    fault: () => fault,
    said: () => said,
    start() {
      const [program = "", ...args] = argv;
      return new Promise<void>((resolve, reject) => {
        const own = spawn(program, args, {
          cwd: "/",
          env: { PATH: SEARCH_PATH, ...env },
          shell: false,
          stdio: ["pipe", "pipe", "pipe"],
          // Its own group, so that what it starts ends with it.
          detached: true,
        });
        child = own;
        ended = new Promise((gone) => own.once("close", () => gone()));
        own.once("spawn", () => resolve());
        own.once("error", (error: NodeJS.ErrnoException) => {
          fault = error.code ?? "unknown";
          reject(error);
        });
        own.once("close", () => transport.onclose?.());
        own.stdin?.on("error", (error) => transport.onerror?.(error));
        own.stderr?.on("data", (chunk: Buffer) => {
          said = (said + chunk.toString("utf8")).slice(-SAID_MAX_CHARS);
        });
        own.stdout?.on("data", (chunk: Buffer) => take(chunk));
      });
    },
    send(message) {
      const input = child?.stdin;
      if (input === undefined || input === null || !input.writable)
        return Promise.reject(new Error("the server has ended"));
      return new Promise((resolve, reject) => {
        input.write(sdk.serializeMessage(message), (error) => (error ? reject(error) : resolve()));
      });
    },
    close() {
      closing ??= end();
      return closing;
    },
  };

  async function end(): Promise<void> {
    if (child?.pid === undefined) return;
    child.stdin?.end();
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      if (await endsWithin(ended)) break;
      signalGroup(child.pid, signal);
    }
    // What it started and left behind: the group outlives its leader.
    signalGroup(child.pid, "SIGKILL");
    for (const stream of child.stdio) stream?.destroy();
    buffer.clear();
  }

  function take(chunk: Buffer): void {
    try {
      buffer.append(chunk);
      for (let message = next(); message !== null; message = next()) transport.onmessage?.(message);
    } catch (error) {
      // More than one message may hold: nothing that follows can be read.
      transport.onerror?.(error as Error);
      void transport.close();
    }
  }

  /** A line that is no message is passed over: programs print what they like. */
  function next(): JSONRPCMessage | null {
    for (;;) {
      try {
        return buffer.readMessage();
      } catch (error) {
        transport.onerror?.(error as Error);
      }
    }
  }

  return transport;
}

function endsWithin(ended: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), GRACE_MS);
    void ended.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing of it is left.
  }
}
