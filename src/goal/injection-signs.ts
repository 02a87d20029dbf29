/**
 * Signs by which text tries to give orders to a model. A signal for people and for the planner's prompt, never the
 * barrier: what may run is decided by the check, the policy and the gates. The words of operations (kill, drop,
 * ignore, override, forget) are no signs by themselves; what they are said of makes the difference.
 */
import { lazily, readData } from "../platform/data-file.js";
import { goalLanguagesSchema, goalSignsSchema, type Language } from "../schema/goal-data.js";
import { disguises } from "./disguises.js";
import { plainText } from "./plain-text.js";

export interface SignFound {
  code: string;
  message: string;
}
interface Sign extends SignFound {
  patterns: readonly RegExp[];
}

const alternatives = (words: string | readonly string[]): string =>
  typeof words === "string" ? words : `(?:${words.join("|")})`;

const english = lazily(() => {
  const { parts, signs, squashed, clues } = readData("goal-signs.yaml", goalSignsSchema);
  const whole = (pattern: string) =>
    new RegExp(
      pattern.replace(/\$\{(\w+)\}/g, (_, name: string) => {
        const part = parts[name];
        if (part === undefined) throw new Error(`goal-signs.yaml has no part ${name}`);
        return alternatives(part);
      }),
      "u",
    );
  return {
    signs: signs.map((sign): Sign => ({ ...sign, patterns: sign.patterns.map(whole) })),
    squashed: new RegExp(squashed),
    clues: clues.kinds.map(({ weight, pattern }) => ({ weight, pattern: whole(pattern) })),
    enough: clues.enough,
  };
});

/** Not inside a longer word, where the script has words. */
const EDGE = "(?<![a-z\\u0400-\\u04ff])";
/** One object after another may come first: many languages put the verb last. */
const beside = (first: string, second: string, gap: number): string =>
  `${EDGE}${first}[^.!?。]{0,${gap}}?${EDGE}${second}|${EDGE}${second}[^.!?。]{0,${gap}}?${EDGE}${first}`;
/** What a language's words make, by the code of the English sign that says the same. */
const IN_OTHER_WORDS: Readonly<Record<string, (language: Language) => string>> = {
  "injection-override": ({ set_aside, orders, all_said }) =>
    beside(alternatives(set_aside), alternatives([...orders, ...all_said]), 40),
  "injection-extraction": ({ asks, prompt }) => beside(alternatives(asks), alternatives(prompt), 40),
  "injection-exfiltration": ({ asks, secret }) => beside(alternatives(asks), alternatives(secret), 30),
  "injection-approval": ({ ungated }) => `${EDGE}${alternatives(ungated)}`,
  "injection-persona": ({ becomes }) => `${EDGE}${alternatives(becomes)}`,
};

const foreign = lazily(() => {
  const { languages } = readData("goal-languages.yaml", goalLanguagesSchema);
  return english().signs.flatMap(({ code, message }): Sign[] => {
    const words = IN_OTHER_WORDS[code];
    if (words === undefined) return [];
    // As the text is: some letters have a compatible form of their own.
    return [{ code, message, patterns: languages.map((one) => new RegExp(words(one).normalize("NFKC"), "u")) }];
  });
});

/** The signs that a text shows, each once. `hidden`: what no screen shows of it. */
export function injectionSigns(text: string, hidden: string): SignFound[] {
  const { texts, disguised } = disguises(text);
  const plain = plainText(text);
  const readings = new Set([plain, plainText(hidden), ...texts.map(plainText)]);
  const found = new Map<string, string>();
  const search = (signs: readonly Sign[], reading: string): void => {
    for (const { code, message, patterns } of signs) {
      if (!found.has(code) && patterns.some((pattern) => pattern.test(reading))) found.set(code, message);
    }
  };
  const { signs, squashed } = english();
  const add = (code: string): void => {
    const message = signs.find((sign) => sign.code === code)?.message;
    if (message !== undefined && !found.has(code)) found.set(code, message);
  };
  for (const reading of readings) search(signs, reading);
  search(foreign(), plain);
  if (squashed.test(plain.replace(/[^a-z]+/g, ""))) add("injection-override");
  if (playsRole(plain)) add("injection-persona");
  if (floods(plain)) found.set("injection-flooding", "it repeats itself, or makes up a conversation to go on from");
  if (disguised) found.set("injection-disguise", "it holds a sentence in a form that people cannot read at sight");
  return [...found].map(([code, message]) => ({ code, message }));
}

/** Whether a text shows so many kinds of clues that it is a role play. */
function playsRole(plain: string): boolean {
  const { clues, enough } = english();
  return clues.reduce((sum, { weight, pattern }) => (pattern.test(plain) ? sum + weight : sum), 0) >= enough;
}

/** One word over and over, or a conversation made up to be continued. */
function floods(plain: string): boolean {
  if (/(?<!\S)(\S{2,40})(?: \1){15}(?!\S)/.test(plain)) return true;
  return (
    (plain.match(/(?<!\w)q(?:uestion)? ?\d{0,3}:/g)?.length ?? 0) >= 3 &&
    (plain.match(/(?<!\w)a(?:nswer)? ?\d{0,3}:/g)?.length ?? 0) >= 2
  );
}
