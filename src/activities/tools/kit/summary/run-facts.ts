/** What a summary tells of a run beside its findings, read from the outputs of its nodes: the cause, changes, the key metric. */
import type { RunContext } from "../../../../core/run/context.js";
import type { JsonObject } from "../../../../schema/json.js";
import { measured, type Point } from "../../analysis/series/points.js";
import { objectIn, textIn } from "../../rca/json-parts.js";
import { measureIn, serviceInQuery } from "../../rca/metric-names.js";
import { readChanges } from "../../rca/read-changes.js";
import { noObservations } from "../../rca/read-outputs.js";
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
  for (const { node, output } of run.outputs) {
    const mapping = objectIn(output);
    const changes = mapping?.changes ?? mapping?.deployments;
    if (mapping === undefined || !Array.isArray(changes)) continue;
    readChanges(changes, mapping, { origin: { node, query: "" }, about: {} }, material);
  }
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
    const output = objectIn(run.outputs.find((one) => one.node === node)?.output);
    const found = node === undefined || output === undefined ? undefined : metricIn(node, output);
    if (found !== undefined) return found;
  }
  return undefined;
}

const POINTS_MIN = 2;
const TITLE_MAX_CHARS = 160;

function metricIn(node: string, output: JsonObject): KeyMetric | undefined {
  if (!Array.isArray(output.points)) return undefined;
  const points = output.points.filter(
    (point): point is [string, number | null] => Array.isArray(point) && typeof point[0] === "string",
  );
  const series = measured(points as readonly Point[]);
  const query = [textIn(output.source), textIn(output.query)].filter((part) => part !== undefined).join(": ");
  return series.timesMs.length < POINTS_MIN ? undefined : { node, query, title: titleOf(output), ...series };
}

function titleOf(output: JsonObject): string {
  const signal = objectIn(output.signal);
  const query = textIn(output.query) ?? "";
  const { metric, statistic } = measureIn(query, textIn(output.kind));
  const name = textIn(signal?.name) ?? (statistic === "" ? metric : `${metric} (${statistic})`);
  const service = textIn(signal?.service) ?? serviceInQuery(query);
  return shortened(service === undefined ? name : `${name} of ${service}`, TITLE_MAX_CHARS);
}
