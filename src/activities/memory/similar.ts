/**
 * Past runs that resemble a goal. The score, 0 to 1, is a sum that anyone can follow:
 *   0.6 × how much the words of the two goals overlap (of both sets, the geometric mean of the shares in common),
 * + 0.2 for the same service,
 * + 0.15 × the share of the goal's words, and of the symptoms given, that stand in the run's symptoms and findings,
 * + 0.05 where the run's outcome was verified.
 * What comes back is data that others may have worded: it is shown, or given to a planner as untrusted text.
 */
import type { Kept } from "../../platform/memory/rows.js";
import type { MemoryEntry } from "../../schema/memory.js";
import { wordsOf } from "../planner/words.js";

const GOAL_WEIGHT = 0.6;
const SERVICE_WEIGHT = 0.2;
const SYMPTOMS_WEIGHT = 0.15;
const VERIFIED_WEIGHT = 0.05;
/** Below this a run is about something else. */
const SIMILAR_MIN = 0.3;
const FINDINGS_SHOWN = 3;

export interface Sought {
  goal: string;
  service?: string;
  symptoms?: readonly string[];
  /** Only runs that ended so. */
  outcome?: MemoryEntry["outcome"];
}

/** A past run, in short. */
export interface SimilarRun {
  run: string;
  goal: string;
  service?: string;
  playbook?: string;
  outcome: MemoryEntry["outcome"];
  verification: MemoryEntry["verification"]["status"];
  writes: string[];
  findings: string[];
  endedAt: string;
  /** 0 to 1, two decimals. */
  score: number;
}

/** Best first; of two with the same score the newer one. */
export function rankSimilar(kept: readonly Kept[], sought: Sought, limit: number): SimilarRun[] {
  const goal = wordsOf(sought.goal);
  const signs = new Set([...goal, ...wordsOf((sought.symptoms ?? []).join(" "))]);
  return kept
    .filter(({ entry }) => sought.outcome === undefined || entry.outcome === sought.outcome)
    .map(({ entry }) => shortOf(entry, scoreOf(entry, goal, signs, sought.service)))
    .filter(({ score }) => score >= SIMILAR_MIN)
    .sort((a, b) => b.score - a.score || (a.endedAt < b.endedAt ? 1 : -1))
    .slice(0, limit);
}

function scoreOf(
  entry: MemoryEntry,
  goal: ReadonlySet<string>,
  signs: ReadonlySet<string>,
  service: string | undefined,
): number {
  const own = wordsOf(entry.goal);
  const both = common(goal, own);
  const overlap = both === 0 ? 0 : both / Math.sqrt(goal.size * own.size);
  const seen = wordsOf([...entry.symptoms, ...entry.findings.map(({ statement }) => statement)].join(" "));
  const isSame = service !== undefined && entry.service?.toLowerCase() === service.toLowerCase();
  const sum =
    GOAL_WEIGHT * overlap +
    (isSame ? SERVICE_WEIGHT : 0) +
    (signs.size === 0 ? 0 : (SYMPTOMS_WEIGHT * common(signs, seen)) / signs.size) +
    (entry.verification.status === "verified" ? VERIFIED_WEIGHT : 0);
  return Math.round(sum * 100) / 100;
}

const common = (some: ReadonlySet<string>, others: ReadonlySet<string>): number =>
  [...some].filter((word) => others.has(word)).length;

function shortOf(entry: MemoryEntry, score: number): SimilarRun {
  const { run, goal, service, playbook, outcome, verification, writes, findings, ended_at: endedAt } = entry;
  return {
    run,
    goal,
    service,
    playbook: playbook?.id,
    outcome,
    verification: verification.status,
    writes: writes.map(({ name, status }) => `${name}: ${status}`),
    findings: findings.slice(0, FINDINGS_SHOWN).map(({ statement }) => statement),
    endedAt,
    score,
  };
}
