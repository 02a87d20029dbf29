/** What a plan is asked for: words on the command line, a file or standard input, and an alert with its labels. */
import type { Local } from "../../app/local.js";
import type { GoalInput } from "../../schema/run-input.js";
import type { Problem } from "../../vocabulary/problems.js";
import { readGoal, readText } from "./input.js";
import type { Session } from "./session.js";

export interface GoalOptions {
  goalFile?: string;
  alert?: string;
  remedy?: boolean;
  lookOnly?: boolean;
}

/** The words as a person gave them, and the alert as it was read. */
export interface Asked {
  words: string;
  alert?: unknown;
}
type ReadAsked = { ok: true; asked: Asked } | { ok: false; problems: Problem[] };

export const hasGoal = (word: string | undefined, { goalFile, alert }: GoalOptions): boolean =>
  word !== undefined || goalFile !== undefined || alert !== undefined;

export async function readAsked(session: Session, word: string | undefined, options: GoalOptions): Promise<ReadAsked> {
  const { goalFile, alert: alertFile } = options;
  if (word !== undefined && goalFile !== undefined) return usage("a goal and --goal-file must not both be given");
  if (word === "-" && alertFile === "-") return usage("standard input must hold the goal or the alert, not both");
  const read = goalFile === undefined ? await readGoal(session, word ?? "") : await readText(session, goalFile);
  if (!read.ok) return read;
  if (alertFile === undefined) return { ok: true, asked: { words: read.text.trim() } };
  const text = await readText(session, alertFile);
  if (!text.ok) return text;
  const { parseDocumentText } = await import("../../schema/document.js");
  const document = parseDocumentText(text.text, text.name);
  return document.ok ? { ok: true, asked: { words: read.text.trim(), alert: document.value } } : document;
}

function usage(message: string): ReadAsked {
  return { ok: false, problems: [{ code: "usage", at: "", message, hint: "autoops plan --help" }] };
}

/** `notices`: what of an alert is not in it. */
type GoalRead =
  | { ok: true; input: Pick<GoalInput, "goal" | "facts" | "remedy">; notices: Problem[] }
  | { ok: false; problems: Problem[] };

/** What the planner is told; an alert alone asks for no remedy, whatever its texts say. */
export async function goalOf(
  { words, alert }: Asked,
  { remedy, lookOnly }: GoalOptions,
  local: Local,
): Promise<GoalRead> {
  const wished = lookOnly === true ? false : remedy;
  if (alert === undefined) return { ok: true, input: { goal: words, remedy: wished }, notices: [] };
  const { parseAlert } = await import("../../schema/alert.js");
  const { goalOfAlert } = await import("../../goal/alert-goal.js");
  const parsed = parseAlert(alert);
  if (!parsed.ok) return parsed;
  const { notices } = parsed.alert;
  return {
    ok: true,
    input: { ...goalOfAlert(parsed.alert, words), remedy: wished ?? local.wantsRemedy(words) },
    notices,
  };
}
