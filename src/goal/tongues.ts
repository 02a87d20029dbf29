/**
 * The same orders in other languages: what sets aside, what it is said of, what asks, for what.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Sign } from "./sign.js";
import type { Tongue } from "./tongue.js";
import { ASIAN_LATIN } from "./tongues-of-asia.js";
import { EUROPEAN } from "./tongues-of-europe.js";
import { OTHER_SCRIPTS } from "./tongues-of-scripts.js";

const TONGUES: readonly Tongue[] = [...EUROPEAN, ...ASIAN_LATIN, ...OTHER_SCRIPTS];

/** Not inside a longer word, where the script has words. */
const EDGE = "(?<![a-z\\u0400-\\u04ff])";
// As the text is: some letters have a compatible form of their own.
const all = (pattern: (tongue: Tongue) => string): RegExp[] =>
  TONGUES.map((tongue) => new RegExp(pattern(tongue).normalize("NFKC"), "u"));
/** One object after another may come first: many languages put the verb last. */
const beside = (first: string, second: string, gap: number): string =>
  `${EDGE}${first}[^.!?。]{0,${gap}}?${EDGE}(?:${second})|${EDGE}(?:${second})[^.!?。]{0,${gap}}?${EDGE}${first}`;

export const TONGUE_SIGNS: readonly Sign[] = [
  {
    code: "injection-override",
    message: "it asks to set earlier instructions aside",
    patterns: all((tongue) => beside(tongue.setAside, `${tongue.orders}|${tongue.allSaid}`, 40)),
  },
  {
    code: "injection-extraction",
    message: "it asks for the instructions that the planner was given",
    patterns: all((tongue) => beside(tongue.asks, tongue.prompt, 40)),
  },
  {
    code: "injection-exfiltration",
    message: "it asks for secrets or people's data, or to send them away",
    patterns: all((tongue) => beside(tongue.asks, tongue.secret, 30)),
  },
  {
    code: "injection-approval",
    message: "it asks to act without the approval that the policy wants; no goal can remove a gate",
    patterns: all((tongue) => `${EDGE}(?:${tongue.ungated})`),
  },
  {
    code: "injection-persona",
    message: "it gives the planner another role or lifts its limits",
    patterns: all((tongue) => `${EDGE}(?:${tongue.becomes})`),
  },
];
