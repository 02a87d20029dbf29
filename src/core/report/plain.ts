/**
 * Data inside a Markdown document of ours, and durations for people.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { visible } from "../../vocabulary/visible.js";

/** Data in Markdown: no markup of its own, one line. */
export function plain(text: string): string {
  return visible(text.replace(/\s+/g, " ")).replace(/[\\`*_[\]<>|#]/g, (char) => `\\${char}`);
}

/** A duration for people: `850 ms`, `12 s`, `3 min 5 s`. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}
