/**
 * The report of a run: what was found, what was done, who decided, whether it worked.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Outcome } from "./run/state.js";
import type { RunView } from "./view.js";

export interface Report extends Omit<RunView, "status"> {
  outcome: Outcome;
  endedAtMs: number;
  /** Markdown, for people. */
  text: string;
}
