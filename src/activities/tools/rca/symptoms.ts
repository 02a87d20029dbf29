/** What is in trouble, and since when: from the metric that was noticed, else from the errors in a log. */

import { type ChangePoint, changePoints } from "../../../core/statistics/change-points.js";
import { median, noiseOf } from "../../../core/statistics/order.js";
import { followsWithinMs } from "../analysis/series/analyse-metric.js";
import { shiftsOf } from "../analysis/shifts.js";
import { isoText } from "../kit/instant.js";
import { shownNumber } from "../kit/metrics/reading.js";
import type { AnalysedLog, MeasuredSeries, Observations, Origin } from "./observations.js";
import { serviceName } from "./observations.js";

/** Of a shift: what a service's trouble must come to, in deviations of its noise. */
const SYMPTOM_MIN_DEVIATIONS = 3;
/** Narrower than this an interval is a moment. */
const MOMENT_MS = 2_000;
/** Of the level: what a series may always deviate by. */
const FLOOR_SHARE = 0.03;
const STRENGTH_MAX = 1e6;
/** Values about a given moment that are the trouble, and those elsewhere that a calm level needs. */
const SYMPTOM_POINTS = 8;
const CALM_MIN = 3;

export interface TargetWanted {
  service?: string;
  metric?: string;
  statistic?: string;
  /** When it was noticed. */
  atMs?: number;
}

export interface Symptom {
  service: string;
  /** Of several services: nobody named one or a metric, or no metric of the named one shows a clear turn for the worse. */
  guessed: boolean;
  /** Absent where the trouble is known from a log alone. */
  target?: MeasuredSeries;
  /** The last moment before it and the first of it; absent where no beginning shows. */
  onset?: { notBeforeMs: number; atMs: number };
  /** How long after a change its effect may show in what is known. */
  followsMs: number;
  text: string;
  cited: Origin[];
}

/** The surest turn for the worse of one series, before `atMs` where that is given. */
function worsening(series: MeasuredSeries, atMs: number | undefined) {
  const points = series.points.filter((point): point is [number, number] => point[1] !== null);
  points.sort((a, b) => a[0] - b[0]);
  const timeOf = (index: number): number => (points[index]?.[0] ?? 0) * 1_000;
  const { worse } = series.signal;
  const isWorse = ({ before, after }: ChangePoint): boolean =>
    worse === "both" || (worse === "up" ? after > before : after < before);
  const [best] = changePoints(points.map(([, value]) => value))
    .filter((point) => isWorse(point) && point.deviations >= SYMPTOM_MIN_DEVIATIONS)
    .filter(({ index }) => atMs === undefined || timeOf(index - 1) <= atMs)
    .sort((a, b) => b.deviations - a.deviations);
  if (best === undefined) return undefined;
  const stepMs = points.length < 2 ? 0 : (timeOf(points.length - 1) - timeOf(0)) / (points.length - 1);
  return { ...best, notBeforeMs: timeOf(best.index - 1), atMs: timeOf(best.index), stepMs };
}

type Worsened = { series: MeasuredSeries; turn: NonNullable<ReturnType<typeof worsening>> };

/** Undefined where there is nothing to look for a cause of. */
export function symptomIn(material: Observations, wanted: TargetWanted): Symptom | undefined {
  const found = seekSymptom(material, wanted);
  if (found === undefined) return undefined;
  const several = new Set(material.series.map(({ service }) => service)).size > 1;
  const isNamed = wanted.service !== undefined || wanted.metric !== undefined || material.service !== undefined;
  const unclear = found.isClear === false && wanted.metric === undefined;
  return { ...found, guessed: several && (!isNamed || unclear) };
}

type Found = Omit<Symptom, "guessed"> & { isClear?: boolean };

