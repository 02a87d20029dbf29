/**
 * Whether the errors of a log correlate with a change. They do when all of this holds, and else not:
 * - there are at least 20 lines on either side of the change, and at least 5 errors after it;
 * - the share of errors after the change is significantly above the share before (one-sided two-proportion test,
 *   p < 0.001) and at least twice as high; in a log of errors alone the errors a minute are compared in the same way;
 * - at least one error template began with the change: in the two minutes after it, it was seen three times or more
 *   and significantly more often than before.
 * A fault that shows only long after a change is therefore not laid at its door.
 */

import { type Comparison, compareRates, compareShares, type Sample } from "../../../core/statistics/comparisons.js";
import { isError } from "../logs/levels.js";
import type { TemplateGroup, TimedEntry } from "./templates.js";

export const LINES_MIN = 20;
const ERRORS_MIN = 5;
export const BEGINS_WITHIN_MS = 120_000;
const BEGINS_MIN_COUNT = 3;

export interface Span {
  fromMs: number;
  changeMs: number;
  toMs: number;
}

export interface ChangeVerdict {
  correlates: boolean;
  /** Why, in words, whichever way it went. */
  why: string;
  z: number;
  /** Error templates that began with the change, the most frequent first. */
  begun: Array<{ group: TemplateGroup; firstMs: number; inWindow: number }>;
}

interface Sides {
  before: TimedEntry[];
  after: TimedEntry[];
  /** Lines, or milliseconds where there are only errors. */
  exposure: (side: "before" | "after" | "window") => number;
  compare: (before: Sample, after: Sample) => Comparison;
}

function sidesOf(entries: readonly TimedEntry[], span: Span): Sides {
  const before = entries.filter(({ timeMs }) => timeMs < span.changeMs);
  const after = entries.filter(({ timeMs }) => timeMs >= span.changeMs);
  const windowEndMs = Math.min(span.changeMs + BEGINS_WITHIN_MS, span.toMs);
  if (entries.every(({ level }) => isError(level))) {
    const lengths = {
      before: span.changeMs - span.fromMs,
      after: span.toMs - span.changeMs,
      window: windowEndMs - span.changeMs,
    };
    return { before, after, exposure: (side) => lengths[side], compare: compareRates };
  }
  const window = after.filter(({ timeMs }) => timeMs <= windowEndMs).length;
  const counts = { before: before.length, after: after.length, window };
  return { before, after, exposure: (side) => counts[side], compare: compareShares };
}

const errorsOf = (entries: readonly TimedEntry[]): number => entries.filter(({ level }) => isError(level)).length;

export function judgeChange(
  entries: readonly TimedEntry[],
  groups: readonly TemplateGroup[],
  span: Span,
): ChangeVerdict {
  const sides = sidesOf(entries, span);
  const errors = errorsOf(sides.after);
  const no = (why: string, z = 0, begun: ChangeVerdict["begun"] = []): ChangeVerdict => ({
    correlates: false,
    why,
    z,
    begun,
  });
  const onlyErrors = sides.compare === compareRates;
  if (!onlyErrors && sides.before.length < LINES_MIN) {
    return no(`only ${sides.before.length} lines before the change, at least ${LINES_MIN} are needed`);
  }
  if (!onlyErrors && sides.after.length < LINES_MIN) {
    return no(`only ${sides.after.length} lines after the change, at least ${LINES_MIN} are needed`);
  }
  const begun = begunWith(groups, sides, span);
  if (errors < ERRORS_MIN)
    return no(`only ${errors} errors after the change, at least ${ERRORS_MIN} are needed`, 0, begun);
  const { raised, z } = sides.compare(
    { count: errorsOf(sides.before), exposure: sides.exposure("before") },
    { count: errors, exposure: sides.exposure("after") },
  );
  if (!raised) return no("the errors did not become significantly more frequent", z, begun);
  if (begun.length === 0) return no(`no error began within ${BEGINS_WITHIN_MS / 1_000} seconds after the change`, z);
  return {
    correlates: true,
    why: "the errors became significantly more frequent, and began with the change",
    z,
    begun,
  };
}

function begunWith(groups: readonly TemplateGroup[], sides: Sides, span: Span): ChangeVerdict["begun"] {
  const begun: ChangeVerdict["begun"] = [];
  for (const group of groups) {
    const errors = group.entries.filter(({ level }) => isError(level));
    const after = errors.filter(({ timeMs }) => timeMs >= span.changeMs);
    const inWindow = after.filter(({ timeMs }) => timeMs <= span.changeMs + BEGINS_WITHIN_MS).length;
    if (inWindow < BEGINS_MIN_COUNT) continue;
    const { raised } = sides.compare(
      { count: errors.length - after.length, exposure: sides.exposure("before") },
      { count: inWindow, exposure: sides.exposure("window") },
    );
    if (raised) begun.push({ group, firstMs: after[0]?.timeMs ?? span.changeMs, inWindow });
  }
  return begun.sort((a, b) => b.inWindow - a.inWindow);
}
