/**
 * Secrets known by the rules of gitleaks: a form, often behind a vendor's name. Each pattern is bounded, and is tried only
 * where one of its words occurs.
 */
import { GITLEAKS_RULES } from "./gitleaks-rules.js";

interface Rule {
  kind: string;
  words: readonly string[];
  pattern: RegExp;
  /** Bits a character, under which a value is no secret. */
  entropy: number;
  group: number;
}

const RULES: readonly Rule[] = GITLEAKS_RULES.map((line) => {
  const [kind = "", words = "", source = "", flags = "", entropy, group] = line.split("\t");
  const pattern = new RegExp(source, `${flags}d`);
  return { kind, words: words.split(" "), pattern, entropy: Number(entropy), group: Number(group) };
});

const WORDS = [...new Set(RULES.flatMap(({ words }) => words))];
/** The words by their first two characters: at most places of a text there is none to compare. */
const BY_START = new Map<number, string[]>();
for (const word of WORDS) {
  const start = startAt(word, 0);
  BY_START.set(start, [...(BY_START.get(start) ?? []), word]);
}
const IS_START = new Uint8Array(1 << 14);
for (const start of BY_START.keys()) IS_START[start] = 1;

/** Of two ASCII characters; 0 where there are none. */
function startAt(text: string, at: number): number {
  const first = text.charCodeAt(at);
  const second = text.charCodeAt(at + 1);
  return first < 128 && second < 128 ? (first << 7) | second : 0;
}

/** The words that occur in a text of small letters, found in one pass over it. */
function wordsIn(lower: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (let at = 0; at + 1 < lower.length; at++) {
    const start = startAt(lower, at);
    if (IS_START[start] !== 1) continue;
    for (const word of BY_START.get(start) ?? []) if (!found.has(word) && lower.startsWith(word, at)) found.add(word);
  }
  return found;
}

/** Replaces each value that a rule knows, and leaves what stands around it. */
export function redactKnown(text: string, replace: (kind: string) => string): string {
  const found = wordsIn(text.toLowerCase());
  if (found.size === 0) return text;
  let result = text;
  for (const rule of RULES) {
    if (rule.words.some((word) => found.has(word))) result = applied(rule, result, replace);
  }
  return result;
}

function applied({ kind, pattern, entropy, group }: Rule, text: string, replace: (kind: string) => string): string {
  let result = "";
  let at = 0;
  for (const { indices = [] } of text.matchAll(pattern)) {
    const span = (group > 0 ? indices[group] : indices.slice(1).find((one) => one !== undefined)) ?? indices[0];
    if (span === undefined || span[0] < at || !isRandom(text.slice(...span), entropy)) continue;
    result += text.slice(at, span[0]) + replace(kind);
    at = span[1];
  }
  return at === 0 ? text : result + text.slice(at);
}

/** Letters alone are words; a digit or the shift of cases makes them coined. */
function isRandom(value: string, least: number): boolean {
  if (!/[0-9]/.test(value) && !(/[a-z]/.test(value) && /[A-Z]/.test(value))) return false;
  return least === 0 || entropyOf(value) >= least;
}

/** Shannon's: bits a character. */
function entropyOf(value: string): number {
  const counts = new Map<string, number>();
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}
