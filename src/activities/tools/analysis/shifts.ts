/**
 * What is different in a log before and after a moment: templates that are new or gone, that became more or less frequent,
 * and levels whose rate shifted. The moment is that of a change, or the one at which the log itself shows a shift.
 *
 * Lines come in bursts, so that their number says little of how sure a difference is. Rates are compared by ranks of the
 * counts in equal spans of time (Mann and Whitney 1947), new and gone templates by the spans they were seen in.
 */

import { changePoints } from "../../../core/statistics/change-points.js";
import { rankSumZ, Z_MIN } from "../../../core/statistics/comparisons.js";
import { sum } from "../../../core/statistics/order.js";
import { isoText } from "../kit/instant.js";
import { isError, type LevelOrUnknown } from "../logs/levels.js";
import type { TemplateGroup, TimedEntry } from "./templates.js";

const BINS = 60;
/** Spans of time on the shorter side of the moment. */
const SIDE_BINS_MIN = 8;
const BINS_MAX = 600;
const BIN_MIN_MS = 1_000;
const LISTED_MAX = 10;
/** Groups that are looked at, the most frequent first. */
const GROUPS_MAX = 1_000;
/** What is significant may still be trifling. */
const FACTOR_MIN = 2;
/** The chance at which a template that was not seen before is new, and not merely rare. */
const CHANCE_MAX = 0.01;

export interface Extent {
  fromMs: number;
  toMs: number;
}
export interface Unpaired {
  template: string;
  level: LevelOrUnknown;
  count: number;
  /** When it was first seen, or last where it is gone. */
  at: string;
  /** How often it would be missing on one side by chance alone. */
  chance: number;
  sure: boolean;
}
export interface RateChange {
  template: string;
  level: LevelOrUnknown;
  per_minute_before: number;
  per_minute_after: number;
  factor: number;
  deviations: number;
}
export interface LevelShift {
  level: "error" | "warn" | "all";
  at: string;
  per_minute_before: number;
  per_minute_after: number;
  confidence: number;
}
export interface LogShifts {
  split: { at: string; kind: "given" | "found" } | null;
  appeared: Unpaired[];
  vanished: Unpaired[];
  rate_changes: RateChange[];
  level_shifts: LevelShift[];
}

type Counted = (entry: TimedEntry) => boolean;
const LEVEL_KINDS: ReadonlyArray<[LevelShift["level"], Counted]> = [
  ["error", ({ level }) => isError(level)],
  ["warn", ({ level }) => level === "warn"],
  ["all", () => true],
];

/** `entries`: those whose time is known, in its order. `changeMs`: of the change, if one is given. */
export function shiftsOf(
  entries: readonly TimedEntry[],
  groups: readonly TemplateGroup[],
  extent: Extent,
  changeMs: number | undefined,
): LogShifts {
  const levelShifts = extent.toMs - extent.fromMs < BINS * BIN_MIN_MS ? [] : levelShiftsOf(entries, extent);
  const foundMs = levelShifts[0] === undefined ? undefined : Date.parse(levelShifts[0].at);
  const splitMs = changeMs ?? foundMs;
  const inside = splitMs !== undefined && splitMs > extent.fromMs && splitMs < extent.toMs;
  if (!inside || splitMs === undefined) {
    return { split: null, appeared: [], vanished: [], rate_changes: [], level_shifts: levelShifts };
  }
  const bins = new Bins(extent, splitMs);
  const looked = [...groups].sort((a, b) => b.entries.length - a.entries.length).slice(0, GROUPS_MAX);
  const compared = looked.map((group) => ({ group, ...bins.countsOf(group.entries) }));
  return {
    split: { at: isoText(splitMs), kind: changeMs === undefined ? "found" : "given" },
    appeared: unpaired(compared, bins, "after"),
    vanished: unpaired(compared, bins, "before"),
    rate_changes: rateChanges(compared, bins),
    level_shifts: levelShifts,
  };
}

