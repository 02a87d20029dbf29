/** What a Prometheus source watches: its targets grouped into services, what kind of thing each is, who calls whom, and the team's own alerting rules. */

import type { PrometheusSource } from "../connectors/prometheus/api.js";
import { askNames, askRules, askSeries, askTargets, type Target } from "../connectors/prometheus/lists.js";
import { type ToolContext, ToolFailure } from "../define-tool.js";
import { durationMs } from "../tools/kit/instant.js";
import { healthOf, kindsOf } from "../tools/kit/investigation/health-rules.js";
import { eachWithin, matchersOf } from "../tools/kit/investigation/ranges.js";
import { callsOf } from "./calls.js";
import { type FoundService, type FoundStack, withoutExporter } from "./found.js";
import { environmentOf } from "./kubernetes.js";
import { signalsOf } from "./signals.js";

/** What stopped an hour ago still belongs to the stack. */
const LOOK_BACK_MS = 6 * 3_600_000;
const AT_ONCE = 4;
const GROUPS_MAX = 300;
/** Labels that tell services of one job apart, the most telling first. */
const APART = [
  "service",
  "app",
  "application",
  "component",
  "service_name",
  "app_kubernetes_io_name",
  "workload",
  "deployment",
];
/** Kinds of this rank and above are things, not ways to be made. */
const THING_RANK = 70;

export async function discoverPrometheus(source: PrometheusSource, context: ToolContext): Promise<FoundStack> {
  const sinceMs = context.now() - LOOK_BACK_MS;
  const targets = await targetsOf(source, sinceMs, context);
  const groups = groupsOf(targets).slice(0, GROUPS_MAX);
  const answers = await eachWithin(groups, AT_ONCE, context, (group) => servicesOf(group, source, sinceMs, context));
  const services = unique(answers.flatMap(({ value = [] }) => value));
  const notes = answers.flatMap(({ item, failure }) =>
    failure === undefined ? [] : [`the metrics of ${matchersOf(item.labels)} could not be listed: ${failure.message}`],
  );
  const calls = await callsOf(services, source, sinceMs, context);
  const rules = await rulesOf(source, notes, context);
  const seconds = targets.flatMap(({ scrapeInterval }) => {
    const ms = durationMs(scrapeInterval ?? "");
    return ms === undefined ? [] : [ms / 1_000];
  });
  const middle = seconds.sort((a, b) => a - b)[seconds.length >> 1];
  return {
    services,
    calls,
    ...rules,
    notes,
    scrapeSeconds: middle === undefined ? undefined : Math.max(1, middle),
  };
}

/** Servers that speak the same interface and list no targets still have `up`. */
async function targetsOf(source: PrometheusSource, sinceMs: number, context: ToolContext): Promise<Target[]> {
  try {
    const targets = await askTargets(source, context);
    if (targets.length > 0) return targets;
  } catch (error) {
    if (!(error instanceof ToolFailure) || context.signal.aborted) throw error;
  }
  const series = await askSeries(source, "up", sinceMs, context);
  return series.map(({ __name__: _, ...labels }) => ({ labels, scrapeUrl: "", health: "unknown", lastError: "" }));
}

interface Group {
  labels: Record<string, string>;
  /** Those of one of its targets, with what does not tell services apart. */
  allLabels: Record<string, string>;
  instances: string[];
  addresses: string[];
}

function groupsOf(targets: readonly Target[]): Group[] {
  const byJob = new Map<string, Target[]>();
  for (const target of targets) {
    const job = target.labels.job ?? "";
    byJob.set(job, [...(byJob.get(job) ?? []), target]);
  }
  return [...byJob].flatMap(([job, list]) => {
    const label = APART.find((name) => new Set(list.map(({ labels }) => labels[name])).size > 1);
    const groups = new Map<string, Group>();
    for (const target of list) {
      const value = label === undefined ? undefined : target.labels[label];
      const labels: Record<string, string> = {
        ...(job === "" ? {} : { job }),
        ...(label === undefined || value === undefined ? {} : { [label]: value }),
      };
      if (Object.keys(labels).length === 0) continue;
      const key = JSON.stringify(labels);
      const group = groups.get(key) ?? { labels, allLabels: target.labels, instances: [], addresses: [] };
      if (target.labels.instance !== undefined) group.instances.push(target.labels.instance);
      group.addresses.push(addressOf(target.scrapeUrl));
      groups.set(key, group);
    }
    return [...groups.values()];
  });
}

function addressOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return "";
  }
}