function seekSymptom(material: Observations, wanted: TargetWanted): Found | undefined {
  const service = wanted.service === undefined ? material.service : serviceName(wanted.service);
  const eligible = material.series.filter((series) => {
    const { kind } = series.signal;
    if (service !== undefined && series.service !== service) return false;
    if (wanted.metric !== undefined) return isNamed(series, wanted);
    return kind === "latency" || kind === "errors";
  });
  const worse = eligible.flatMap((series): Worsened[] => {
    const turn = worsening(series, wanted.atMs);
    return turn === undefined ? [] : [{ series, turn }];
  });
  const [first] = worse.sort((a, b) => byCallers(a, b, material, worse) || compare(a, b));
  if (first !== undefined) return fromMetric(first, wanted.atMs);
  const told = fromLog(material, service);
  if (told === undefined) return fromElse(material, service, clearest(eligible, wanted.atMs), wanted.atMs);
  // Its log tells when; its metric, however little it shows, is still what the trouble is handed down from.
  const own = eligible.filter((series) => series.service === told.service);
  return { ...told, target: clearest(own, wanted.atMs ?? told.onset?.atMs) };
}

function clearest(eligible: readonly MeasuredSeries[], atMs: number | undefined): MeasuredSeries | undefined {
  const rated = eligible.map((series) => ({ series, strength: atMs === undefined ? 0 : strengthAt(series, atMs) }));
  return rated.sort((a, b) => b.strength - a.strength || keyOf(a.series).localeCompare(keyOf(b.series), "en"))[0]
    ?.series;
}

/** Failures before slowness, which they explain; then the clearer one; the name decides so that the order of input does not. */
const compare = (a: Worsened, b: Worsened): number =>
  Number(b.series.signal.kind === "errors") - Number(a.series.signal.kind === "errors") ||
  b.turn.deviations - a.turn.deviations ||
  keyOf(a.series).localeCompare(keyOf(b.series), "en");
const keyOf = ({ service, metric, statistic, node }: MeasuredSeries): string =>
  JSON.stringify([service, metric, statistic, node]);

/** What nobody else in trouble calls is where people notice it. */
function byCallers(a: Worsened, b: Worsened, { calls }: Observations, worse: readonly Worsened[]): number {
  const troubled = new Set(worse.map(({ series }) => series.service));
  const callers = ({ series }: Worsened): number =>
    new Set(
      calls
        .filter(({ caller, callee }) => callee === series.service && caller !== callee && troubled.has(caller))
        .map(({ caller }) => caller),
    ).size;
  return Math.min(1, callers(a)) - Math.min(1, callers(b));
}

const isNamed = (series: MeasuredSeries, { metric, statistic }: TargetWanted): boolean =>
  series.metric === metric && (statistic === undefined || series.statistic === statistic);

function fromMetric({ series, turn }: Worsened, noticedMs: number | undefined): Found {
  const { before, after, notBeforeMs, atMs, stepMs } = turn;
  const noticed = noticedMs === undefined ? "" : `, noticed at ${isoText(noticedMs)}`;
  const name = nameOf(series);
  const began = momentText(notBeforeMs, atMs);
  const text = `${name} of ${series.service} went from ${shownNumber(before)} to ${shownNumber(after)} ${began}${noticed}`;
  const cited = [{ node: series.node, query: series.query }];
  const followsMs = followsWithinMs(stepMs);
  return { service: series.service, target: series, onset: { notBeforeMs, atMs }, followsMs, text, cited };
}

/** A step of a metric is an interval, and is told as one. */
const momentText = (fromMs: number, toMs: number): string =>
  toMs - fromMs <= MOMENT_MS ? `at ${isoText(toMs)}` : `between ${isoText(fromMs)} and ${isoText(toMs)}`;

export const nameOf = ({ metric, statistic }: MeasuredSeries): string =>
  statistic === "" ? metric : `${metric} (${statistic})`;

/** The earliest moment at which the errors of a log became more frequent. */
function fromLog(material: Observations, service: string | undefined): Found | undefined {
  const found = material.logs
    .filter((log) => service === undefined || log.service === service)
    .flatMap((log) => {
      const { level_shifts: shifts } = shiftsOf(log.entries, [], log, undefined);
      const shift = shifts.find((one) => one.level === "error" && one.per_minute_after > one.per_minute_before);
      return shift === undefined ? [] : [{ log, shift, atMs: Date.parse(shift.at) }];
    })
    .sort((a, b) => a.atMs - b.atMs || a.log.node.localeCompare(b.log.node, "en"));
  const [first] = found;
  if (first === undefined) return undefined;
  const { log, shift, atMs } = first;
  const rates = `${shownNumber(shift.per_minute_before)} to ${shownNumber(shift.per_minute_after)} a minute`;
  return {
    service: log.service,
    onset: { notBeforeMs: atMs - 1_000, atMs },
    followsMs: followsWithinMs(0),
    text: `errors in the log of ${log.service} went from ${rates} at ${shift.at}`,
    cited: [{ node: log.node, query: log.query }],
  };
}

