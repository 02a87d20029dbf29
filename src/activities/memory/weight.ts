/**
 * What a learned playbook is worth, from the runs that followed it. Each run whose outcome was verified, or seen to have
 * failed, counts half as much for every 90 days that have passed; so does the run that it was learned from.
 *   weight = good / (good + bad + 1), from 0 to 1: a half for one fresh success, and less as time passes
 * It is retired below 0.2, or when its last two runs failed. Imported runs do not count, nor runs of other graphs under
 * its name.
 */
import type { Kept } from "../../platform/memory/rows.js";
import type { Ranked } from "../planner/choose.js";

const HALF_LIFE_DAYS = 90;
const RETIRED_BELOW = 0.2;
const FAILURES_IN_A_ROW = 2;
const DAY_MS = 86_400_000;
/** What the score of a playbook without any weight is multiplied with. */
const LEAST_FACTOR = 0.6;

export interface Weight {
  /** 0 to 1, two decimals. */
  weight: number;
  isRetired: boolean;
  verified: number;
  failed: number;
}

/** `learnedFrom` is the run that it comes from; `version` that of the playbook. */
export function weightOf(
  { id, version, learnedFrom }: { id: string; version: string; learnedFrom: string },
  kept: readonly Kept[],
  nowMs: number,
): Weight {
  const own = kept
    .filter(({ entry, origin }) => {
      if (origin !== "run" || entry.verification.status === "none") return false;
      return entry.run === learnedFrom || (entry.playbook?.id === id && entry.playbook.version === version);
    })
    .map(({ entry }) => ({ isGood: isGood(entry), endedMs: Date.parse(entry.ended_at) }))
    .sort((a, b) => b.endedMs - a.endedMs);
  const worth = (good: boolean): number =>
    own
      .filter(({ isGood: is }) => is === good)
      .reduce((sum, { endedMs }) => sum + 0.5 ** (Math.max(0, nowMs - endedMs) / DAY_MS / HALF_LIFE_DAYS), 0);
  const weight = worth(true) / (worth(true) + worth(false) + 1);
  const last = own.slice(0, FAILURES_IN_A_ROW);
  const fails = last.length === FAILURES_IN_A_ROW && last.every(({ isGood: is }) => !is);
  const verified = own.filter(({ isGood: is }) => is).length;
  const isRetired = weight < RETIRED_BELOW || fails;
  return { weight: Math.round(weight * 100) / 100, isRetired, verified, failed: own.length - verified };
}

const isGood = ({ outcome, verification }: Kept["entry"]): boolean =>
  outcome === "succeeded" && verification.status === "verified";

/** The ranking with each learned playbook's score lowered by what it lacks in weight; the best first. */
export function weighted(ranked: readonly Ranked[], weights: ReadonlyMap<string, number> | undefined): Ranked[] {
  if (weights === undefined || weights.size === 0) return [...ranked];
  return ranked
    .map(({ playbook, score }) => {
      const weight = weights.get(playbook.id);
      const factor = weight === undefined ? 1 : LEAST_FACTOR + (1 - LEAST_FACTOR) * weight;
      return { playbook, score: Math.round(score * factor * 100) / 100 };
    })
    .sort((a, b) => b.score - a.score);
}