async function servicesOf(
  group: Group,
  source: PrometheusSource,
  sinceMs: number,
  context: ToolContext,
): Promise<FoundService[]> {
  const metrics = await askNames(source, `{${matchersOf(group.labels)}}`, sinceMs, context);
  const kinds = kindsOf(new Set(metrics));
  const things = kinds.filter((kind) => (healthOf(kind)?.rank ?? 0) >= THING_RANK);
  if (things.length < 2 || group.instances.length < 2)
    return [await serviceOf(group, metrics, source, sinceMs, context)];
  // Several things below one job: each instance is looked at alone.
  const alone = await Promise.all(
    group.instances.slice(0, 50).map(async (instance) => {
      const labels = { ...group.labels, instance };
      const own = await askNames(source, `{${matchersOf(labels)}}`, sinceMs, context);
      return serviceOf({ ...group, labels, instances: [instance] }, own, source, sinceMs, context);
    }),
  );
  return alone;
}

async function serviceOf(
  { labels, instances, addresses, allLabels }: Group,
  metrics: readonly string[],
  source: PrometheusSource,
  sinceMs: number,
  context: ToolContext,
): Promise<FoundService> {
  const kinds = kindsOf(new Set(metrics));
  const [main] = kinds;
  const rank = main === undefined ? 0 : (healthOf(main)?.rank ?? 0);
  const signals = rank >= THING_RANK ? {} : await signalsOf(labels, metrics, source, sinceMs, context);
  if (signals.requests !== undefined && !kinds.includes("service")) kinds.unshift("service");
  const own = APART.map((label) => labels[label]).find((value) => value !== undefined);
  const job = labels.job ?? "service";
  const isExporter = main !== undefined && healthOf(main)?.seen === "exporter";
  const split = labels.instance !== undefined && main !== undefined;
  const name = own ?? (split ? main : isExporter ? withoutExporter(job) : job);
  const also = new Set([job, withoutExporter(job), ...(await addressesOf(labels, kinds, source, sinceMs, context))]);
  if (!isExporter) for (const address of [...instances, ...addresses]) if (address !== "") also.add(address);
  also.delete(name);
  const environment = environmentOf(allLabels);
  return {
    name: nameOf(name),
    kinds: kinds.slice(0, 10),
    source: source.name,
    labels,
    instances: [...new Set(instances)].sort(),
    also: [...also]
      .filter((one) => one !== "")
      .sort()
      .slice(0, 30),
    signals,
    metrics: [...metrics],
    environment,
  };
}

const nameOf = (text: string): string =>
  text.replace(/[^\p{L}\p{N}_./:@-]+/gu, "-").replace(/^[^\p{L}\p{N}_]+/u, "") || "service";

/** Where the watched thing itself listens, as its exporter tells it in labels. */
async function addressesOf(
  labels: Readonly<Record<string, string>>,
  kinds: readonly string[],
  source: PrometheusSource,
  sinceMs: number,
  context: ToolContext,
): Promise<string[]> {
  const [main] = kinds;
  if (main === undefined || healthOf(main)?.seen !== "exporter" || main === "node" || main === "blackbox") return [];
  const series = await askSeries(source, `{${matchersOf(labels)},__name__=~".*_(info|static|up)"}`, sinceMs, context);
  return series.flatMap((one) =>
    Object.entries(one).flatMap(([label, value]) => {
      if (label === "tcp_port" && /^\d{2,5}$/.test(value)) return [`:${value}`];
      if (!/^(?:server|addr|address|target|host|endpoint|uri|url|instance_addr)$/.test(label)) return [];
      const [, address] = /(?:^|\/\/|@)([\w.-]+:\d{2,5})(?:\/|$)/.exec(value) ?? [];
      return address === undefined ? [] : [address];
    }),
  );
}

/** Two jobs may give one name; the labels tell them apart. */
function unique(services: readonly FoundService[]): FoundService[] {
  const taken = new Map<string, FoundService>();
  return services.map((service) => {
    let { name } = service;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${service.name}-${n}`;
    const kept = { ...service, name };
    taken.set(name.toLowerCase(), kept);
    return kept;
  });
}

async function rulesOf(
  source: PrometheusSource,
  notes: string[],
  context: ToolContext,
): Promise<Pick<FoundStack, "alertRules" | "recordingRules">> {
  try {
    const rules = await askRules(source, context);
    const ofType = (wanted: string) =>
      rules
        .filter(({ type, query }) => type === wanted && query.length <= 4_000)
        .map(({ name, query }) => ({ source: source.name, name, expr: query }))
        .slice(0, 1_000);
    return { alertRules: ofType("alerting"), recordingRules: ofType("recording") };
  } catch (error) {
    if (!(error instanceof ToolFailure) || context.signal.aborted) throw error;
    notes.push(`the rules of ${source.name} could not be listed: ${error.message}`);
    return { alertRules: [] };
  }
}
