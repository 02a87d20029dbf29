/**
 * The first look at a goal: plain text within bounds, without characters nobody sees and without the marks by which
 * models tell speakers apart; and the signs of an injected order. Signs are findings: what may run is decided by the
 * check, the policy and the gates.
 */
import { GOAL_MAX_CHARS } from "../vocabulary/limits.js";
import { injectionSigns } from "./injection-signs.js";

export interface GoalFinding {
  /** `empty`, `too-long`, `control-characters`, `role-marker` or `injection-…`. */
  code: string;
  message: string;
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

/** Controls, format characters (zero width, direction, tags), halves of pairs, fillers and invisible variants. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}]|\u034f|\u115f|\u1160|\u3164|\uffa0|[\u{e0100}-\u{e01ef}]/gu;
/** Between pictographs a joiner makes one sign of several. */
const JOINER = /(?<=\p{Extended_Pictographic}\ufe0f?)\u200d(?=\p{Extended_Pictographic})/gu;
const TAG_LETTER = /[\u{e0020}-\u{e007e}]/gu;
const ROLE_MARKERS = [
  /<\|[a-z_]{2,20}\|>/gi,
  /\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|assistant|s|sys)>/gi,
  /<!--\s{0,4}system\b[^>]{0,60}-->/gi,
  /#{3,6}\s{0,4}\(?(?:system|assistant|human|user|instruction|response)(?:[_ ]?(?:message|prompt))?(?:\)|:)\s{0,4}/gi,
  /^[ \t>*"'`]{0,8}\[?(?:system|assistant|human|developer)(?:[_ ](?:message|prompt))?\]?[ \t]{0,4}:(?=\s|$)/gim,
];
/** Alone it is also how a ticket starts; beside another speaker it is not. */
const USER_MARKER = /^[ \t>*"'`]{0,8}\[?user\]?[ \t]{0,4}:(?=\s|$)/gim;
/** Cleans a goal and tells what it found. Never cuts: a text over the bound is refused. */
export function sanitizeGoal(text: unknown, options: GoalOptions = {}): SanitizedGoal {
  if (typeof text !== "string") return refused("empty", "the goal must be text");
  const most = Math.min(options.maxChars ?? GOAL_MAX_CHARS, GOAL_MAX_CHARS);
  // Invisible characters do not count, but nobody needs ten of them for each that is seen.
  if (text.length > 10 * GOAL_MAX_CHARS) return refused("too-long", tooLong(text.length, most));
  const findings: GoalFinding[] = [];
  const normal = text.normalize("NFC");
  const seen = withoutUnseen(normal);
  if (seen !== normal) {
    findings.push({ code: "control-characters", message: "it held characters that nobody sees; they were removed" });
  }
  const spoken = withoutRoleMarkers(seen);
  if (spoken !== seen) {
    findings.push({ code: "role-marker", message: "it held marks of another speaker; they were removed" });
  }
  const goal = spoken.replace(/\s+/g, " ").trim();
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

function withoutUnseen(text: string): string {
  const joiners = new Set([...text.matchAll(JOINER)].map((match) => match.index));
  return text.replace(UNSEEN, (char, index: number) =>
    char === "\n" || char === "\t" || char === "\r" || joiners.has(index) ? char : "",
  );
}

function withoutRoleMarkers(text: string): string {
  let result = text;
  // What is left after a removal may be a marker anew.
  for (let round = 0; round < 4; round++) {
    const before = result;
    for (const marker of ROLE_MARKERS) result = result.replace(marker, " ");
    if (result !== text) result = result.replace(USER_MARKER, " ");
    if (result === before) break;
  }
  return result;
}
