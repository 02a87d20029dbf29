/** What a summary tells of a run beside its findings, read from the outputs of its nodes: the cause, changes, the key metric. */
import type { RunContext } from "../../../../core/run/context.js";
import { measured } from "../../analysis/series/points.js";
import type { CourseForm } from "../../rca/forms.js";
import { measureIn, serviceInQuery } from "../../rca/metric-names.js";
import { metricIn, noObservations, readChangesOf } from "../../rca/read-outputs.js";
import { type AutoRcaOutput, outputSchema } from "../../rca/schema.js";
import { shortened } from "../finding.js";

export interface Cause extends AutoRcaOutput {
  node: string;
}

/** The last search for causes of the run. */
export function causeOf(run: RunContext): Cause | undefined {
  for (const { node, tool, output } of [...run.outputs].reverse()) {
    if (tool !== "autoRCA") continue;
    const parsed = outputSchema.safeParse(output);
    if (parsed.success) return { node, ...parsed.data };
  }
  return undefined;
}

export interface ReportedChange {
  node: string;
  atMs: number;
  what: string;
}

/** As the histories of the run tell them, oldest first. */
export function changesOf(run: RunContext): ReportedChange[] {
  const material = noObservations(undefined);
  for (const one of run.outputs) readChangesOf(one, material);
  return material.changes
    .map(({ node, atMs, what, service }) => ({
      node,
      atMs,
      what: service === undefined ? what : `${what} of ${service}`,
    }))
    .sort((a, b) => a.atMs - b.atMs);
}

export interface KeyMetric {
  node: string;
  query: string;
  /** What is drawn, in words. */
  title: string;
  timesMs: number[];
  values: number[];
  stepMs: number;
}

/** The metric of `wanted`, else the one in trouble, else the first with a course over time; undefined where there is none. */
export function keyMetricOf(
  run: RunContext,
  wanted: string | undefined,
  cause: Cause | undefined,
): KeyMetric | undefined {
  const nodes = [wanted, cause?.trouble?.node, ...run.outputs.map(({ node }) => node)];
  for (const node of wanted === undefined ? nodes : [wanted]) {
    const found = run.outputs.find((one) => one.node === node);
    const metric = found === undefined ? undefined : drawn(found);
    if (metric !== undefined) return metric;
  }
  return undefined;
}

const POINTS_MIN = 2;
const TITLE_MAX_CHARS = 160;

function drawn(one: RunContext["outputs"][number]): KeyMetric | undefined {
  const metric = metricIn(one);
  if (metric?.points === undefined) return undefined;
  const points = metric.points.filter(
    (point): point is [string, number | null] => Array.isArray(point) && typeof point[0] === "string",
  );
  const series = measured(points);
  const query = [metric.source, metric.query].filter((part) => part !== undefined && part !== "").join(": ");
  return series.timesMs.length < POINTS_MIN ? undefined : { node: one.node, query, title: titleOf(metric), ...series };
}

function titleOf({ signal, query = "", kind }: CourseForm): string {
  const { metric, statistic } = measureIn(query, kind);
  const name = signal?.name || (statistic === "" ? metric : `${metric} (${statistic})`);
  const service = signal?.service || serviceInQuery(query);
  return shortened(service === undefined ? name : `${name} of ${service}`, TITLE_MAX_CHARS);
}
