/** Finds a program on PATH and runs one to its end with its output, bounded in time and size. */
import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import type { Environment } from "./cache.js";

const OUTPUT_MAX_CHARS = 64_000;

/** Every executable file of that name on PATH, in its order. Relative entries are passed over: they follow the caller's folder. */
export async function findOnPath(name: string, environment: Environment): Promise<string[]> {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  const found: string[] = [];
  for (const directory of new Set((environment.PATH ?? "").split(delimiter))) {
    if (!isAbsolute(directory)) continue;
    const path = join(directory, file);
    if (await isExecutable(path)) found.push(path);
  }
  return found;
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

interface RunOptions {
  args: readonly string[];
  environment?: Environment;
  cwd?: string;
  timeoutMs: number;
  signal?: AbortSignal;
  onOutput?: (text: string) => void;
}

export interface Ended {
  ok: boolean;
  /** What it printed on both streams, the last part if it was long. */
  output: string;
  /** Why it did not end well, in a few words; empty when it did. */
  reason: string;
}

/** Runs a program without a shell; never rejects. */
export function runProgram(path: string, options: RunOptions): Promise<Ended> {
  return new Promise((resolve) => {
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
    const child = spawn(path, options.args, {
      env: { ...options.environment },
      cwd: options.cwd,
      stdio: ["ignore", "pipe", "pipe"],
      signal,
      killSignal: "SIGKILL",
    });
    let output = "";
    const collect = (chunk: Buffer): void => {
      const text = chunk.toString("utf8");
      output = (output + text).slice(-OUTPUT_MAX_CHARS);
      options.onOutput?.(text);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => {
      const late = timeout.aborted ? `took longer than ${options.timeoutMs / 1_000} s` : error.message;
      resolve({ ok: false, output, reason: late });
    });
    child.on("close", (code, killedBy) => {
      const reason = code === 0 ? "" : code === null ? `was ended by ${killedBy}` : `ended with exit code ${code}`;
      resolve({ ok: code === 0, output, reason });
    });
  });
}

/** The last lines of a text, for a message. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
