/**
 * Which playbook fits a goal. The score, 0 to 1, has two parts that are multiplied:
 * - fit: BM25 (MiniSearch) of the goal's words over titles, example goals, symptoms, alert names and tags, plus a bonus
 *   for each symptom of several words that the goal has whole, brought into 0 to 1 by `fit / (fit + HALF)`;
 * - evidence that the goal is about operations at all (`operations.ts`), at most 1.
 * The name of one of its alerts makes it at least 0.95. A playbook that changes production in every plan counts 0.6 of
 * that where the goal asks for no remedy, and is out where the goal forbids changes.
 */
import MiniSearch from "minisearch";
import type { Playbook } from "../../schema/playbook.js";
import type { Entities } from "./entities.js";
import { isOrdinary, operationsEvidence } from "./operations.js";
import { alwaysWrites, writes } from "./parts.js";
import { corrected } from "./spelling.js";
import { termsOf, wordsOf } from "./words.js";

/** Below this no playbook is used: a plan for another problem is worse than none. */
export const CONFIDENCE_MIN = 0.35;
/** The fit that counts one half. */
const HALF_FIT = 16;
const PHRASE_BONUS = 6;
const ALERT_SCORE = 0.95;
const UNASKED_REMEDY_FACTOR = 0.6;
const MISSING_REMEDY_FACTOR = 0.9;

const BOOST = { title: 2, goals: 1, symptoms: 2, alerts: 1, tags: 3 };

export interface Ranked {
  playbook: Playbook;
  /** 0 to 1, two decimals. */
  score: number;
}

interface Index {
  search: MiniSearch;
  terms: ReadonlySet<string>;
  /** Symptoms of several words, by playbook. */
  phrases: ReadonlyMap<string, ReadonlyArray<readonly string[]>>;
}
const indexes = new WeakMap<readonly Playbook[], Index>();

/** Best first; of two with the same score the one whose id comes first. */
export function rankPlaybooks(playbooks: readonly Playbook[], goal: string, entities: Entities): Ranked[] {
  const index = indexes.get(playbooks) ?? indexOf(playbooks);
  indexes.set(playbooks, index);
  const meant = (word: string) => (isOrdinary(word) ? undefined : corrected(word, index.terms));
  const words = new Set([...wordsOf(goal)].map((word) => (index.terms.has(word) ? word : (meant(word) ?? word))));
  const fits = new Map<string, number>();
  for (const { id, score } of index.search.search([...words].join(" "))) fits.set(String(id), score);
  const whole = new Map(
    [...index.phrases].map(([id, all]) => [id, all.filter((phrase) => phrase.every((word) => words.has(word))).length]),
  );
  const phrases = Math.max(0, ...whole.values());
  const evidence = Math.min(
    1,
    operationsEvidence(goal, (word) => index.terms.has(word), meant, phrases),
  );
  const ordered = playbooks.map((playbook) => {
    if (entities.forbidsRemedy && alwaysWrites(playbook)) return { playbook, exact: 0 };
    const fit = (fits.get(playbook.id) ?? 0) + PHRASE_BONUS * (whole.get(playbook.id) ?? 0);
    const isNamed = namesAlert(goal, playbook);
    const score = (evidence * fit) / (fit + HALF_FIT);
    return { playbook, exact: isNamed ? ALERT_SCORE + score / 20 : score * remedyFactor(playbook, entities) };
  });
  return ordered
    .sort((a, b) => b.exact - a.exact || (a.playbook.id < b.playbook.id ? -1 : 1))
    .map(({ playbook, exact }) => ({ playbook, score: Math.round(Math.min(1, exact) * 100) / 100 }));
}

function indexOf(playbooks: readonly Playbook[]): Index {
  const search = new MiniSearch<Record<string, string>>({
    fields: Object.keys(BOOST),
    tokenize: (text) => text.split(" "),
    processTerm: (term) => term,
    searchOptions: {
      boost: BOOST,
    },
  });
  const terms = new Set<string>();
  const phrases = new Map<string, string[][]>();
  const joined = (texts: readonly string[]): string => {
    const words = texts.flatMap(termsOf);
    for (const word of words) terms.add(word);
    return words.join(" ");
  };
  for (const { id, title, goals, symptoms, alerts, tags } of playbooks) {
    const texts = { title: [title], goals, symptoms, alerts, tags };
    search.add({ id, ...Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, joined(value)])) });
    phrases.set(
      id,
      distinct(symptoms.map((symptom) => [...wordsOf(symptom)].sort())).filter((phrase) => phrase.length > 1),
    );
  }
  return { search: search as unknown as MiniSearch, terms, phrases };
}

const distinct = (phrases: string[][]): string[][] => [
  ...new Map(phrases.map((phrase) => [phrase.join(" "), phrase])).values(),
];

/** As a word of its own, in any case of letters. */
function namesAlert(goal: string, { alerts }: Playbook): boolean {
  const words = new Set(goal.toLowerCase().split(/[^\p{L}\p{N}_-]+/u));
  return alerts.some((name) => words.has(name.toLowerCase()));
}

function remedyFactor(playbook: Playbook, { wantsRemedy }: Entities): number {
  if (!wantsRemedy) return alwaysWrites(playbook) ? UNASKED_REMEDY_FACTOR : 1;
  return writes(playbook) ? 1 : MISSING_REMEDY_FACTOR;
}
