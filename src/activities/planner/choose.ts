/**
 * Which playbook fits a goal. The score, 0 to 1, has two parts that are multiplied:
 * - fit: BM25 (MiniSearch) of the goal's words over titles, example goals, symptoms, alert names and tags, plus a bonus
 *   for each symptom of several words that the goal has whole, brought into 0 to 1 by `fit / (fit + HALF)`;
 * - evidence that the goal is about operations at all (`operations.ts`), at most 1.
 * A service's name with nothing but one of its symptoms ("checkout is down") makes it at least 0.6, and 0.9 where it
 *   is called a service ("the payments service is down").
 * The name of one of its alerts makes it at least 0.95; a goal in the words of one of its example goals makes it 0.97, and
 * others count 0.7. A playbook whose example goals all ask for a remedy counts 0.6 of
 * that where the goal asks for none, and is out where the goal forbids changes.
 */
import MiniSearch from "minisearch";
import type { Playbook } from "../../schema/playbook.js";
import { withoutAsides } from "./asides.js";
import { asksRemedy } from "./asks-remedy.js";
import type { Entities } from "./entities.js";
import { asksAddress } from "./fill.js";
import { isOrdinary, operationsEvidence } from "./operations.js";
import { writes } from "./parts.js";
import { corrected } from "./spelling.js";
import { saysUrgency, withoutUrgency } from "./urgency.js";
import { termsOf, wordsOf } from "./words.js";

/** Below this no playbook is used: a plan for another problem is worse than none. */
export const CONFIDENCE_MIN = 0.35;
/** The fit that counts one half. */
const HALF_FIT = 16;
const PHRASE_BONUS = 6;
const ALERT_SCORE = 0.95;
/** From here on an alert, or an example goal, was named. */
export const SURE_SCORE = ALERT_SCORE;
const SAID_SCORE = 0.97;
const SYMPTOM_SCORE = 0.6;
const CALLED_SCORE = 0.9;
const SYMPTOM_EVIDENCE = 0.5;
const UNSAID_FACTOR = 0.7;
/** The share of the goal's words that an example must have to say the same. */
const SAME_SHARE = 0.75;
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
  /** All symptoms, in one form, by playbook. */
  symptoms: ReadonlyMap<string, ReadonlySet<string>>;
  /** Playbooks whose example goals all ask for a remedy. */
  mending: ReadonlySet<string>;
  /** Example goals, by playbook. */
  goals: ReadonlyMap<string, ReadonlyArray<readonly string[]>>;
}
const indexes = new WeakMap<readonly Playbook[], Index>();

/** Best first; of two with the same score the one whose id comes first. */
export function rankPlaybooks(playbooks: readonly Playbook[], given: string, entities: Entities): Ranked[] {
  const index = indexes.get(playbooks) ?? indexOf(playbooks);
  indexes.set(playbooks, index);
  const plain = withoutAddresses(withoutAsides(given));
  const goal = withoutUrgency(plain.goal, entities.severity);
  const meant = (word: string) => (isOrdinary(word) || saysUrgency(word) ? undefined : corrected(word, index.terms));
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
  const alone = evidence < SYMPTOM_EVIDENCE ? "" : symptomAlone(words, entities);
  const said = new Set(
    [...index.goals].filter(([, goals]) => goals.some((one) => saysSame(one, words))).map(([id]) => id),
  );
  const ordered = playbooks.map((playbook) => {
    const mends = index.mending.has(playbook.id);
    if (entities.forbidsRemedy && mends) return { playbook, exact: 0 };
    const told = whole.get(playbook.id) ?? 0;
    const fit = (fits.get(playbook.id) ?? 0) + PHRASE_BONUS * told;
    const score = (evidence * fit) / (fit + HALF_FIT);
    if (namesAlert(goal, playbook)) return { playbook, exact: ALERT_SCORE + score / 20 };
    // A goal about one address, with a symptom of it: that address is asked first. What a deployment broke is another matter.
    const asks = plain.isAboutOne && told > 0 && !words.has("deploy") && asksAddress(playbook);
    if (asks) return { playbook, exact: SAID_SCORE + score / 100 };
    if (said.has(playbook.id)) return { playbook, exact: SAID_SCORE };
    if (alone !== "" && index.symptoms.get(playbook.id)?.has(alone))
      return { playbook, exact: Math.max(score, CALLED.test(goal) ? CALLED_SCORE : SYMPTOM_SCORE) };
    return { playbook, exact: score * remedyFactor(playbook, mends, entities) * (said.size > 0 ? UNSAID_FACTOR : 1) };
  });
  return ordered
    .sort((a, b) => b.exact - a.exact || (a.playbook.id < b.playbook.id ? -1 : 1))
    .map(({ playbook, exact }) => ({ playbook, score: Math.round(Math.min(1, exact) * 100) / 100 }));
}

