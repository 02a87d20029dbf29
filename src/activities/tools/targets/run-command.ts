/** Runs a program: an argument list and never a shell, an environment of declared values only, ended with its group. */
import { spawn } from "node:child_process";

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
}

/**
 * Runs `argv` to its end, or until `signal` aborts. Never throws. Where `onStdout` is given it takes the output as it
 * comes, and none of it is in the result.
 */
export function runCommand(
  argv: readonly string[],
  env: Record<string, string>,
  signal: AbortSignal,
  onStdout?: (chunk: Buffer) => void,
): Promise<CommandResult> {
  const [program = "", ...args] = argv;
  return new Promise((resolve) => {
    const child = start(program, args, env);
    if ("fault" in child) {
      resolve({ started: false, fault: child.fault, exit: null, endedBy: null, stdout: "", stderr: "" });
      return;
    }
    const stdout = new Tail();
    const stderr = new Tail();
    child.stdout.on("data", onStdout ?? ((chunk: Buffer) => stdout.push(chunk)));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    let grace: NodeJS.Timeout | undefined;
    const end = () => {
      signalGroup(child.pid, "SIGTERM");
      grace ??= setTimeout(() => signalGroup(child.pid, "SIGKILL"), GRACE_MS);
    };
    const finish = (result: Omit<CommandResult, "stdout" | "stderr">) => {
      signal.removeEventListener("abort", end);
      clearTimeout(grace);
      resolve({ ...result, stdout: stdout.text(), stderr: stderr.text() });
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

function start(program: string, args: string[], env: Record<string, string>) {
  try {
    return spawn(program, args, {
      cwd: "/",
      env: { PATH: SEARCH_PATH, ...env },
      shell: false,
      stdio: ["ignore", "pipe", "pipe"],
      // Its own group, so that what it starts ends with it.
      detached: true,
    });
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
  #chunks: Buffer[] = [];
  #bytes = 0;

  push(chunk: Buffer): void {
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
