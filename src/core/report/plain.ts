/**
 * Data inside a Markdown document of ours, and durations for people.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { SUMMARY_MAX_CHARS } from "../../vocabulary/limits.js";
import { visible, visibleLine } from "../../vocabulary/visible.js";

/** Data in Markdown: no markup of its own, one line. */
export function plain(text: string): string {
  return visible(text.replace(/\s+/g, " ")).replace(/[\\`*_[\]<>|#]/g, (char) => `\\${char}`);
}

/** The label of a workflow, an activity or a timer in the Temporal Web UI: one line that hides nothing. */
export const labelOf = (text: string, most = SUMMARY_MAX_CHARS): string => visibleLine(text).slice(0, most);

/** A duration for people: `850 ms`, `12 s`, `3 min 5 s`. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}
