/** The catalogue: how one exporter gives one signal, and in which label it names the service. Data: `data/signals.yaml`. */
import { lazily, readData } from "../../../../platform/data-file.js";
import { type Requests, signalsSchema } from "../../../../schema/signals.js";
import type { Naming, Signal, Unit } from "../../../../vocabulary/signals.js";

export interface ServiceLabel {
  label: string;
  naming: Naming;
}

export interface Recipe {
  signal: Signal;
  /** Who exposes it, in words. */
  exporter: string;
  /** All of them must be there. */
  metrics: readonly string[];
  /** Labels that may name the service, the surest first. */
  labels: readonly ServiceLabel[];
  unit: Unit;
  /** PromQL with one value; `$match` stands for the service's matcher, `$window` for the span of a rate. */
  query: string;
}

/** Containers and not the pod's own sums or its pause container. */
const CONTAINER = '$match,container!="",container!="POD"';
const QUANTILES = [
  ["latency_p50", 0.5],
  ["latency_p95", 0.95],
  ["latency_p99", 0.99],
] as const;

/** Answers that are no failures of the service, by the codes that they have. */
export const ANSWERS = [
  ["refused_ratio", "401|403"],
  ["throttled_ratio", "429"],
] as const;

/** Where a label holds classes such as 4xx, nobody knows which of them were refusals. */
export const ANY_CODE = "[1-5][0-9][0-9]";

/** The matcher of failures for other codes; undefined where the label holds no codes of three digits. */
export function withCodes(failed: string, codes: string): string | undefined {
  const [, label] = /^([A-Za-z_]\w{0,100})=~"5(?:\.\.|\.\*)"$/.exec(failed) ?? [];
  return label === undefined ? undefined : `${label}=~"${codes}"`;
}

/** The surest first. */
export const catalogue = lazily((): readonly Recipe[] => {
  const { program_labels: programs, requests, exporters } = readData("signals.yaml", signalsSchema);
  return [
    ...requests.flatMap((one) => recipesOf(one).map((recipe) => ({ ...recipe, labels: one.labels ?? programs }))),
    ...exporters.flatMap(({ exporter, labels = programs, signals }) =>
      signals.map((one) => ({ ...one, exporter, labels, query: one.query.replaceAll("$container", () => CONTAINER) })),
    ),
  ];
});

function recipesOf({ exporter, count, failed, only, duration }: Requests): Array<Omit<Recipe, "labels">> {
  const matchers = (more?: string) => ["$match", only, more].filter((part) => part !== undefined).join(",");
  const rate = (metric: string, more?: string) => `rate(${metric}{${matchers(more)}}[$window])`;
  const all = `sum(${rate(count)})`;
  const errors = `(sum(${failed.map((more) => rate(count, more)).join(" or ")}) or vector(0))`;
  const recipes: Array<Omit<Recipe, "labels">> = [
    { exporter, signal: "request_rate", unit: "a second", metrics: [count], query: all },
    { exporter, signal: "error_rate", unit: "a second", metrics: [count], query: errors },
    { exporter, signal: "error_ratio", unit: "ratio", metrics: [count], query: `${errors} / ${all}` },
  ];
  for (const [signal, codes] of ANSWERS) {
    const of = (wanted: string) =>
      failed
        .flatMap((more) => withCodes(more, wanted) ?? [])
        .map((more) => rate(count, more))
        .join(" or ");
    if (of(codes) === "") continue;
    const query = `(sum(${of(codes)}) or vector(0)) / ${all} and on () count(${of(ANY_CODE)}) > 0`;
    recipes.push({ exporter, signal, unit: "ratio", metrics: [count], query });
  }
  if (duration === undefined) return recipes;
  const { name, per_second: perSecond, buckets } = duration;
  const [sum, number, bucket] = [`${name}_sum`, `${name}_count`, `${name}_bucket`];
  const scale = perSecond === 1 ? "" : ` / ${perSecond}`;
  const mean = `sum(${rate(sum)}) / sum(${rate(number)})${scale}`;
  recipes.push({ exporter, signal: "latency_mean", unit: "seconds", metrics: [sum, number], query: mean });
  for (const [signal, quantile] of buckets ? QUANTILES : []) {
    const query = `histogram_quantile(${quantile}, sum by (le) (${rate(bucket)}))${scale}`;
    recipes.push({ exporter, signal, unit: "seconds", metrics: [bucket], query });
  }
  return recipes;
}
