/** Reads what a metric query returned: each series with its service, its metric and its course over time. */
import type { Json } from "../../../schema/json.js";
import type { ToolContext } from "../../define-tool.js";
import { isoMs } from "../kit/instant.js";
import type { MetricForm } from "./forms.js";
import { objectIn } from "./json-parts.js";
import { readLimits } from "./limit-evidence.js";
import { measureIn, serviceIn, serviceInQuery } from "./metric-names.js";
import { type Observations, type OutputPlace, serviceName, skip, UNNAMED } from "./observations.js";
import { signalOf } from "./ranking/signal-kinds.js";

/** Series of one query that are read. */
const LINES_MAX = 500;

interface Course {
  labels: Readonly<Record<string, unknown>>;
  points: readonly unknown[];
}

export async function readMetric(
  output: MetricForm,
  material: Observations,
  { origin, about, context }: OutputPlace,
): Promise<void> {
  readLimits(output, origin, material);
  const courses = await coursesOf(output, context);
  if (courses === undefined) {
    const why = "it holds one value and no course over time: ask for a range with since and step_seconds";
    return skip(material, origin.node, why);
  }
  const { query = "", signal } = output;
  const told = signal?.name === undefined ? measureIn(query, output.kind) : { metric: signal.name, statistic: "" };
  const { metric = told.metric, statistic = told.statistic } = about;
  const owner = about.service ?? (signal?.service === "" ? undefined : signal?.service);
  for (const { labels, points } of courses) {
    const named = owner ?? serviceIn(labels) ?? serviceInQuery(query) ?? material.service ?? UNNAMED;
    material.series.push({
      ...origin,
      service: serviceName(named),
      metric,
      statistic,
      signal: signalOf(metric, statistic),
      points: secondsOf(points),
    });
  }
  material.looked.push({ node: origin.node, what: `${courses.length} series of ${metric}` });
}

/** Undefined where there is one value only. */
async function coursesOf(
  { series: [first = {}], points, blob }: MetricForm,
  { blobs }: Pick<ToolContext, "blobs">,
): Promise<Course[] | undefined> {
  if (points !== undefined) return [{ labels: objectIn(first.labels as Json) ?? first, points }];
  if (blob === undefined) return undefined;
  const lines = (await blobs.get(blob)).split("\n").slice(0, LINES_MAX);
  return lines.flatMap((text): Course[] => {
    const line = text === "" ? undefined : objectIn(JSON.parse(text) as Json);
    if (line === undefined) return [];
    const labels = objectIn(line.labels) ?? {};
    return [{ labels: objectIn(labels.labels) ?? labels, points: Array.isArray(line.points) ? line.points : [] }];
  });
}

/** Ascending; of two values at one time the last counts. */
function secondsOf(points: readonly unknown[]): Array<[number, number | null]> {
  const known = new Map<number, number | null>();
  for (const point of points) {
    const [time, value] = Array.isArray(point) ? point : [];
    const ms = typeof time === "string" ? isoMs(time) : undefined;
    if (ms !== undefined) known.set(ms / 1_000, typeof value === "number" ? value : null);
  }
  return [...known].sort((a, b) => a[0] - b[0]);
}
