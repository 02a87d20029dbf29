/**
 * Signs by which text tries to give orders to a model. A signal for people and for the planner's prompt, never the
 * barrier: what may run is decided by the check, the policy and the gates. The words of operations (kill, drop,
 * ignore, override, forget) are no signs by themselves; what they are said of makes the difference.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { disguises } from "./disguises.js";
import { floods, playsRole } from "./persona-clues.js";
import { plainText } from "./plain-text.js";
import { APPROVAL, COMMANDS, EXFILTRATION } from "./signs-of-acts.js";
import { EXTRACTION, OVERRIDE } from "./signs-of-orders.js";
import { AUTHORITY, EMBEDDED, PERSONA } from "./signs-of-roles.js";
import { TONGUE_SIGNS } from "./tongues.js";

export interface SignFound {
  code: string;
  message: string;
}

const ENGLISH = [OVERRIDE, EXTRACTION, PERSONA, AUTHORITY, APPROVAL, EXFILTRATION, EMBEDDED, COMMANDS];
/** In text whose gaps between words are lost or false. */
const SQUASHED =
  /(?:ignore|disregard|forget|bypass|override)(?:all|any)?(?:of)?(?:the|your|my|these)?(?:previous|prior|above|earlier|preceding|system|safety|existing)(?:and\w{3,10})?(?:instructions?|prompts?|directions|guidelines|rules|directives?|context|commands?)|(?:reveal|show|print|tell|repeat|giveme|output)(?:me)?(?:the|your)?(?:system|initial|hidden|secret)(?:prompt|instructions?|password)|whatisthesystemprompt|youarenow(?:dan|an?unrestricted|free)|doanythingnow|withoutapproval|skip(?:the)?approval/;

/** The signs that a text shows, each once. `hidden`: what no screen shows of it. */
export function injectionSigns(text: string, hidden: string): SignFound[] {
  const { texts, disguised } = disguises(text);
  const plain = plainText(text);
  const found = new Map<string, string>();
  const add = ({ code, message }: SignFound): void => void (found.has(code) || found.set(code, message));
  const readings = new Set([plain, plainText(hidden), ...texts.map(plainText)]);
  for (const reading of readings) {
    for (const sign of ENGLISH) if (sign.patterns.some((pattern) => pattern.test(reading))) add(sign);
  }
  for (const sign of TONGUE_SIGNS) if (sign.patterns.some((pattern) => pattern.test(plain))) add(sign);
  if (SQUASHED.test(plain.replace(/[^a-z]+/g, ""))) add(OVERRIDE);
  if (playsRole(plain)) add(PERSONA);
  if (floods(plain))
    add({ code: "injection-flooding", message: "it repeats itself, or makes up a conversation to go on from" });
  if (disguised) {
    add({ code: "injection-disguise", message: "it holds a sentence in a form that people cannot read at sight" });
  }
  return [...found].map(([code, message]) => ({ code, message }));
}
