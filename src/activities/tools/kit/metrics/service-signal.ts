/**
 * From a service and a signal to PromQL: the server is asked which metrics of the catalogue it holds for the service, and
 * the first line whose metrics are all there is used. What a service is called is data: it cannot end its quotes.
 */

import type { Naming, Signal } from "../../../../vocabulary/signals.js";
import { askMetricNames, type PrometheusSource } from "../../../connectors/prometheus/api.js";
import type { ToolContext } from "../../../define-tool.js";
import { catalogue, type Recipe, type ServiceLabel } from "./catalogue.js";

/** Metrics that came up this long before the moment count as there, where no span is asked for. */
const PRESENT_SECONDS = 600;

export interface Wanted {
  service: string;
  signal: Signal;
  windowSeconds: number;
  /** Milliseconds since the epoch. */
  sinceMs?: number;
  untilMs: number;
}
export type Sought =
  | { ok: true; recipe: Recipe; label: ServiceLabel; query: string; also: string[] }
  | { ok: false; lookedFor: readonly Recipe[]; query: string };

export async function seekSignal(source: PrometheusSource, wanted: Wanted, context: ToolContext): Promise<Sought> {
  const recipes = catalogue().filter(({ signal }) => signal === wanted.signal);
  const there = await present(source, recipes, wanted, context);
  const usable = recipes.flatMap((recipe) => {
    const label = recipe.labels.find((one) => recipe.metrics.every((metric) => there.get(keyOf(one))?.has(metric)));
    return label === undefined ? [] : [{ recipe, label }];
  });
  const [first, ...others] = usable;
  if (first === undefined) return { ok: false, lookedFor: recipes, query: questionOf(recipes, wanted.service) };
  const query = queryOf(first.recipe, first.label, wanted.service, wanted.windowSeconds);
  const also = new Set(others.map(({ recipe }) => recipe.exporter));
  also.delete(first.recipe.exporter);
  return { ok: true, ...first, query, also: [...also] };
}

/** The line's PromQL for the service. */
export function queryOf(recipe: Recipe, label: ServiceLabel, service: string, windowSeconds: number): string {
  const values: Record<string, string> = { $match: matcherOf(label, service), $window: `${windowSeconds}s` };
  return recipe.query.replace(/\$(?:match|window)/g, (token) => values[token] ?? token);
}

/** By label and naming: the metrics that the server holds for the service. */
async function present(
  source: PrometheusSource,
  recipes: readonly Recipe[],
  { service, sinceMs, untilMs }: Wanted,
  context: ToolContext,
): Promise<Map<string, ReadonlySet<string>>> {
  const asked = new Map<string, { label: ServiceLabel; metrics: Set<string> }>();
  for (const { labels, metrics } of recipes) {
    for (const label of labels) {
      const entry = asked.get(keyOf(label)) ?? { label, metrics: new Set() };
      for (const metric of metrics) entry.metrics.add(metric);
      asked.set(keyOf(label), entry);
    }
  }
  const span = { sinceMs: Math.min(sinceMs ?? untilMs, untilMs - PRESENT_SECONDS * 1_000), untilMs };
  const found = new Map<string, ReadonlySet<string>>();
  for (const [key, { label, metrics }] of asked) {
    const selector = `{${nameMatcher(metrics)},${matcherOf(label, service)}}`;
    const names = await askMetricNames(source, selector, span, metrics.size, context);
    found.set(key, new Set(names.filter((name) => metrics.has(name))));
  }
  return found;
}

const keyOf = ({ label, naming }: ServiceLabel): string => `${label} ${naming}`;
/** Names of metrics hold no character that means something in a pattern. */
const nameMatcher = (names: Iterable<string>): string => `__name__=~${quoted([...names].join("|"))}`;

/** What was asked for, where nothing was found: for people, since one question a label was sent. */
function questionOf(recipes: readonly Recipe[], service: string): string {
  const names = new Set(recipes.flatMap(({ metrics }) => metrics));
  const labels = [...new Set(recipes.flatMap((recipe) => recipe.labels.map(({ label }) => label)))];
  return `{${nameMatcher(names)}} with one of ${labels.join(", ")} for ${quoted(service)}`;
}

/** What Kubernetes makes suffixes of: no vowels, so that `checkout-api` is no pod of `checkout`. */
const SUFFIX = "[bcdfghjklmnpqrstvwxz2456789]";

const PATTERNS: Record<Exclude<Naming, "exact">, (name: string) => string> = {
  job: (name) => `(.+/)?${name}`,
  instance: (name) => `${name}(:[0-9]+)?`,
  pod: (name) => `${name}(-[0-9]+|-(${SUFFIX}{5,10}-)?${SUFFIX}{5})?`,
  cluster: (name) => `(.*[|])?${name}([.].*)?`,
  provider: (name) => `([^@]+-)?${name}(-[0-9]+)?(@.+)?`,
};

/** A label matcher that holds for the service alone, whatever its name holds. */
export function matcherOf({ label, naming }: ServiceLabel, service: string): string {
  if (naming === "exact") return `${label}=${quoted(service)}`;
  return `${label}=~${quoted(PATTERNS[naming](service.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&")))}`;
}

/** A string of PromQL, which reads escapes as Go does. */
const quoted = (text: string): string => JSON.stringify(text);
