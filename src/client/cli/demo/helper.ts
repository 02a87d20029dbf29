/** A Node program that the demo starts as its own process: ready when it has printed one JSON value, ended by pid. */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import type { Problem } from "../../../vocabulary/problems.js";
import type { Refused } from "../../../vocabulary/result.js";
import type { Environment } from "../session.js";

export interface Helper {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly ready: Record<string, unknown>;
  /** Aborted when the process is gone. */
  readonly gone: AbortSignal;
  /** The last of what it printed on standard error. */
  tail(): string;
  stop(): Promise<void>;
  stopSync(): void;
}

export type StartedHelper = { ok: true; helper: Helper } | Refused;

interface HelperOptions {
  /** For messages: "the worker". */
  name: string;
  /** Script and arguments. */
  argv: readonly string[];
  environment: Environment;
  signal: AbortSignal;
}

const READY_MS = 60_000;
const GRACE_MS = 5_000;
const TAIL_MAX_CHARS = 4_000;

/**
 * Starts it apart from our process group, so that Ctrl-C reaches us alone; its standard input is a pipe that closes
 * when we end in whatever way, and that is its sign to end.
 */
export async function startHelper({ name, argv, environment, signal }: HelperOptions): Promise<StartedHelper> {
  const child = spawn(process.execPath, argv, {
    env: { ...environment },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const gone = new AbortController();
  let tail = "";
  child.once("exit", () => gone.abort());
  child.once("error", (error) => {
    tail += error.message;
    gone.abort();
  });
  child.stdin.on("error", () => undefined);
  child.stderr.on("data", (chunk: Buffer) => {
    tail = (tail + chunk.toString("utf8")).slice(-TAIL_MAX_CHARS);
  });
  const ready = await readyValue(child, AbortSignal.any([signal, gone.signal, AbortSignal.timeout(READY_MS)]));
  const helper: Helper = {
    pid: child.pid ?? 0,
    ready: ready ?? {},
    gone: gone.signal,
    tail: () => tail,
    stop: () => end(child, gone.signal),
    stopSync: () => {
      if (!gone.signal.aborted) child.kill("SIGKILL");
    },
  };
  if (ready !== undefined && ready.ok !== false) return { ok: true, helper };
  await helper.stop();
  const own = problemsIn(ready);
  if (own.length > 0) return { ok: false, problems: own };
  const said = tail.trim() === "" ? "it printed nothing" : `it printed last:\n${tail.trim()}`;
  return { ok: false, problems: [{ code: "internal", at: name, message: `${name} did not start; ${said}` }] };
}

/** What it said instead of being ready: its own words, with its own way out. */
function problemsIn(said: Record<string, unknown> | undefined): Problem[] {
  const list = Array.isArray(said?.problems) ? (said.problems as Array<Partial<Problem>>) : [];
  return list.flatMap(({ code, at = "", message, hint }) =>
    code === undefined || message === undefined ? [] : [{ code, at, message, ...(hint === undefined ? {} : { hint }) }],
  );
}

function readyValue(child: ChildProcess, signal: AbortSignal): Promise<Record<string, unknown> | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const over = () => resolve(undefined);
    if (signal.aborted) return over();
    signal.addEventListener("abort", over, { once: true });
    child.stdout?.on("data", (chunk: Buffer) => {
      text = (text + chunk.toString("utf8")).slice(0, 100_000);
      try {
        resolve(JSON.parse(text) as Record<string, unknown>);
      } catch {
        // Not all of it is here yet.
      }
    });
  });
}

async function end(child: ChildProcess, gone: AbortSignal): Promise<void> {
  if (gone.aborted) return;
  const left = new Promise<void>((resolve) => gone.addEventListener("abort", () => resolve(), { once: true }));
  child.kill("SIGTERM");
  await Promise.race([left, pause(GRACE_MS, undefined, { ref: false })]);
  if (!gone.aborted) child.kill("SIGKILL");
  await left;
}
