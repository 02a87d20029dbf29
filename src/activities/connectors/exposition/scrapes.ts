/** Two looks at a `/metrics` page: whether one process answered both, and what each counter grew by in between. */
import { isoText } from "../../tools/kit/instant.js";
import { finite, type Series } from "../../tools/kit/metrics/reading.js";
import type { Page, Sample } from "./format.js";
import { fitsSelector, type Selector } from "./selector.js";

export interface Scrape extends Page {
  atMs: number;
}
export interface Growth {
  series: Series[];
  /** What was left out and why, for people. */
  left: string[];
}

/** Prometheus itself takes a value for current no longer than that. */
const CURRENT_MS = 300_000;
/** What begins with a process or machine and stays as it is while it runs. */
const BEGINNING = /_(?:start_time|boot_time|created)(?:_seconds|_timestamp_seconds)?$/;
const PROCESS_START = "process_start_time_seconds";

export const matching = (page: Page, selector: Selector): Sample[] =>
  page.samples.filter((sample) => fitsSelector(selector, sample.metric, sample.labels));

/** The samples that are of now. A page may carry its own times, and a gateway keeps what was pushed years ago. */
export function current(look: Scrape, samples: readonly Sample[]): { now: Sample[]; left: string[] } {
  const isCurrent = ({ timeMs }: Sample): boolean => timeMs === undefined || Math.abs(timeMs - look.atMs) <= CURRENT_MS;
  const stale = samples.filter((sample) => !isCurrent(sample));
  const [first] = stale;
  if (first?.timeMs === undefined) return { now: [...samples], left: [] };
  const stamp = Math.abs(first.timeMs) <= 8.64e15 ? isoText(first.timeMs) : String(first.timeMs);
  const left = [`${stale.length} series left out: stamped ${stamp}, which is not within 5 minutes of now`];
  return { now: samples.filter(isCurrent), left };
}

/**
 * Whether another process answered the second look, as behind an address that several share: it began at another time, and
 * before the first look. One that began since is the same after a restart.
 */
export function isOther(first: Scrape, second: Scrape): boolean {
  const before = beginnings(first);
  let isRestarted = false;
  for (const [key, began] of beginnings(second)) {
    const was = before.get(key);
    if (was === undefined || was === began) continue;
    if (began * 1_000 < first.atMs - 1_000) return true;
    isRestarted = true;
  }
  return !isRestarted && (fellAndRose(first, second) || renamed(first, second));
}

const beginnings = ({ samples }: Page): Map<string, number> =>
  new Map(samples.filter(({ metric }) => BEGINNING.test(metric)).map((sample) => [keyOf(sample), sample.value]));

/** A process that was restarted has lost all that it counted: where one counter fell and another grew, it was not. */
function fellAndRose(first: Scrape, second: Scrape): boolean {
  const before = valuesOf(first);
  let [fell, rose] = [false, false];
  for (const sample of second.samples) {
    const was = before.get(keyOf(sample));
    if (was === undefined || !isCounter(second, sample) || Number.isNaN(was)) continue;
    if (sample.value < was) fell = true;
    else if (sample.value > was && was > 0) rose = true;
  }
  return fell && rose;
}

/** An `*_info` series that stands once on a page tells who answers: the host, the pod, the version. */
function renamed(first: Scrape, second: Scrape): boolean {
  const [before, after] = [first, second].map(onlyInfos) as [Map<string, string>, Map<string, string>];
  return [...before].some(([metric, key]) => after.has(metric) && after.get(metric) !== key);
}

function onlyInfos({ samples }: Page): Map<string, string> {
  const infos = samples.filter(({ metric }) => metric.endsWith("_info"));
  const counts = new Map<string, number>();
  for (const { metric } of infos) counts.set(metric, (counts.get(metric) ?? 0) + 1);
  return new Map(infos.filter(({ metric }) => counts.get(metric) === 1).map((one) => [one.metric, keyOf(one)]));
}

const isCounter = ({ types }: Page, { metric }: Sample): boolean =>
  types.get(metric) === "counter" || types.get(metric.replace(/_total$/, "")) === "counter";

const valuesOf = ({ samples }: Page): Map<string, number> =>
  new Map(samples.map((sample) => [keyOf(sample), sample.value]));

/**
 * What each series grew by a second. A counter that fell was restarted and has grown from nothing since. One that is on one
 * look alone may have counted for years: its growth is known only where its process is and the name had other series.
 */
export function growthOf(first: Scrape, second: Scrape, selector: Selector): Growth {
  const [earlier, later] = [first, second].map((look) => current(look, matching(look, selector)));
  const before = new Map((earlier?.now ?? []).map((sample) => [keyOf(sample), sample]));
  const isSame = sameProcess(first, second);
  const names = new Set(first.samples.map(({ metric }) => metric));
  let [unseen, unmoved] = [0, 0];
  const series = (later?.now ?? []).map((sample): Series => {
    const was = before.get(keyOf(sample));
    const isNew = was === undefined && isSame && names.has(sample.metric);
    const seconds = secondsBetween(was, sample, first, second);
    if (was === undefined && !isNew) unseen++;
    else if (seconds <= 0) unmoved++;
    const known = (was !== undefined || isNew) && seconds > 0;
    const value = known ? finite(grown(was?.value ?? 0, sample.value) / seconds) : null;
    return { labels: { __name__: sample.metric, ...sample.labels }, value };
  });
  const left = [...(later?.left ?? [])];
  if (unseen > 0) left.push(`${unseen} series seen on the second look only: the rate is not known`);
  if (unmoved > 0) left.push(`${unmoved} series stamped with the same time on both looks: the rate is not known`);
  return { series, left };
}

/** NaN stays NaN: what a counter grew by from no number is no number. */
const grown = (was: number, is: number): number => (is < was ? is : is - was);

/** A page that stamps its samples says itself how long it counted. */
function secondsBetween(was: Sample | undefined, is: Sample, first: Scrape, second: Scrape): number {
  const stamped = was?.timeMs !== undefined && is.timeMs !== undefined;
  return ((stamped ? (is.timeMs ?? 0) - (was?.timeMs ?? 0) : second.atMs - first.atMs) || 0) / 1_000;
}

function sameProcess(first: Scrape, second: Scrape): boolean {
  const [before, after] = [first, second].map(
    ({ samples }) => samples.find(({ metric }) => metric === PROCESS_START)?.value,
  );
  return before !== undefined && before === after;
}

function keyOf({ metric, labels }: Sample): string {
  return JSON.stringify([metric, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
