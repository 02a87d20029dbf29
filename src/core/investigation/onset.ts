/** When what a service shows began, beside what people complain about. Imports no package. */
import type { Evidence, Onset } from "./evidence.js";

/** What is wrong however long it has been so. */
export const STATES: ReadonlySet<string> = new Set(["down", "refusing", "full", "unreachable"]);
/** Milliseconds of slack between clocks, scrapes and evaluation. */
const SLACK_MS = 60_000;
/** Trouble that began long before the complaint is another's, or grew slowly. */
const EARLY_MS = 300_000;
/** Of the surest sign's weight. */
const NEARLY = 0.75;

/** Of the signs that weigh about as much as the surest: the earliest interval. */
export function onsetOf(sorted: readonly Evidence[], weigh: (one: Evidence) => number): Onset | undefined {
  const [best] = sorted;
  if (best === undefined) return undefined;
  const told = sorted.filter((one) => one.current && one.onset !== undefined && weigh(one) >= NEARLY * weigh(best));
  const times = told.flatMap(({ onset }) => onset ?? []).sort((a, b) => a.toMs - b.toMs);
  return times.find(({ fromMs }) => fromMs !== undefined) ?? times[0];
}

/** Its earliest possible beginning lies after the latest beginning of the trouble, by more than clocks and scrapes explain. */
export function isLate(onset: Onset | undefined, began: number | undefined): boolean {
  return onset?.fromMs !== undefined && began !== undefined && onset.fromMs > began + SLACK_MS;
}

/** What was away, or refused, for as long as anybody looked had its trouble long ago. */
const GONE: ReadonlySet<string> = new Set(["down", "unreachable", "refusing"]);

/** It goes on for long already, and what people complain about began minutes later. What fills up slowly may do that. */
export function isEarly(best: Evidence | undefined, onset: Onset | undefined, began: number | undefined): boolean {
  if (best === undefined || onset === undefined || began === undefined) return false;
  if (GONE.has(best.sign) && onset.fromMs === undefined) return onset.toMs < began - SLACK_MS;
  return !STATES.has(best.sign) && onset.toMs < began - EARLY_MS;
}