const CALLED = /\b(?:service|app|api)\b/i;

/** What a goal says of a service, where it says nothing else; empty where it names none. */
function symptomAlone(words: ReadonlySet<string>, { service }: Entities): string {
  const names = wordsOf(`${service ?? ""} service app api`);
  const rest = [...words].filter((word) => !names.has(word));
  return rest.length === words.size ? "" : inOneForm(rest);
}

const inOneForm = (words: Iterable<string>): string => [...words].sort().join(" ");

const ADDRESS = "https?:\\/\\/[^\\s\"'<>`]+";
/** An address that the sentence is about. */
const MEANT_BEFORE = new RegExp(`(\\b(?:reach|open|load|get|probe|call|of|for|to)\\s+)${ADDRESS}`, "gi");
const MEANT_BEHIND = new RegExp(
  `${ADDRESS}(?=\\s+(?:is|are|was|does|do|doesn|did|didn|answers?|responds?|returns?|gives?|throws?|shows?|times?|timed|connection|refuse[sd]?|loads?|redirects?|not|isn|won|unreachable|unavailable|down|slow|fails?|cannot|can|has|keeps|serves?)\\b)`,
  "gi",
);
const ANY_ADDRESS = new RegExp(ADDRESS, "gi");

/** The words of an address say where, and would fit whatever they happen to spell. */
function withoutAddresses(given: string): { goal: string; isAboutOne: boolean } {
  if (!given.includes("://")) return { goal: given, isAboutOne: false };
  const meant = given.replace(MEANT_BEHIND, "website").replace(MEANT_BEFORE, "$1website");
  return { goal: meant.replace(ANY_ADDRESS, " "), isAboutOne: meant !== given };
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
  const told = new Map<string, Set<string>>();
  const joined = (texts: readonly string[]): string => {
    const words = texts.flatMap(termsOf).filter((word) => !saysUrgency(word));
    for (const word of words) terms.add(word);
    return words.join(" ");
  };
  const examples = new Map<string, string[][]>();
  for (const { id, title, goals, symptoms, alerts, tags } of playbooks) {
    const texts = { title: [title], goals, symptoms, alerts, tags };
    search.add({ id, ...Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, joined(value)])) });
    examples.set(
      id,
      goals.map((one) => [...wordsOf(one)]),
    );
    told.set(id, new Set(symptoms.map((symptom) => inOneForm(wordsOf(symptom)))));
    phrases.set(
      id,
      distinct(symptoms.map((symptom) => [...wordsOf(symptom)].sort())).filter((phrase) => phrase.length > 1),
    );
  }
  const mending = new Set(playbooks.filter(({ goals }) => goals.every(asksRemedy)).map(({ id }) => id));
  return { search: search as unknown as MiniSearch, terms, phrases, symptoms: told, mending, goals: examples };
}

const saysSame = (example: readonly string[], words: ReadonlySet<string>): boolean =>
  example.length > 1 && example.length >= SAME_SHARE * words.size && example.every((word) => words.has(word));

const distinct = (phrases: string[][]): string[][] => [
  ...new Map(phrases.map((phrase) => [phrase.join(" "), phrase])).values(),
];

/** As a word of its own, in any case of letters. */
function namesAlert(goal: string, { alerts }: Playbook): boolean {
  const words = new Set(goal.toLowerCase().split(/[^\p{L}\p{N}_-]+/u));
  return alerts.some((name) => words.has(name.toLowerCase()));
}

function remedyFactor(playbook: Playbook, mends: boolean, { wantsRemedy }: Entities): number {
  if (!wantsRemedy) return mends ? UNASKED_REMEDY_FACTOR : 1;
  return writes(playbook) ? 1 : MISSING_REMEDY_FACTOR;
}
