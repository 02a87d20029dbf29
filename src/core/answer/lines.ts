/**
 * An answer as lines of text: at most fifteen of a hundred columns, the most important first, none of them markup.
 * Imports no package and reads no clock.
 */
import { visibleLine } from "../../vocabulary/visible.js";
import type { Answer, AnswerAction, Sureness } from "./answer.js";
import { type Clock, localTimes } from "./times.js";
import { shortened } from "./words.js";

export const LINES_MAX = 15;
export const COLUMNS_MAX = 100;
const SHORT_MAX_CHARS = 400;

export interface AnswerLine {
  text: string;
  /** What it is, for whoever colours it. */
  role: "headline" | "label" | "item" | "more";
}

export const SURENESS_WORDS: Record<Exclude<Sureness, "none">, string> = {
  confirmed: "Cause, confirmed",
  likely: "Cause, likely",
  possible: "Cause, possible, not sure",
  inconclusive: "Cause not found",
};

export const STATE_WORDS: Record<AnswerAction["state"], string> = {
  done: "Done",
  "taken-back": "Taken back",
  unknown: "Unknown",
  "not-done": "Not done",
  proposed: "Proposed",
};

const PROOF_WORDS = { verified: "verified", "not-verified": "NOT verified", unproven: "not verified by any check" };

export function proofText({ proof, shown }: AnswerAction): string {
  if (proof === undefined) return "";
  const how = shown === undefined ? "" : `: ${shown}`;
  return `${PROOF_WORDS[proof]}${how}`;
}

/** The headline, and the cause with how sure it is; at most 400 characters. */
export function inShort({ headline, cause }: Answer): string {
  const why =
    cause === undefined || cause.sureness === "none" ? "" : ` ${SURENESS_WORDS[cause.sureness]}: ${cause.text}`;
  return shortened(`${headline}${why}`.replace(/\s+/g, " "), SHORT_MAX_CHARS);
}

interface Options {
  clock: Clock;
  /** The day that need not be said. */
  aroundMs: number;
  columns?: number;
  linesMax?: number;
}

export function answerLines(
  answer: Answer,
  { clock, aroundMs, columns = COLUMNS_MAX, linesMax = LINES_MAX }: Options,
): AnswerLine[] {
  const local = localTimes(clock, aroundMs);
  const parts = partsOf(answer).map((part) => ({ ...part, text: local(visibleLine(part.text)) }));
  // As much of each as there is room for: two lines, or one.
  for (const most of [3, 2, 1]) {
    const lines = parts.flatMap((part) => laidOut(part, columns, part.role === "headline" ? Math.max(2, most) : most));
    if (lines.length <= linesMax || most === 1) return lines.slice(0, linesMax);
  }
  return [];
}

interface Part extends AnswerLine {
  indent: number;
  /** Stands at the end of the last line, whatever is cut. */
  tail?: string;
}

function partsOf({ headline, cause, ruledOut, actions, next, missing }: Answer): Part[] {
  const parts: Part[] = [{ role: "headline", text: headline, indent: 0 }];
  const label = (name: string, text: string) =>
    parts.push({ role: "label", text: text === "" ? `${name}:` : `${name}: ${text}`, indent: 2 });
  const item = (text: string, tail?: string) => parts.push({ role: "item", text: `- ${text}`, indent: 4, tail });
  if (cause !== undefined) {
    if (cause.sureness === "none") label(cause.text, "");
    else label(SURENESS_WORDS[cause.sureness], cause.text);
    for (const { text, source } of cause.facts) item(text, `[${source}]`);
  }
  if (ruledOut !== undefined) label("Ruled out", ruledOut);
  for (const action of actions.slice(0, 2)) {
    label(STATE_WORDS[action.state], action.text);
    if (action.proof !== undefined) item(proofText(action));
  }
  if (actions.length > 2) label("And", `${actions.length - 2} more changes`);
  for (const text of missing) label("Could not look", text);
  const [only, ...others] = next;
  if (others.length === 0 && only !== undefined) label("Next", only);
  else if (only !== undefined) {
    label("Next", "");
    for (const text of next) item(text);
  }
  return parts;
}

/** Wrapped at blanks, cut at `most` lines; what follows the first is set in as far as its text. */
function laidOut({ text, role, indent, tail }: Part, columns: number, most: number): AnswerLine[] {
  const hang = indent + (role === "item" ? 2 : role === "label" ? 2 : 0);
  const room = columns - hang - (tail === undefined ? 0 : tail.length + 1);
  const whole = tail === undefined ? text : `${shortened(text, room + (most - 1) * (columns - hang))} ${tail}`;
  const lines: string[] = [];
  let line = " ".repeat(indent);
  let isFresh = true;
  for (const word of whole.split(" ")) {
    if (!isFresh && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = " ".repeat(hang);
      isFresh = true;
    }
    line += isFresh ? word : ` ${word}`;
    isFresh = false;
  }
  lines.push(line);
  const shown = lines.slice(0, most);
  if (lines.length > most) shown[most - 1] = shortened(`${shown[most - 1]} ${lines[most]?.trim()}`, columns);
  return shown.map((one) => ({ role, text: shortened(one, columns) }));
}
