/** How a command ends: its exit code, and the one JSON document that `--json` prints. */
import type { Outcome } from "../../core/run/state.js";
import { EXIT, type ExitCode } from "../../vocabulary/codes.js";
import { exitFor, type Problem } from "../../vocabulary/problems.js";

export interface Ending {
  exit: ExitCode;
  document: object;
  /** Told to people on standard error, before the program ends. */
  problems?: readonly Problem[];
  /** A server command prints its document when it is ready; nothing may follow it. */
  told?: boolean;
}

export function done(document: object = {}): Ending {
  return { exit: EXIT.done, document: { ok: true, ...document } };
}

export function failed(problems: readonly Problem[], document: object = {}): Ending {
  return { exit: exitFor(problems), document: { ok: false, problems, ...document }, problems };
}

const OUTCOME_EXITS: Record<Outcome, ExitCode> = {
  succeeded: EXIT.done,
  failed: EXIT.problems,
  timed_out: EXIT.problems,
  cancelled: EXIT.problems,
  rejected: EXIT.rejected,
  expired: EXIT.rejected,
};

/** The exit code of a command that waited for a run to end. */
export function exitForOutcome(outcome: Outcome): ExitCode {
  return OUTCOME_EXITS[outcome];
}
