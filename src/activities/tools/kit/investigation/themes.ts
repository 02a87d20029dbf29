/**
 * What a goal says that a trouble is about (memory, a certificate, locks; or a thing of this house, as invoices), and
 * which signs tell of that. Themes, and words that mean no particular thing, are in `data/themes.yaml`.
 */
import { z } from "zod";
import type { Evidence } from "../../../../core/investigation/evidence.js";
import { lazily, readData } from "../../../../platform/data-file.js";

const themeSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z-]{1,30}$/),
  /** Something that a machine runs out of. */
  resource: z.boolean().default(false),
  goal: z.string().min(3).max(300),
  shows: z.string().min(3).max(300),
});
const fileSchema = z.strictObject({
  themes: z.array(themeSchema).max(40),
  common: z.array(z.string().min(3).max(600)).max(40),
});
const file = lazily(() => readData("themes.yaml", fileSchema));
const themes = lazily(() =>
  file().themes.map((one) => ({ ...one, inGoal: new RegExp(one.goal, "i"), inSign: new RegExp(one.shows, "i") })),
);
const common = lazily(() => new Set(file().common.flatMap((line) => line.split(" ").map(stemOf))));

/** Characters of a goal and of a sign that are looked at. */
const WORDS_MAX_CHARS = 1_000;
const ASKED_BONUS = 0.15;
const SURE_MAX = 0.95;
/** A sign that hardly tells anything tells no more because it was asked about. */
const ASKED_MIN = 0.4;
const OTHER_RESOURCE_FACTOR = 0.6;

export function themesOf(goal: string): string[] {
  const words = goal.slice(0, WORDS_MAX_CHARS);
  return themes()
    .filter(({ inGoal }) => inGoal.test(words))
    .map(({ name }) => name);
}

/** Words of a goal that are kept; and the shortest that mean something. */
const GOAL_WORDS_MAX = 12;
const WORD_MIN_CHARS = 3;
/** A word that signs of more services have tells them apart no more. */
const TELLING_SERVICES_MAX = 2;
const MATCH_MIN = 0.4;

/** The words of a goal that may stand for a thing of this house; alert names as a whole and in their parts. */
export function wordsOf(goal: string): string[] {
  const words = [...tokensOf(goal.slice(0, WORDS_MAX_CHARS))].filter((word) => !common().has(word));
  return words.slice(0, GOAL_WORDS_MAX);
}

/** `RatesStale` is itself, rates and stale. */
export function tokensOf(text: string): Set<string> {
  const parts = text
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .flatMap((word) => [word, ...word.split(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u)])
    .filter((word) => word.length >= WORD_MIN_CHARS && /\p{L}/u.test(word));
  return new Set(parts.map(stemOf));
}

const stemOf = (word: string): string => {
  const lower = word.toLowerCase();
  const bare = lower.replace(/(?:ings?|ed|es|s|e)$/, "");
  return bare.length < WORD_MIN_CHARS ? lower : bare;
};

export interface AskedFor {
  about: readonly string[];
  words?: readonly string[];
}

/** What was asked about is surer; of a machine that was asked about for its memory, the CPU is less. */
export function asAsked(
  signs: readonly Evidence[],
  { about, words = [] }: AskedFor,
  hosts: ReadonlySet<string>,
): Evidence[] {
  const asked = themes().filter(({ name }) => about.includes(name));
  const others = themes().filter(({ name, resource }) => resource && !about.includes(name));
  const isResource = asked.some(({ resource }) => resource);
  const isWorded = wordedIn(signs, words);
  return signs.map((one) => {
    const text = `${one.code} ${one.sign} ${one.text}`.slice(0, WORDS_MAX_CHARS);
    const isOnTheme = asked.some(({ inSign }) => inSign.test(text));
    const isTold = one.own && one.current && one.sure >= ASKED_MIN && one.sign !== "changed";
    if (isWorded(one) || (isOnTheme && isTold)) {
      const sure = isTold ? Math.max(one.sure, Math.min(SURE_MAX, one.sure + ASKED_BONUS)) : one.sure;
      return { ...one, sure, asked: true };
    }
    const isOther =
      !isOnTheme && isResource && hosts.has(one.service) && others.some(({ inSign }) => inSign.test(text));
    return isOther ? { ...one, sure: one.sure * OTHER_RESOURCE_FACTOR } : one;
  });
}

/** Services that alone, or with one other, have a word of the goal in their names or in those of their series. */
export function calledBy(words: readonly string[], named: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const telling = words.filter((word) => {
    const count = [...named.values()].filter((own) => own.has(word)).length;
    return count > 0 && count <= TELLING_SERVICES_MAX;
  });
  return [...named].filter(([, own]) => telling.some((word) => own.has(word))).map(([service]) => service);
}

/** Whether all that a name has of particular words stands in a text. */
export function isSpelled(name: string, text: ReadonlySet<string>): boolean {
  const own = [...tokensOf(name)].filter((word) => !common().has(word));
  return own.length > 0 && own.every((word) => text.has(word));
}

/** What rules say is the same everywhere; alerts, logs and names of series are in the words of the house. */
const IN_OWN_WORDS: ReadonlySet<Evidence["kind"]> = new Set(["alert", "log", "series", "trace", "state"]);

/** Whether a sign has a word of the goal that hardly any other service's signs have. */
function wordedIn(signs: readonly Evidence[], words: readonly string[]): (one: Evidence) => boolean {
  const speaking = signs.filter(
    ({ kind, current, sure }) => words.length > 0 && IN_OWN_WORDS.has(kind) && current && sure >= MATCH_MIN,
  );
  const spoken = new Map(
    speaking.map((one) => {
      const own = tokensOf(one.service);
      const tokens = tokensOf(`${one.code} ${one.text}`.slice(0, WORDS_MAX_CHARS));
      // That a service's signs have its own name says nothing of what they tell.
      return [one, new Set([...tokens].filter((token) => !own.has(token)))] as const;
    }),
  );
  const telling = words.filter((word) => {
    const services = new Set([...spoken].filter(([, own]) => own.has(word)).map(([{ service }]) => service));
    return services.size > 0 && services.size <= TELLING_SERVICES_MAX;
  });
  return (one) => telling.some((word) => spoken.get(one)?.has(word) === true);
}
