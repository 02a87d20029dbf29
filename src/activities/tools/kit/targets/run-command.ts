/** Runs a program: an argument list and never a shell, an environment of declared values only, ended with its group. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { hiddenFrom } from "./inherited.js";

/** Where programs are looked for. */
const SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Bytes kept of each output, the last ones. */
const KEPT_MAX_BYTES = 65_536;
/** Milliseconds between asking a program to end and ending it. */
const GRACE_MS = 2_000;

export interface CommandResult {
  /** Absent where it could not be started, with the reason in `fault`. */
  started: boolean;
  fault?: string;
  exit: number | null;
  /** The signal that ended it, if one did. */
  endedBy: string | null;
  stdout: string;
  stderr: string;
  /** It wrote more than it may, and was ended for that. */
  overflowed?: true;
}

export interface CommandOptions {
  /** Given on standard input, which is empty otherwise. */
  input?: string;
  /** Bytes of one output, past which the program is ended; without it only the last ones are kept. */
  maxOutputBytes?: number;
  /** Takes standard output as it comes, and none of it is in the result. */
  onStdout?: (chunk: Buffer) => void;
  /** Open files that it inherits; `inheritedPath` names them. */
  descriptors?: readonly number[];
  /** In place of `descriptors`: what the program reads from descriptors of its own, the first of them `FIRST_CONTENTS`. */
  contents?: readonly Uint8Array[];
  /** Looks after the program's process; what it returns ends that. */
  whileRunning?: (pid: number) => () => void;
}

/** Of standard input, output and error, behind which the inherited ones come. */
const STANDARD_DESCRIPTORS = 3;
export const FIRST_CONTENTS = STANDARD_DESCRIPTORS;

/** How the program opens the inherited file of this index; undefined where the system has no such path. */
export function inheritedPath(index: number): string | undefined {
  return process.platform === "linux" ? `/proc/self/fd/${STANDARD_DESCRIPTORS + index}` : undefined;
}

/** Runs `argv` to its end, or until `signal` aborts. Never throws. */
export function runCommand(
  argv: readonly string[],
  env: Record<string, string>,
  signal: AbortSignal,
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { input, onStdout, maxOutputBytes = Number.POSITIVE_INFINITY, descriptors = [], contents = [] } = options;
  const [program = "", ...args] = argv;
  return new Promise((resolve) => {
    const child = start(program, args, env, contents.length > 0 ? contents.map(() => "pipe" as const) : descriptors);
    if ("fault" in child) {
      resolve({ started: false, fault: child.fault, exit: null, endedBy: null, stdout: "", stderr: "" });
      return;
    }
    const stdout = new Tail();
    const stderr = new Tail();
    let overflowed = false;
    const take = (tail: Tail) => (chunk: Buffer) => {
      tail.push(chunk);
      if (tail.total <= maxOutputBytes || overflowed) return;
      overflowed = true;
      signalGroup(child.pid, "SIGKILL");
    };
    child.stdout.on("data", onStdout ?? take(stdout));
    child.stderr.on("data", take(stderr));
    // A program that does not read all of its input closes it.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
    for (const [index, content] of contents.entries()) {
      const given = child.stdio[STANDARD_DESCRIPTORS + index] as unknown as Writable;
      given.on("error", () => undefined);
      given.end(content);
    }
    const looksAfter = child.pid === undefined ? undefined : options.whileRunning?.(child.pid);
    let grace: NodeJS.Timeout | undefined;
    const end = () => {
      signalGroup(child.pid, "SIGTERM");
      grace ??= setTimeout(() => signalGroup(child.pid, "SIGKILL"), GRACE_MS);
    };
    const finish = (result: Omit<CommandResult, "stdout" | "stderr">) => {
      signal.removeEventListener("abort", end);
      clearTimeout(grace);
      looksAfter?.();
      resolve({ ...result, stdout: stdout.text(), stderr: stderr.text(), ...(overflowed ? { overflowed: true } : {}) });
    };
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined)
        finish({ started: false, fault: error.code ?? "unknown", exit: null, endedBy: null });
    });
    child.once("close", (exit, endedBy) => {
      if (child.pid !== undefined) finish({ started: true, exit, endedBy });
    });
    child.once("exit", () => {
      // A daemon that it left behind may hold the pipes open: they are not waited for longer than this.
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, GRACE_MS).unref();
    });
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

function start(
  program: string,
  args: string[],
  env: Record<string, string>,
  further: readonly (number | "pipe")[],
): ChildProcessWithoutNullStreams | { fault: string } {
  try {
    const child = spawn(program, args, {
      cwd: "/",
      env: { PATH: SEARCH_PATH, ...env },
      shell: false,
      stdio: ["pipe", "pipe", "pipe", ...further, ...hiddenFrom(STANDARD_DESCRIPTORS + further.length)],
      // Its own group, so that what it starts ends with it.
      detached: true,
    });
    // The first three are pipes, whatever comes behind them.
    return child as ChildProcessWithoutNullStreams;
  } catch (error) {
    return { fault: (error as NodeJS.ErrnoException).code ?? "unknown" };
  }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}

/** The last bytes of a stream. */
class Tail {
  /** Of all that came, kept or not. */
  total = 0;
  #chunks: Buffer[] = [];
  #bytes = 0;

  push(chunk: Buffer): void {
    this.total += chunk.length;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > KEPT_MAX_BYTES * 2) this.#cut();
  }

  text(): string {
    this.#cut();
    return Buffer.concat(this.#chunks).toString("utf8");
  }

  #cut(): void {
    const all = Buffer.concat(this.#chunks);
    const kept = all.subarray(Math.max(0, all.length - KEPT_MAX_BYTES));
    this.#chunks = [kept];
    this.#bytes = kept.length;
  }
}
