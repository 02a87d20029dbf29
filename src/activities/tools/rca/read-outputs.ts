/** Reads the outputs of other nodes by their form, whichever tool they came from. What it cannot read it names. */

import { inSlices } from "../../../platform/slices.js";
import type { Json, JsonObject } from "../../../schema/json.js";
import type { ToolContext } from "../../define-tool.js";
import { entriesOf, groupsOf } from "../analysis/templates.js";
import { shortened } from "../kit/finding.js";
import { isoMs } from "../kit/instant.js";
import { spansIn } from "../kit/traces/call-spans.js";
import { listIn, numberIn, objectIn, textIn } from "./json-parts.js";
import { readLimits } from "./limit-evidence.js";
import { measureIn, serviceIn, serviceInQuery } from "./metric-names.js";
import {
  type About,
  type Observations,
  type Origin,
  QUERY_SHOWN_MAX_CHARS,
  serviceName,
  skip,
  UNNAMED,
} from "./observations.js";
import { signalOf } from "./ranking/signal-kinds.js";
import { readChanges } from "./read-changes.js";
import { isState, readState } from "./state-evidence.js";

/** Series of one query that are read. */
const LINES_MAX = 500;

type Context = Pick<ToolContext, "blobs" | "now" | "signal">;

export interface NodeOutput {
  node: string;
  output: Json;
  about: About;
}

export function noObservations(service: string | undefined): Observations {
  const named = service === undefined ? undefined : serviceName(service);
  const none = {
    series: [],
    logs: [],
    analysed: [],
    traces: [],
    spans: [],
    changes: [],
    probes: [],
    states: [],
    calls: [],
  };
  return { service: named, ...none, looked: [], notLooked: [] };
}

/** Adds what one output tells. */
export async function readOutput(one: NodeOutput, material: Observations, context: Context): Promise<void> {
  const output = objectIn(one.output);
  if (output === undefined) return skip(material, one.node, "its output is no mapping");
  const origin = { node: one.node, query: queryOf(output) };
  const said = one.about.service ?? material.service;
  if (typeof output.kind === "string" && Array.isArray(output.series)) {
    readLimits(output, origin, material);
    return readMetric(output, origin, one.about, material, context);
  }
  if (isState(output)) return readState(output, origin, material);
  if (Array.isArray(output.error_origins)) return readTraces(output, origin, material, context);
  if (objectIn(output.by_level) !== undefined && typeof output.blob === "string") {
    return readLog(output, origin, said, material, context);
  }
  if (Array.isArray(output.templates)) return readAnalysis(output, origin, said, material);
  const changes = output.changes ?? output.deployments;
  if (Array.isArray(changes)) return readChanges(changes, output, { origin, about: one.about }, material);
  if (typeof output.ok === "boolean" && typeof output.url === "string") return readProbe(output, one, material);
  skip(material, one.node, "its output is of no kind that causes are read from");
}

function queryOf(output: JsonObject): string {
  const asked = textIn(output.query) ?? textIn(output.url) ?? textIn(output.path);
  const of = [textIn(output.source), asked].filter((part) => part !== undefined).join(": ");
  return shortened(of === "" ? "what the node returned" : of, QUERY_SHOWN_MAX_CHARS);
}

async function readMetric(
  output: JsonObject,
  origin: Origin,
  about: About,
  material: Observations,
  context: Context,
): Promise<void> {
  const query = textIn(output.query) ?? "";
  const asked = objectIn(output.signal);
  const signal = textIn(asked?.name);
  const told = signal === undefined ? measureIn(query, textIn(output.kind)) : { metric: signal, statistic: "" };
  const { metric, statistic } = { ...told, ...definedOf(about) };
  const owner = about.service ?? textIn(asked?.service);
  const lines: Array<{ labels: JsonObject; points: Json }> = [];
  if (Array.isArray(output.points)) lines.push({ labels: listIn(output.series)[0] ?? {}, points: output.points });
  else if (typeof output.blob === "string") {
    for (const text of (await context.blobs.get(output.blob)).split("\n").slice(0, LINES_MAX)) {
      const line = text === "" ? undefined : objectIn(JSON.parse(text) as Json);
      if (line !== undefined) lines.push({ labels: objectIn(line.labels) ?? {}, points: line.points ?? [] });
    }
  } else {
    return skip(
      material,
      origin.node,
      "it holds one value and no course over time: ask for a range with since and step_seconds",
    );
  }
  for (const { labels, points } of lines) {
    const own = objectIn(labels.labels) ?? labels;
    const named = owner ?? serviceIn(own) ?? serviceInQuery(query) ?? material.service ?? UNNAMED;
    material.series.push({
      ...origin,
      service: serviceName(named),
      metric,
      statistic,
      signal: signalOf(metric, statistic),
      points: secondsOf(points),
    });
  }
  material.looked.push({ node: origin.node, what: `${lines.length} series of ${metric}` });
}

const definedOf = ({ metric, statistic }: About): { metric?: string; statistic?: string } => ({
  ...(metric === undefined ? {} : { metric }),
  ...(statistic === undefined ? {} : { statistic }),
});

