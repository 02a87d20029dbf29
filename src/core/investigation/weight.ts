/** How much one sign says. Imports no package. */
import type { Evidence } from "./evidence.js";
import { STATES } from "./onset.js";

/** Below this a sign is worth a word and is no trouble. */
export const SYMPTOM_MIN = 0.5;
/** What was so already before the window began seldom is what is new. */
const STANDING_FACTOR = 0.6;
/** What is over explains nothing that still goes on. */
const PAST_FACTOR = 0.2;
/** From here on a sign of the thing itself is enough to name it. */
export const LIKELY_MIN = 0.6;

/** What is so for as long as anybody looked is how this stack is, unless somebody is alerted by it. */
export const isSymptom = (one: Evidence): boolean => one.current && weightOf(one) >= SYMPTOM_MIN;

/** Much more arrives than before: the thing itself is well. */
export const isSurge = (one: Evidence): boolean => one.sign === "traffic" && one.own && isSymptom(one);

export function weightOf({ sure, current, onset, sign, kind }: Evidence): number {
  const isStanding = onset !== undefined && onset.fromMs === undefined && !STATES.has(sign) && kind !== "alert";
  const standing = isStanding ? STANDING_FACTOR : 1;
  return sure * (current ? 1 : PAST_FACTOR) * standing;
}

/** A change of the thing itself that is sure enough to be named. */
export const isOwnChange = ({ sign, own, sure, current }: Evidence): boolean =>
  sign === "changed" && own && current && sure >= 0.45;

export const isOwnIllness = (one: Evidence): boolean => one.own && isSymptom(one) && weightOf(one) >= LIKELY_MIN;