/** From the moment at which the log was split until the first error that was new then; where none was, as long as effects take to show. */
function firstAfter(beginMs: number, { begun }: AnalysedLog, followsMs: number): NonNullable<Symptom["onset"]> {
  const firsts = begun.flatMap(({ atMs }) => (atMs === undefined || atMs < beginMs ? [] : [atMs]));
  return { notBeforeMs: beginMs, atMs: firsts.length === 0 ? beginMs + followsMs : Math.min(...firsts) };
}

/** No beginning shows: failing traces, an analysis of a log, or a moment that the caller names. */
function fromElse(
  material: Observations,
  service: string | undefined,
  target: MeasuredSeries | undefined,
  atMs: number | undefined,
): Found | undefined {
  const followsMs = followsWithinMs(0);
  const onset = atMs === undefined ? {} : { onset: { notBeforeMs: atMs - followsMs, atMs } };
  const traces = material.traces.find(({ failed, service: own }) => failed > 0 && (service ?? own) === own);
  const analysed = material.analysed.find(
    (one) => (one.begun.length > 0 || one.correlates) && (service ?? one.service) === one.service,
  );
  if (analysed !== undefined) {
    const begin = analysed.changeMs ?? analysed.splitMs;
    const began = begin === undefined || atMs !== undefined ? onset : { onset: firstAfter(begin, analysed, followsMs) };
    const text = `errors began in the log of ${analysed.service}`;
    return {
      service: analysed.service,
      ...began,
      followsMs,
      text,
      cited: [{ node: analysed.node, query: analysed.query }],
    };
  }
  if (traces !== undefined) {
    const text = `${traces.failed} of ${traces.total} traces of ${traces.service} failed`;
    return { service: traces.service, ...onset, followsMs, text, cited: [{ node: traces.node, query: traces.query }] };
  }
  const [state] = material.states.filter(
    (one) => service === undefined || one.service === service || one.affects.includes(service),
  );
  if (state !== undefined && target === undefined) {
    return {
      service: service ?? state.service,
      ...onset,
      followsMs,
      text: state.text,
      cited: [{ node: state.node, query: state.query }],
    };
  }
  if (target === undefined || atMs === undefined) return undefined;
  const cited = [{ node: target.node, query: target.query }];
  const strength = strengthAt(target, atMs);
  const isClear = strength >= SYMPTOM_MIN_DEVIATIONS;
  const seen = isClear
    ? `it is ${shownNumber(strength)} deviations worse than elsewhere`
    : "it shows no clear turn for the worse";
  const text = `${nameOf(target)} of ${target.service} was noticed at ${isoText(atMs)}; ${seen}`;
  return { service: target.service, target, ...onset, followsMs, text, cited, isClear };
}

/** A moment may be noticed so many points after it began. */
const NOTICED_LATE_POINTS = 2;

/** How much worse a series is about a moment than elsewhere, in deviations of the rest; 0 where that is not known. */
function strengthAt(series: MeasuredSeries, atMs: number): number {
  const points = series.points.filter((point): point is [number, number] => point[1] !== null);
  const first = points.findIndex(([seconds]) => seconds * 1_000 >= atMs);
  const from = Math.max(0, (first < 0 ? points.length : first) - NOTICED_LATE_POINTS);
  const isNear = (_: unknown, index: number): boolean => index >= from && index < from + SYMPTOM_POINTS;
  const near = points.filter(isNear).map(([, value]) => value);
  const calm = points.filter((point, index) => !isNear(point, index)).map(([, value]) => value);
  if (calm.length < CALM_MIN || near.length === 0) return 0;
  const level = median(calm);
  const worst = series.signal.worse === "down" ? level - Math.min(...near) : Math.max(...near) - level;
  const noise = Math.max(noiseOf(calm.map((value) => value - level)), FLOOR_SHARE * Math.abs(level), Number.MIN_VALUE);
  return Math.min(worst / noise, STRENGTH_MAX);
}
