/** Tool `series_scan`: every series of some services, within bounds; those that changed and stayed so are ranked and told in words. */
import { z } from "zod";
import type { Evidence } from "../../core/investigation/evidence.js";
import { lastingShift, type Shift } from "../../core/statistics/lasting-shift.js";
import { sourceNamed, sourceReach } from "../connectors/declared-sources.js";
import { defineTool, type ToolContext } from "../define-tool.js";
import { finding, findingsSchema } from "./kit/finding.js";
import { durationMs } from "./kit/instant.js";
import {
  evidenceListSchema,
  evidenceOutput,
  type ServiceParam,
  servicesSchema,
} from "./kit/investigation/evidence-schema.js";
import { askRange, eachWithin, type Line, matchersOf, type Span, spanOf } from "./kit/investigation/ranges.js";
import { meaningOf } from "./kit/investigation/series-meaning.js";
import { tokensOf } from "./kit/investigation/themes.js";
import { shownNumber } from "./kit/metrics/reading.js";
import { declaredNameSchema } from "./kit/names.js";

/** Series that one look reads, over all services; and how long it may take. */
const SERIES_READ_MAX = 5_000;
const SECONDS_MAX = 20;
const AT_ONCE = 3;
/** Changes of one service that are told. */
const TOLD_MAX = 4;
/** Series that say nothing of how a service does. */
const NOISE = new RegExp(
  `^(?:${[
    "scrape_|promhttp_|.*_exporter_|up$|ALERTS",
    "go_(?:gc|memstats|sched)|python_gc|process_virtual|nodejs_(?:gc|heap_space|version)|erlang_|telemetry_|namedprocess_",
    "prometheus_(?:tsdb|target|engine|sd|http|rule|template)|pg_settings_|pg_scrape",
    ".*_created$|.*_bucket$|.*_info$|.*timestamp.*|.*start_time.*|.*_uptime_.*",
    "node_(?:cooling|timex|xfs|time|netstat_Udp|sockstat|softnet|entropy|arp|schedstat)",
  ].join("|")})`,
);

const paramsSchema = z.strictObject({
  source: declaredNameSchema,
  services: servicesSchema,
  /** Of the goal: whose series have them in their names or labels is told. */
  words: z.array(z.string().max(100)).max(20).optional(),
  since: z
    .string()
    .refine((text) => durationMs(text) !== undefined, "a duration such as 30m")
    .default("30m"),
  scrape_seconds: z.number().min(1).max(3_600).default(15),
});
type Params = z.output<typeof paramsSchema>;
const outputSchema = z.strictObject({
  source: z.string(),
  series: z.int(),
  changed: z.int(),
  truncated: z.boolean(),
  /** Services whose series have words of the goal. */
  named: z
    .array(z.strictObject({ service: z.string(), words: z.array(z.string()).max(20) }))
    .max(100)
    .optional(),
  evidence: evidenceListSchema,
  findings: findingsSchema,
});

export const seriesScan = defineTool({
  name: "series_scan",
  description:
    "Looks through every series of some services on Prometheus (at most 5,000, 20 seconds) and ranks those that changed and stayed so.",
  nodeTypes: ["metric_query"],
  effect: "read",
  params: paramsSchema,
  output: outputSchema,
  reach: sourceReach(["prometheus"]),
  run: scan,
});

async function scan(params: Params, context: ToolContext): Promise<z.infer<typeof outputSchema>> {
  const source = { ...sourceNamed(context.config, params.source, ["prometheus"]), name: params.source };
  const span = spanOf(durationMs(params.since) ?? 1_800_000, params.scrape_seconds, context.now());
  const deadlineMs = context.now() + SECONDS_MAX * 1_000;
  const services = params.services.filter(({ labels }) => Object.keys(labels).length > 0);
  let room = SERIES_READ_MAX;
  let read = 0;
  const answers = await eachWithin(services, AT_ONCE, context, async (service) => {
    if (context.now() > deadlineMs || room <= 0) return undefined;
    const lines = await askRange(
      source,
      `{${matchersOf(service.labels)},__name__!~".*_bucket|pg_settings_.*|go_.*|scrape_.*|namedprocess_.*|erlang_.*"}`,
      span,
      context,
    );
    const kept = lines.slice(0, room);
    room -= kept.length;
    read += kept.length;
    return { changes: changesOf(service, kept, span, params.services), words: wordsIn(kept, params.words) };
  });
  const evidence = answers.flatMap(({ value }) => value?.changes ?? []);
  const named = answers.flatMap(({ item, value }) =>
    value === undefined || value.words.length === 0 ? [] : [{ service: item.name, words: value.words }],
  );
  const list = evidenceOutput(evidence);
  const findings = list.slice(0, 10).map((one) => finding(`${one.service}: ${one.text}`, [one.query]));
  return {
    source: params.source,
    series: read,
    changed: evidence.length,
    truncated: room <= 0 || answers.some(({ value }) => value === undefined),
    named: named.length === 0 ? undefined : named,
    evidence: list,
    findings,
  };
}

