/** The catalogue of exporters: every line is PromQL of its own metrics, whatever the service is called. */
import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSelector } from "../../../../../src/activities/connectors/exposition/selector.js";
import { promqlFault } from "../../../../../src/activities/connectors/prometheus/promql.js";
import { catalogue, type ServiceLabel } from "../../../../../src/activities/tools/kit/metrics/catalogue.js";
import { matcherOf, queryOf } from "../../../../../src/activities/tools/kit/metrics/service-signal.js";
import { metricQuery } from "../../../../../src/activities/tools/metric-query.js";
import { type Naming, SIGNALS } from "../../../../../src/vocabulary/signals.js";

const CATALOGUE = catalogue();
const { parser } = createRequire(import.meta.url)(
  "@prometheus-io/lezer-promql",
) as typeof import("@prometheus-io/lezer-promql");

/** The tree of a query, by the names of its nodes alone. */
function shapeOf(query: string): string {
  const names: string[] = [];
  parser.parse(query).iterate({ enter: ({ name }) => void names.push(name) });
  return names.join(" ");
}
/** The names of the metrics that a query reads. */
function metricsIn(query: string): Set<string> {
  const found = new Set<string>();
  parser.parse(query).iterate({
    enter: (node) => {
      if (node.name === "VectorSelector") found.add(/^[a-zA-Z_:][\w:]*/.exec(query.slice(node.from))?.[0] ?? "");
    },
  });
  return found;
}

describe("a line of the catalogue", () => {
  const lines = CATALOGUE.map(
    (recipe) => [`${recipe.exporter}: ${recipe.signal} of ${recipe.metrics[0]}`, recipe] as const,
  );

  test.each(lines)("%s is PromQL over just the metrics it names", (_, recipe) => {
    const [label] = recipe.labels;
    if (label === undefined) throw new Error("it names no label");
    const query = queryOf(recipe, label, "checkout", 300);
    expect(promqlFault(query)).toBeUndefined();
    expect([...metricsIn(query)].sort()).toEqual([...new Set(recipe.metrics)].sort());
    expect(query).not.toContain("$");
    // One value: nothing is left to tell several series apart by.
    expect(query).toMatch(/^(?:\(?sum|max|avg|1 - avg|histogram_quantile)\b/);
  });

  test("is there for every signal, and none stands twice", () => {
    expect(SIGNALS.filter((signal) => !CATALOGUE.some((recipe) => recipe.signal === signal))).toEqual([]);
    const keys = CATALOGUE.map(({ signal, query }) => `${signal} ${query}`);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });
});

const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(..."\"'`\\{}()[],=~!|.*+?^$ \nab0/-@:") as never, maxLength: 30 }),
  fc.constantFrom('x"} or vector(1) #', 'x\\"} or up{a="', "${match}", "$window", "$1", "a`b", "\\", '"', "x|.*", ".*"),
);
const labels: ServiceLabel[] = (["exact", "job", "instance", "pod", "cluster", "provider"] as Naming[]).map(
  (naming) => ({
    label: "service",
    naming,
  }),
);

describe("a service's name", () => {
  test("cannot end its quotes: the query keeps its shape", () => {
    fc.assert(
      fc.property(fc.constantFrom(...CATALOGUE), hostile, (recipe, service) => {
        if (!metricQuery.params.safeParse({ source: "a", signal: recipe.signal, service }).success) return;
        const [label] = recipe.labels;
        if (label === undefined) throw new Error("it names no label");
        const query = queryOf(recipe, label, service, 300);
        expect(promqlFault(query)).toBeUndefined();
        expect(shapeOf(query)).toBe(shapeOf(queryOf(recipe, label, "checkout", 300)));
      }),
      { numRuns: 400 },
    );
  });

  test("is matched as it stands, and nothing in it is a pattern", () => {
    fc.assert(
      fc.property(fc.constantFrom(...labels), hostile, hostile, (label, service, other) => {
        if (!metricQuery.params.safeParse({ source: "a", signal: "cpu", service }).success) return;
        const parsed = parseSelector(`up{${matcherOf(label, service)}}`);
        if (!parsed.ok) throw new Error(parsed.message);
        const fits = (value: string) => parsed.selector.matchers.find((one) => one.label === "service")?.fits(value);
        expect(fits(service)).toBe(true);
        // Another name of the same length is not the same service, whatever stands in either.
        if (other.length === service.length && other !== service) expect(fits(other)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ["job", ["checkout", "shop/checkout"], ["checkout2", "shop/checkout-api", "xcheckout"]],
    ["instance", ["checkout", "checkout:9100"], ["checkout-1:9100", "checkout:x"]],
    [
      "pod",
      ["checkout", "checkout-0", "checkout-12", "checkout-6d5f7b9c4-x7x2k", "checkout-x7x2k"],
      ["checkout-api-6d5f7b9c4-x7x2k", "checkout-api-0", "checkout-apiserver", "precheckout-0"],
    ],
    [
      "cluster",
      ["checkout", "outbound|80||checkout.shop.svc.cluster.local"],
      ["checkout-api", "outbound|80||checkout-api.shop"],
    ],
    ["provider", ["checkout@docker", "shop-checkout-80@kubernetes", "checkout"], ["checkout-api@docker"]],
    ["exact", ["checkout"], ["Checkout", "checkout "]],
  ] as const)("in a label of kind %s stands for its own alone", (naming, own, others) => {
    const parsed = parseSelector(`up{${matcherOf({ label: "l", naming }, "checkout")}}`);
    if (!parsed.ok) throw new Error(parsed.message);
    const fits = (value: string) => parsed.selector.matchers.find(({ label }) => label === "l")?.fits(value);
    expect(own.filter((value) => !fits(value))).toEqual([]);
    expect(others.filter((value) => fits(value))).toEqual([]);
  });
});
