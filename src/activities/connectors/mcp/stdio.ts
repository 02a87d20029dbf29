/**
 * An MCP server as a program of ours: an argument list and never a shell, an environment of declared values only, a
 * process group that ends with the call. The official client's own transport inherits variables of the worker and ends
 * the program alone, so the program is started here; framing and protocol are the official client's.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import { MCP_MESSAGE_MAX_BYTES } from "../../../vocabulary/mcp-limits.js";
import { hiddenFrom } from "../../tools/kit/targets/inherited.js";

type Sdk = Pick<typeof import("@modelcontextprotocol/client"), "ReadBuffer" | "serializeMessage">;

/** Where programs are looked for. */
const SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Milliseconds for a server to end by itself once its input is closed, and again after it was asked to. */
const GRACE_MS = 1_000;
const SAID_MAX_CHARS = 2_000;

export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #argv: readonly string[];
  readonly #env: Record<string, string>;
  readonly #sdk: Sdk;
  readonly #buffer: InstanceType<Sdk["ReadBuffer"]>;
  #child: ChildProcess | undefined;
  #fault: string | undefined;
  #said = "";
  #ended: Promise<void> = Promise.resolve();
  /** Once: a number that was given back may be another's by the second time. */
  #closing: Promise<void> | undefined;

  constructor(argv: readonly string[], env: Record<string, string>, sdk: Sdk) {
    this.#argv = argv;
    this.#env = env;
    this.#sdk = sdk;
    this.#buffer = new sdk.ReadBuffer({ maxBufferSize: MCP_MESSAGE_MAX_BYTES });
  }

  /** Why it could not be started, as the system names it. */
  fault(): string | undefined {
    return this.#fault;
  }

  /** What it wrote to its standard error last. */
  said(): string {
    return this.#said;
  }

  start(): Promise<void> {
    const [program = "", ...args] = this.#argv;
    const own = spawn(program, args, {
      cwd: "/",
      env: { PATH: SEARCH_PATH, ...this.#env },
      shell: false,
      stdio: ["pipe", "pipe", "pipe", ...hiddenFrom(3)],
      // Its own group, so that what it starts ends with it.
      detached: true,
    });
    this.#child = own;
    this.#ended = new Promise((gone) => own.once("close", () => gone()));
    own.once("close", () => this.onclose?.());
    own.stdin?.on("error", (error) => this.onerror?.(error));
    own.stderr?.on("data", (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString("utf8")).slice(-SAID_MAX_CHARS);
    });
    own.stdout?.on("data", (chunk: Buffer) => this.#take(chunk));
    return new Promise((resolve, reject) => {
      own.once("spawn", () => resolve());
      own.once("error", (error: NodeJS.ErrnoException) => {
        this.#fault = error.code ?? "unknown";
        reject(error);
      });
    });
  }

  send(message: JSONRPCMessage): Promise<void> {
    const input = this.#child?.stdin;
    if (!input?.writable) return Promise.reject(new Error("the server has ended"));
    return new Promise((resolve, reject) => {
      input.write(this.#sdk.serializeMessage(message), (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    child.stdin?.end();
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      if (await endsWithin(this.#ended)) break;
      signalGroup(child.pid, signal);
    }
    // What it started and left behind: the group outlives its leader.
    signalGroup(child.pid, "SIGKILL");
    for (const stream of child.stdio) stream?.destroy();
    this.#buffer.clear();
  }

  #take(chunk: Buffer): void {
    try {
      this.#buffer.append(chunk);
      for (let message = this.#next(); message !== null; message = this.#next()) this.onmessage?.(message);
    } catch (error) {
      // More than one message may hold: nothing that follows can be read.
      this.onerror?.(error as Error);
      void this.close();
    }
  }

  /** A line that is no message is passed over: programs print what they like. */
  #next(): JSONRPCMessage | null {
    for (;;) {
      try {
        return this.#buffer.readMessage();
      } catch (error) {
        this.onerror?.(error as Error);
      }
    }
  }
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
