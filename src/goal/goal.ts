/**
 * The first look at a goal: plain text within bounds, without characters nobody sees and without the marks by which
 * models tell speakers apart; and the signs of an injected order. Signs are findings: what may run is decided by the
 * check, the policy and the gates.
 */
import { GOAL_MAX_CHARS } from "../vocabulary/limits.js";
import { injectionSigns } from "./injection-signs.js";
import { takenOf, unseenIn, withoutRoleMarkers, withoutUnseen } from "./marks.js";
import { type Removal, removalText } from "./prompt-text.js";

export interface GoalFinding {
  /** `empty`, `too-long`, `control-characters`, `role-marker` or `injection-…`. */
  code: string;
  message: string;
  /** What was taken out, where something was. */
  taken?: string[];
}
export interface SanitizedGoal {
  /** Whether the goal can be used. */
  ok: boolean;
  /** The cleaned text; empty where it was refused for its length. */
  goal: string;
  findings: GoalFinding[];
}
export interface GoalOptions {
  /** Characters at most; cannot exceed `GOAL_MAX_CHARS`. */
  maxChars?: number;
  /** Refuses a goal that shows signs of injection, where the default only tells them. */
  strict?: boolean;
}

const TAG_LETTER = /[\u{e0020}-\u{e007e}]/gu;

/** Cleans a goal and tells what it found. Never cuts: a text over the bound is refused. */
export function sanitizeGoal(text: unknown, options: GoalOptions = {}): SanitizedGoal {
  if (typeof text !== "string") return refused("empty", "the goal must be text");
  const most = Math.min(options.maxChars ?? GOAL_MAX_CHARS, GOAL_MAX_CHARS);
  // Invisible characters do not count, but nobody needs ten of them for each that is seen.
  if (text.length > 10 * GOAL_MAX_CHARS) return refused("too-long", tooLong(text.length, most));
  const removed: Removal[] = [];
  const normal = text.normalize("NFC");
  const seen = withoutUnseen(normal);
  if (seen !== normal) removed.push({ what: "control-characters", taken: unseenIn(normal) });
  const spoken = withoutRoleMarkers(seen);
  if (spoken.taken.length > 0) removed.push({ what: "role-marker", taken: takenOf(spoken.taken) });
  const findings = removed.map((removal): GoalFinding => {
    return { code: removal.what, message: removalText(removal), taken: removal.taken };
  });
  const goal = spoken.text.replace(/\s+/g, " ").trim();
  if (goal.length > most) return refused("too-long", tooLong(goal.length, most), findings);
  if (goal === "") return refused("empty", "the goal is empty", findings);
  const signs = injectionSigns(seen, hiddenText(normal));
  return { ok: options.strict !== true || signs.length === 0, goal, findings: [...findings, ...signs] };
}

function refused(code: string, message: string, findings: GoalFinding[] = []): SanitizedGoal {
  return { ok: false, goal: "", findings: [...findings, { code, message }] };
}

function tooLong(length: number, most: number): string {
  return `the goal must have at most ${most} characters, got ${length}`;
}

/** Tag characters spell out ASCII that no screen shows. */
function hiddenText(text: string): string {
  const tags = text.match(TAG_LETTER) ?? [];
  return tags.map((char) => String.fromCharCode((char.codePointAt(0) ?? 0) & 0x7f)).join("");
}
