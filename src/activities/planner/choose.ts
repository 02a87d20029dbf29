/**
 * Which playbook fits a goal. The score, 0 to 1, is a sum that anyone can follow:
 *   0.5 × the share of the words of its best example goal that the goal has,
 * + 0.2 for each of its symptoms that the goal names, at most 0.4,
 * + 0.1 for each of its tags, at most 0.2, + 0.9 for the name of one of its alerts.
 * A playbook that may change production counts 0.6 of that where the goal asks for no remedy, and is out where the goal
 * forbids changes; one that changes nothing counts 0.8 of it where a remedy is asked for.
 */
import type { Playbook } from "../../schema/playbook.js";
import type { Entities } from "./entities.js";
import { writes } from "./playbooks.js";
import { wordsOf } from "./words.js";

/** Below this no playbook is used: a plan for another problem is worse than none. */
export const CONFIDENCE_MIN = 0.35;
const GOAL_WEIGHT = 0.5;
const SYMPTOM_WEIGHT = 0.2;
const SYMPTOMS_MAX = 0.4;
const TAG_WEIGHT = 0.1;
const TAGS_MAX = 0.2;
const ALERT_WEIGHT = 0.9;
const UNASKED_REMEDY_FACTOR = 0.6;
const MISSING_REMEDY_FACTOR = 0.8;

export interface Ranked {
  playbook: Playbook;
  /** 0 to 1, two decimals. */
  score: number;
}

/** Best first; of two with the same score the one whose id comes first. */
export function rankPlaybooks(playbooks: readonly Playbook[], goal: string, entities: Entities): Ranked[] {
  const words = wordsOf(goal);
  return playbooks
    .map((playbook) => ({ playbook, score: scoreOf(playbook, goal, words, entities) }))
    .sort((a, b) => b.score - a.score || (a.playbook.id < b.playbook.id ? -1 : 1));
}

function scoreOf(playbook: Playbook, goal: string, words: ReadonlySet<string>, entities: Entities): number {
  if (entities.forbidsRemedy && writes(playbook)) return 0;
  const example = Math.max(...playbook.goals.map((phrase) => coverage(wordsOf(phrase), words)));
  const symptoms = playbook.symptoms.filter((phrase) => coverage(wordsOf(phrase), words) === 1).length;
  const tags = playbook.tags.filter((tag) => coverage(wordsOf(tag), words) === 1).length;
  const alert = playbook.alerts.some((name) => goal.includes(name));
  const sum =
    GOAL_WEIGHT * example +
    Math.min(SYMPTOMS_MAX, SYMPTOM_WEIGHT * symptoms) +
    Math.min(TAGS_MAX, TAG_WEIGHT * tags) +
    (alert ? ALERT_WEIGHT : 0);
  const factor = remedyFactor(writes(playbook), entities, alert);
  return Math.round(Math.min(1, sum * factor) * 100) / 100;
}

function remedyFactor(changes: boolean, { wantsRemedy }: Entities, alert: boolean): number {
  if (alert) return 1;
  if (changes) return wantsRemedy ? 1 : UNASKED_REMEDY_FACTOR;
  return wantsRemedy ? MISSING_REMEDY_FACTOR : 1;
}

function coverage(phrase: ReadonlySet<string>, words: ReadonlySet<string>): number {
  if (phrase.size === 0) return 0;
  let shared = 0;
  for (const word of phrase) if (words.has(word)) shared++;
  return shared / phrase.size;
}