/** Ascending; of two values at one time the last counts. */
function secondsOf(points: Json): Array<[number, number | null]> {
  const known = new Map<number, number | null>();
  for (const point of Array.isArray(points) ? points : []) {
    const [time, value] = Array.isArray(point) ? point : [];
    const ms = typeof time === "string" ? isoMs(time) : undefined;
    if (ms !== undefined) known.set(ms / 1_000, typeof value === "number" ? value : null);
  }
  return [...known].sort((a, b) => a[0] - b[0]);
}

async function readLog(
  output: JsonObject,
  origin: Origin,
  service: string | undefined,
  material: Observations,
  context: Context,
): Promise<void> {
  const text = await context.blobs.get(textIn(output.blob) ?? "");
  const read = await inSlices(entriesOf(text.split("\n"), context.now()), context.signal);
  const entries = read.filter(({ timeMs }) => !Number.isNaN(timeMs));
  const fromMs = isoMs(textIn(output.since) ?? "") ?? entries[0]?.timeMs ?? 0;
  const truncated = output.truncated === true;
  material.logs.push({
    ...origin,
    service: serviceName(service ?? UNNAMED),
    entries,
    groups: await inSlices(groupsOf(entries), context.signal),
    // Of a log that was cut the oldest lines are missing: nothing is known from before the first that is there.
    fromMs: truncated ? (entries[0]?.timeMs ?? fromMs) : fromMs,
    toMs: isoMs(textIn(output.until) ?? "") ?? entries.at(-1)?.timeMs ?? 0,
    truncated,
  });
  material.looked.push({ node: origin.node, what: `${entries.length} log lines` });
}

function readAnalysis(output: JsonObject, origin: Origin, service: string | undefined, material: Observations): void {
  const shifts = objectIn(output.shifts);
  const split = objectIn(shifts?.split);
  const isError = (item: JsonObject): boolean => item.level === "error" || item.level === "fatal";
  const fresh = listIn(shifts?.appeared).filter((item) => item.sure === true && isError(item));
  const more = listIn(shifts?.rate_changes).filter((item) => isError(item) && numberIn(item.factor) > 1);
  const splitMs = isoMs(textIn(split?.at) ?? "");
  material.analysed.push({
    ...origin,
    service: serviceName(service ?? UNNAMED),
    correlates: output.correlates_with_change === true,
    verdict: textIn(output.verdict),
    changeMs: split?.kind === "given" ? splitMs : undefined,
    splitMs,
    begun: [
      ...fresh.map((item) => ({
        template: textIn(item.template) ?? "",
        text: `new: ${textIn(item.template)}, ${numberIn(item.count)} times since ${textIn(item.at)}`,
        atMs: isoMs(textIn(item.at) ?? ""),
      })),
      ...more.map((item) => ({
        template: textIn(item.template) ?? "",
        text: `${numberIn(item.factor)} times as frequent: ${textIn(item.template)}`,
      })),
    ],
    total: numberIn(output.total),
  });
  material.looked.push({ node: origin.node, what: `an analysis of ${numberIn(output.total)} log lines` });
}

async function readTraces(output: JsonObject, origin: Origin, material: Observations, context: Context): Promise<void> {
  const named = (value: Json | undefined): string => serviceName(textIn(value) ?? UNNAMED);
  material.traces.push({
    ...origin,
    service: named(output.service),
    total: numberIn(output.total),
    failed: numberIn(output.failed),
    origins: listIn(output.error_origins).map((item) => ({
      service: named(item.service),
      operation: textIn(item.operation) ?? "",
      message: textIn(item.message) ?? "",
      traces: numberIn(item.traces),
      reached: numberIn(item.reached_root),
      path: (Array.isArray(item.path) ? item.path : []).filter((part) => typeof part === "string").join(" → "),
    })),
    shares: listIn(output.services).map((item) => ({ service: named(item.service), share: numberIn(item.share) })),
  });
  for (const { caller, callee } of listIn(output.calls)) {
    material.calls.push({ ...origin, caller: named(caller), callee: named(callee) });
  }
  const kept = textIn(output.spans_blob);
  const spans =
    kept === undefined
      ? []
      : spansIn(await context.blobs.get(kept)).map((span) => ({ ...span, service: serviceName(span.service) }));
  if (spans.length > 0) material.spans.push({ ...origin, spans });
  material.looked.push({ node: origin.node, what: `${numberIn(output.total)} traces` });
}

function readProbe(output: JsonObject, { node, about }: NodeOutput, material: Observations): void {
  const url = textIn(output.url) ?? "";
  const host = /^[a-z]+:\/\/([^/?#]+)/i.exec(url)?.[1] ?? url;
  const said = output.status === null || output.status === undefined ? "no answer" : `status ${String(output.status)}`;
  const text = `${url} answered ${output.ok === true ? "as expected" : "not as expected"}: ${said}`;
  const query = shortened(`GET ${url}`, QUERY_SHOWN_MAX_CHARS);
  material.probes.push({ node, query, service: serviceName(about.service ?? host), ok: output.ok === true, text });
  material.looked.push({ node, what: "a probe" });
}