/** Words that stand in the name or a label of any of them. */
function wordsIn(lines: readonly Line[], words: readonly string[] = []): string[] {
  if (words.length === 0) return [];
  const texts = new Set(lines.flatMap(({ labels }) => Object.values(labels)));
  const tokens = tokensOf([...texts].join(" "));
  return words.filter((word) => tokens.has(word));
}

interface Change {
  line: Line;
  shift: Shift;
  isRate: boolean;
  timeMs: number;
  beforeMs: number;
}

function changesOf(
  service: ServiceParam,
  lines: readonly Line[],
  { toMs, stepSeconds }: Span,
  known: readonly ServiceParam[],
): Array<Omit<Evidence, "node">> {
  const changes = lines.flatMap((line) => {
    if (NOISE.test(line.labels.__name__ ?? "")) return [];
    const lastMs = line.points.at(-1)?.[0] ?? 0;
    if (toMs - lastMs > 3 * stepSeconds * 1_000) return [];
    return changeOf(line);
  });
  return changes
    .map((change) => told(service, change, known))
    .sort((a, b) => b.rank - a.rank)
    .slice(0, TOLD_MAX)
    .map(({ rank: _, ...rest }) => rest);
}

function changeOf(line: Line): Change[] {
  const name = line.labels.__name__ ?? "";
  const isRate = /_(?:total|count|sum)$/.test(name) || isCounter(line);
  const points = isRate ? ratesOf(line.points) : line.points;
  const shift = lastingShift(points.map(([, value]) => value));
  if (shift === undefined) return [];
  const at = points[shift.at]?.[0] ?? 0;
  return [{ line, shift, isRate, timeMs: at, beforeMs: points[shift.at - 1]?.[0] ?? at }];
}

/** It only rises, and often. */
function isCounter({ points }: Line): boolean {
  if (points.length < 10) return false;
  let rises = 0;
  for (let i = 1; i < points.length; i++) {
    const difference = (points[i]?.[1] ?? 0) - (points[i - 1]?.[1] ?? 0);
    if (difference < 0) return false;
    if (difference > 0) rises++;
  }
  return rises > points.length * 0.8;
}

function ratesOf(points: Line["points"]): Array<readonly [number, number]> {
  return points.slice(1).flatMap(([time, value], index) => {
    const [before, earlier] = points[index] ?? [time, value];
    const seconds = (time - before) / 1_000;
    return seconds <= 0 ? [] : [[time, Math.max(0, value - earlier) / seconds] as const];
  });
}

function told(
  service: ServiceParam,
  { line, shift, isRate, timeMs, beforeMs }: Change,
  known: readonly ServiceParam[],
) {
  const { __name__: name = "", ...labels } = line.labels;
  const own = Object.fromEntries(
    Object.entries(labels).filter(([label]) => !(label in service.labels) && label !== "instance"),
  );
  const meaning = meaningOf(name, own, shift, service, known);
  const shown = Object.keys(own).length === 0 ? name : `${name}{${matchersOf(own)}}`;
  const way = shift.after > shift.before ? "rose" : "fell";
  const unit = isRate ? " a second" : "";
  const about = meaning.service === service.name ? "" : ` (counted by ${service.name})`;
  return {
    rank: Math.log10(1 + shift.strength) * (meaning.sure + 0.2),
    service: meaning.service,
    code: name,
    sign: meaning.sign,
    kind: "series" as const,
    own: meaning.own,
    sure: meaning.sure,
    text: `${shown} ${way} from ${shownNumber(shift.before)} to ${shownNumber(shift.after)}${unit}${about}`,
    current: true,
    onset: { fromMs: beforeMs, toMs: timeMs },
    instance: labels.instance,
    query: `${name}{${matchersOf(labels)}}`,
  };
}
