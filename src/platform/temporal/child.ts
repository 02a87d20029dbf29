/** One server process: started, watched, ended, and taken along when we die ourselves. */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { rename, stat } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Child {
  readonly pid: number;
  /** Resolves when the process is gone, however that came about. */
  readonly exited: Promise<Exit>;
  /** Aborted when the process is gone. */
  readonly gone: AbortSignal;
  /** The last of what it printed. */
  tail(): string;
  /** Asks it to end, and after `graceMs` ends it; 0 ends it at once. Resolves when it is gone. */
  stop(graceMs?: number): Promise<void>;
  /** Ends it at once without waiting: for a process that is itself ending. */
  stopSync(): void;
}

const TAIL_MAX_CHARS = 16_000;
const LOG_MAX_BYTES = 5_000_000;
const STOP_GRACE_MS = 5_000;

/**
 * Starts a program without a shell and with an empty environment, apart from our process group, so that Ctrl-C
 * reaches us alone and we end it in our own order. Output goes to `logFile` (0600), or is kept only as a tail.
 */
export async function startChild(path: string, args: readonly string[], logFile?: string): Promise<Child> {
  if (logFile !== undefined) await rotate(logFile);
  const process_ = spawn(path, args, { env: {}, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const tail = collect(process_, logFile);
  const gone = new AbortController();
  const exited = new Promise<Exit>((resolve) => {
    process_.once("exit", (code, signal) => {
      gone.abort();
      resolve({ code, signal });
    });
  });
  const pid = await started(process_);
  const watcher = watchOver(pid);
  void exited.then(() => watcher?.kill("SIGKILL"));
  const isGone = (): boolean => process_.exitCode !== null || process_.signalCode !== null;
  return {
    pid,
    exited,
    gone: gone.signal,
    tail,
    async stop(graceMs = STOP_GRACE_MS) {
      if (isGone()) return;
      if (graceMs > 0) {
        process_.kill("SIGTERM");
        await Promise.race([exited, pause(graceMs, undefined, { ref: false })]);
      }
      if (!isGone()) process_.kill("SIGKILL");
      await exited;
    },
    stopSync() {
      if (!isGone()) process_.kill("SIGKILL");
    },
  };
}

function started(process_: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    process_.once("error", reject);
    process_.once("spawn", () => resolve(process_.pid as number));
  });
}

function collect(process_: ChildProcess, logFile: string | undefined): () => string {
  const log = logFile === undefined ? undefined : createWriteStream(logFile, { flags: "a", mode: 0o600 });
  // A full disk must not end the server: its log is then simply cut short.
  log?.on("error", () => undefined);
  let tail = "";
  for (const stream of [process_.stdout, process_.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      tail = (tail + chunk.toString("utf8")).slice(-TAIL_MAX_CHARS);
      log?.write(chunk);
    });
  }
  process_.once("close", () => log?.end());
  return () => tail;
}

async function rotate(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_MAX_BYTES) await rename(logFile, `${logFile}.1`);
}

/** Waits for the end of its input, then ends the process of the given number. */
const WATCH = `
process.stdin.resume().on("close", () => {
  const end = (signal) => { try { process.kill(Number(process.argv[1]), signal); } catch {} };
  end("SIGTERM");
  setTimeout(end, 5000, "SIGKILL");
});`;

/**
 * A small program that reads a pipe nobody writes to. The system closes the pipe when our process ends in whatever way,
 * also by SIGKILL; it then ends the server. It is killed when the server ends first, so it never meets a reused pid.
 */
function watchOver(pid: number): ChildProcess | undefined {
  if (process.platform === "win32") return undefined;
  const watcher = spawn(process.execPath, ["--max-old-space-size=16", "--eval", WATCH, String(pid)], {
    env: {},
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watcher.on("error", () => undefined);
  watcher.unref();
  (watcher.stdin as unknown as { unref?: () => void }).unref?.();
  return watcher;
}
