/** Lines of the Linux kernel: it writes its level beside them, where text loggers leave it out, so its words are asked. */
import type { Level } from "./levels.js";

/** `[12345.678901] `, `kernel: `, or both. */
const KERNEL = /\bkernel: (?:\[ {0,8}\d{1,9}\.\d{6}\] )?|^(?:<\d>)?\[ {0,8}\d{1,9}\.\d{6}\] /;
const HEAD_CHARS = 120;
const BODY_CHARS = 300;

/** The first that fits, the worst before the others. */
const SIGNS: ReadonlyArray<readonly [RegExp, Level]> = [
  [/^(?:watchdog: )?BUG: |^Kernel panic\b|^general protection fault|^Oops: |^Unable to handle kernel /, "fatal"],
  [/\bout of memory: kill/i, "error"],
  [/^INFO: (?:task .{1,100} blocked for more than|rcu_\w+ .{0,60}(?:stall|self-detected))/, "error"],
  [/\bI\/O error\b|\berror \(device |\[Hardware Error\]|\b(?:medium|target) error\b|\bfailed command\b/, "error"],
  [/\bsegfault at |\bRemounting filesystem read-only|\bCorruption (?:detected|of in-memory data)/i, "error"],
  [/^WARNING: |\bwarning \(device |\bnot responding, (?:still trying|timed out)|\binvoked oom-killer/, "warn"],
  [/\btable full, dropping packet|\bpage allocation failure|^TCP: out of memory|\blink is down\b/i, "warn"],
];

/** Undefined where the line is none of the kernel's, or an ordinary one. */
export function kernelLevel(line: string): Level | undefined {
  const found = KERNEL.exec(line.slice(0, HEAD_CHARS));
  if (found === null) return undefined;
  const from = found.index + found[0].length;
  const body = line.slice(from, from + BODY_CHARS);
  return SIGNS.find(([sign]) => sign.test(body))?.[1];
}
