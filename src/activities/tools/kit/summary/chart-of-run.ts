/** The chart of a run: its key metric with the changes, the beginning of the trouble, and the actions marked. */
import type { RunContext } from "../../../../core/run/context.js";
import { shortened } from "../finding.js";
import { isoMs, isoText } from "../instant.js";
import { chartSvg, type Mark } from "./chart-svg.js";
import { type Cause, changesOf, type KeyMetric, keyMetricOf } from "./run-facts.js";

const MARKS_MAX = 8;
const QUERY_MAX_CHARS = 400;
/** The step of a source may vary a little. */
const GAP_STEPS = 1.5;

export interface RunChart {
  svg: string;
  title: string;
  told: { node: string; query: string; title: string; marks: string[] };
}

/** `wanted`: the node whose metric is drawn. Undefined where the run has no metric over time. */
export function chartOf(run: RunContext, wanted: string | undefined, cause: Cause | undefined): RunChart | undefined {
  const metric = keyMetricOf(run, wanted, cause);
  if (metric === undefined) return undefined;
  const { node, query, title, timesMs, values, stepMs } = metric;
  const marks = marksOf(run, cause, metric);
  const span = `${isoText(timesMs[0] ?? 0)} to ${isoText(timesMs.at(-1) ?? 0)}`;
  const description = `${shortened(query, QUERY_MAX_CHARS)}, node ${node}, ${values.length} points from ${span}`;
  const svg = chartSvg({ title, description, timesMs, values, gapMs: GAP_STEPS * stepMs, marks });
  const listed = marks.map(({ atMs, label }) => `${isoText(atMs)}: ${label}`);
  return { svg, title, told: { node, query: shortened(query, QUERY_MAX_CHARS), title, marks: listed } };
}

/** Of what lies within the drawn span, the newest; in order of time. */
function marksOf(run: RunContext, cause: Cause | undefined, { timesMs }: KeyMetric): Mark[] {
  const [fromMs, toMs] = [timesMs[0] ?? 0, timesMs.at(-1) ?? 0];
  const began = cause?.trouble?.began == null ? undefined : isoMs(cause.trouble.began);
  const marks: Mark[] = [
    ...changesOf(run).map(({ atMs, what }): Mark => ({ atMs, label: what, kind: "change" })),
    ...(began === undefined ? [] : [{ atMs: began, label: "the trouble began", kind: "began" as const }]),
    ...run.nodes.flatMap(({ effect, status, endedAtMs, name }): Mark[] =>
      effect === "write" && status === "succeeded" && endedAtMs !== undefined
        ? [{ atMs: endedAtMs, label: name, kind: "action" }]
        : [],
    ),
  ];
  const inside = marks.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  return inside.sort((a, b) => a.atMs - b.atMs).slice(-MARKS_MAX);
}