/** The surest shift of each level, errors first. */
function levelShiftsOf(entries: readonly TimedEntry[], { fromMs, toMs }: Extent): LevelShift[] {
  const width = (toMs - fromMs) / BINS;
  return LEVEL_KINDS.flatMap(([level, counts]): LevelShift[] => {
    const perBin = new Array<number>(BINS).fill(0);
    for (const entry of entries.filter(counts)) {
      const bin = Math.min(BINS - 1, Math.floor((entry.timeMs - fromMs) / width));
      if (bin >= 0) perBin[bin] = (perBin[bin] ?? 0) + 1;
    }
    const surest = changePoints(perBin).sort((a, b) => b.deviations - a.deviations)[0];
    if (surest === undefined) return [];
    const perMinute = (counted: readonly number[]): number =>
      rounded((sum(counted) * 60_000) / (counted.length * width));
    const binStartMs = fromMs + surest.index * width;
    // The first line of the bin: a shift is known better than to a bin.
    const first = entries.find((entry) => entry.timeMs >= binStartMs && counts(entry));
    const isUp = surest.after > surest.before;
    return [
      {
        level,
        at: isoText(isUp && first !== undefined ? first.timeMs : binStartMs),
        per_minute_before: perMinute(perBin.slice(0, surest.index)),
        per_minute_after: perMinute(perBin.slice(surest.index)),
        confidence: Math.floor(surest.confidence * 10_000) / 10_000,
      },
    ];
  });
}

interface Compared {
  group: TemplateGroup;
  before: number[];
  after: number[];
}

/** Equal spans of time, one of which begins at the split. */
class Bins {
  readonly #fromMs: number;
  readonly #splitMs: number;
  readonly #widthMs: number;
  readonly before: number;
  readonly after: number;

  constructor({ fromMs, toMs }: Extent, splitMs: number) {
    const shorter = Math.min(splitMs - fromMs, toMs - splitMs);
    const fine = Math.min((toMs - fromMs) / BINS, shorter / SIDE_BINS_MIN);
    this.#widthMs = Math.max(BIN_MIN_MS, (toMs - fromMs) / BINS_MAX, fine);
    this.#fromMs = fromMs;
    this.#splitMs = splitMs;
    this.before = Math.max(1, Math.floor((splitMs - fromMs) / this.#widthMs));
    this.after = Math.max(1, Math.floor((toMs - splitMs) / this.#widthMs));
  }

  countsOf(entries: readonly TimedEntry[]): { before: number[]; after: number[] } {
    const before = new Array<number>(this.before).fill(0);
    const after = new Array<number>(this.after).fill(0);
    for (const { timeMs } of entries) {
      if (Number.isNaN(timeMs) || timeMs < this.#fromMs) continue;
      const side = timeMs < this.#splitMs ? before : after;
      const away = Math.floor(Math.abs(timeMs - this.#splitMs) / this.#widthMs);
      const bin = Math.min(side.length - 1, away);
      side[bin] = (side[bin] ?? 0) + 1;
    }
    return { before, after };
  }

  perMinute = (counts: readonly number[]): number => (sum(counts) * 60_000) / (counts.length * this.#widthMs);
}

function unpaired(compared: readonly Compared[], bins: Bins, side: "before" | "after"): Unpaired[] {
  const other = side === "before" ? "after" : "before";
  return compared
    .filter((one) => sum(one[side]) > 0 && sum(one[other]) === 0)
    .map((one): Unpaired => {
      const seen = one[side].filter((count) => count > 0).length;
      const chance = (bins[side] / (bins.before + bins.after)) ** seen;
      const timed = one.group.entries.filter(({ timeMs }) => !Number.isNaN(timeMs));
      const entry = side === "after" ? timed[0] : timed.at(-1);
      return {
        template: one.group.template,
        level: one.group.level,
        count: sum(one[side]),
        at: isoText(entry?.timeMs ?? 0),
        chance: rounded(chance),
        sure: chance <= CHANCE_MAX,
      };
    })
    .sort(
      (a, b) =>
        Number(b.sure) - Number(a.sure) || Number(isError(b.level)) - Number(isError(a.level)) || b.count - a.count,
    )
    .slice(0, LISTED_MAX);
}

function rateChanges(compared: readonly Compared[], bins: Bins): RateChange[] {
  return compared
    .filter(({ before, after }) => sum(before) > 0 && sum(after) > 0)
    .map(({ group, before, after }): RateChange => {
      const [was, is] = [bins.perMinute(before), bins.perMinute(after)];
      return {
        template: group.template,
        level: group.level,
        per_minute_before: rounded(was),
        per_minute_after: rounded(is),
        factor: rounded(is / was),
        deviations: rounded(rankSumZ(before, after)),
      };
    })
    .filter(({ factor, deviations }) =>
      deviations > 0 ? factor >= FACTOR_MIN && deviations >= Z_MIN : factor <= 1 / FACTOR_MIN && deviations <= -Z_MIN,
    )
    .sort(
      (a, b) => Number(isError(b.level)) - Number(isError(a.level)) || Math.abs(b.deviations) - Math.abs(a.deviations),
    )
    .slice(0, LISTED_MAX);
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
