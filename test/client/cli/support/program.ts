/** The built program as a process, for the end-to-end tests: started, heard, and ended by its pid. */
import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";

export const MAIN = fileURLToPath(new URL("../../../../dist/client/cli/main.js", import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when what it printed matches; fails with all of it when it ends or is silent for too long. */
  until(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  write(text: string): void;
  signal(signal: NodeJS.Signals): void;
  ended: Promise<Ended>;
}

interface Options {
  env?: Record<string, string | undefined>;
  cwd?: string;
  input?: string;
  /** Program and arguments that run the program, such as a pseudo-terminal. */
  under?: (argv: string[]) => string[];
}

/** A folder of its own that ends with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "autoops-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with a home for the program in it; the caller removes it. */
export function folderWithHome(): { folder: string; home: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "autoops-test-"));
  const home = join(folder, "home");
  mkdirSync(home, { mode: 0o700 });
  return { folder, home, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const running = new Set<ChildProcess>();
/** For `afterAll`: what a failed test left. */
export function endAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

export function start(words: readonly string[], options: Options = {}): Running {
  expect(existsSync(MAIN), "the program must be built: npm run build").toBe(true);
  const argv = options.under?.([process.execPath, MAIN, ...words]) ?? [process.execPath, MAIN, ...words];
  const [program = "", ...rest] = argv;
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env };
  const child = spawn(program, rest, { env, cwd: options.cwd, stdio: ["pipe", "pipe", "pipe"] });
  running.add(child);
  let stdout = "";
  let stderr = "";
  const heard = new EventEmitter();
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
    heard.emit("more");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
    heard.emit("more");
  });
  child.stdin.on("error", () => undefined);
  if (options.input !== undefined) child.stdin.end(options.input);
  let over = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      over = true;
      running.delete(child);
      heard.emit("more");
      resolve({ code, stdout, stderr });
    });
  });
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    write: (text) => void child.stdin.write(text),
    signal: (signal) => void child.kill(signal),
    ended,
    until: (pattern, timeoutMs = 30_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => settle(`it did not print ${pattern} within ${timeoutMs} ms`), timeoutMs);
        const settle = (trouble?: string): void => {
          const match = pattern.exec(`${stdout}\n${stderr}`);
          if (match === null && trouble === undefined) return;
          clearTimeout(timer);
          heard.off("more", look);
          if (match !== null) resolve(match);
          else reject(new Error(`${words.join(" ")}: ${trouble}\n--- it printed:\n${stdout}\n${stderr}`));
        };
        const look = () => settle(over ? `it ended without ${pattern}` : undefined);
        heard.on("more", look);
        look();
      }),
  };
}

/** Runs it to its end. */
export function autoops(words: readonly string[], options: Options = {}): Promise<Ended> {
  return start(words, { input: "", ...options }).ended;
}

/** Whether a process of that id is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
