/** What a goal says that a trouble is about (memory, a certificate, locks), and which signs tell of that. Words are in `data/themes.yaml`. */
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
const themes = lazily(() =>
  readData("themes.yaml", z.strictObject({ themes: z.array(themeSchema).max(40) })).themes.map((one) => ({
    ...one,
    inGoal: new RegExp(one.goal, "i"),
    inSign: new RegExp(one.shows, "i"),
  })),
);

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

/** What was asked about is surer; of a machine that was asked about for its memory, the CPU is less. */
export function asAsked(signs: readonly Evidence[], about: readonly string[], hosts: ReadonlySet<string>): Evidence[] {
  const asked = themes().filter(({ name }) => about.includes(name));
  if (asked.length === 0) return [...signs];
  const others = themes().filter(({ name, resource }) => resource && !about.includes(name));
  const isResource = asked.some(({ resource }) => resource);
  return signs.map((one) => {
    const text = `${one.code} ${one.sign} ${one.text}`.slice(0, WORDS_MAX_CHARS);
    if (asked.some(({ inSign }) => inSign.test(text))) {
      const isTold = one.own && one.current && one.sure >= ASKED_MIN && one.sign !== "changed";
      return isTold ? { ...one, sure: Math.max(one.sure, Math.min(SURE_MAX, one.sure + ASKED_BONUS)) } : one;
    }
    const isOther = isResource && hosts.has(one.service) && others.some(({ inSign }) => inSign.test(text));
    return isOther ? { ...one, sure: one.sure * OTHER_RESOURCE_FACTOR } : one;
  });
}
