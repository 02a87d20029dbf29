/** Root causes: made systems whose cause is known by construction, one idea a test. */
import { expect, test } from "vitest";
import { type Cause, type MetricSeries, rankCauses } from "../../../src/activities/tools/rca/rank-causes.js";

const START = 1_700_000_000;
const STEP = 60;
const NOTICED = START + 20 * STEP;

/** Twenty calm minutes with a small regular swing, then ten bad ones. */
function series(
  node: string,
  metric: string,
  calm: number | null,
  bad: number | null,
  statistic?: string,
): MetricSeries {
  const points = Array.from({ length: 30 }, (_, index): [number, number | null] => {
    const value = index < 20 ? calm : bad;
    return [START + index * STEP, value === null ? null : value * (1 + 0.01 * ((index % 3) - 1))];
  });
  return { node, metric, statistic, points };
}

const slow = (node: string, calm: number, bad: number, calls = 100): MetricSeries[] => [
  series(node, "latency", calm, bad, "Average"),
  series(node, "requests", calls, calls, "Sum"),
];

function find(
  metrics: MetricSeries[],
  graph: Array<[string, string]>,
  metric = "latency",
  time: { from: number; to?: number } = { from: NOTICED },
): Cause[] {
  return rankCauses({ metrics, graph, target: { node: "shop", metric }, time });
}

const names = (causes: Cause[]): string[] => causes.map(({ node }) => node);

const CHAIN: Array<[string, string]> = [
  ["shop", "cart"],
  ["cart", "store"],
  ["shop", "search"],
];

test("the deepest dependency that explains the target's latency is the cause", () => {
  const causes = find(
    [...slow("shop", 0.2, 0.7), ...slow("cart", 0.1, 0.6), ...slow("store", 0.05, 0.55), ...slow("search", 0.1, 0.1)],
    CHAIN,
  );
  expect(names(causes).slice(0, 1)).toEqual(["store"]);
  expect(causes[0]?.role).toBe("origin");
  expect(causes[0]?.path).toEqual(["shop", "cart", "store"]);
  expect(causes.find(({ node }) => node === "cart")?.role).toBe("passes-on");
  expect(causes[0]?.score).toBeGreaterThan(0.8);
});

test("a node whose dependencies explain only a little of its latency is the cause itself", () => {
  const causes = find(
    [...slow("shop", 0.2, 0.7), ...slow("cart", 0.1, 0.6), ...slow("store", 0.05, 0.08), ...slow("search", 0.1, 0.1)],
    CHAIN,
  );
  expect(names(causes)[0]).toBe("cart");
});

test("a dependency that is called rarely does not explain much, however slow it became", () => {
  const causes = find(
    [...slow("shop", 0.2, 0.7), ...slow("cart", 0.1, 0.6), ...slow("store", 0.05, 0.05), ...slow("search", 0.1, 5, 1)],
    CHAIN,
  );
  expect(names(causes).slice(0, 2)).toEqual(["cart", "search"]);
});

test("failed calls are followed by their number, whether availability, a rate or a count tells it", () => {
  const causes = find(
    [
      series("shop", "availability", 100, 90, "Average"),
      series("shop", "requests", 100, 100, "Sum"),
      series("cart", "error_rate", 0, 0.1),
      series("cart", "requests", 100, 100, "Sum"),
      series("store", "errors_total", 0, 10, "Sum"),
      series("search", "availability", 1, 0.99),
      series("search", "requests", 10, 10, "Sum"),
    ],
    CHAIN,
    "availability",
  );
  expect(names(causes)[0]).toBe("store");
  expect(causes.find(({ node }) => node === "search")?.score ?? 0).toBeLessThan(0.02);
});

test("milliseconds and seconds are compared as what they are", () => {
  const causes = find(
    [
      ...slow("shop", 0.2, 0.7),
      series("cart", "latency_ms", 100, 600, "avg"),
      series("cart", "requests", 100, 100),
      series("search", "latency_ms", 30, 60, "avg"),
      series("search", "requests", 100, 100),
    ],
    CHAIN,
  );
  expect(names(causes)[0]).toBe("cart");
  expect(causes.find(({ node }) => node === "search")?.score ?? 0).toBeLessThan(0.1);
});

test("a node that is not measured is looked through", () => {
  const causes = find([...slow("shop", 0.2, 0.7), ...slow("store", 0.05, 0.55)], CHAIN);
  expect(names(causes)[0]).toBe("store");
});

test("a dependency that was never called before is its caller's doing", () => {
  const metrics = [
    ...slow("shop", 0.2, 0.7),
    ...slow("cart", 0.1, 0.6),
    series("store", "latency", null, 0.5, "Average"),
    series("store", "requests", 0, 100, "Sum"),
  ];
  expect(names(find(metrics, CHAIN))[0]).toBe("cart");
});

test("a dependency that shows nothing but its load is suspected before the node that waits for it", () => {
  const metrics = [...slow("shop", 0.2, 0.7), ...slow("cart", 0.1, 0.6), series("store", "cpu_utilization", 30, 99)];
  const causes = find(metrics, CHAIN);
  expect(names(causes).slice(0, 2)).toEqual(["store", "cart"]);
  expect(causes[0]?.evidence[0]?.metric).toBe("cpu_utilization");
});

test("a dependency that went dark is suspected for its caller's failures", () => {
  const metrics = [
    series("shop", "availability", 100, 50),
    ...slow("shop", 0.2, 0.2),
    series("cart", "availability", 100, null),
    series("cart", "requests", 100, 0),
  ];
  expect(names(find(metrics, CHAIN, "availability")).slice(0, 2)).toEqual(expect.arrayContaining(["shop", "cart"]));
});

test("fewer calls are traced to the callers", () => {
  const metrics = [
    series("shop", "requests", 100, 20),
    series("gateway", "requests", 300, 220),
    series("cart", "requests", 50, 10),
  ];
  const causes = find(
    metrics,
    [
      ["gateway", "shop"],
      ["shop", "cart"],
    ],
    "requests",
  );
  expect(names(causes)[0]).toBe("gateway");
});

test("what deviates elsewhere is named last and as set aside", () => {
  const metrics = [...slow("shop", 0.2, 0.7), ...slow("cart", 0.1, 0.6), ...slow("mailer", 0.1, 9)];
  const causes = find(metrics, CHAIN);
  expect(names(causes).at(-1)).toBe("mailer");
  expect(causes.at(-1)).toMatchObject({ role: "aside" });
  expect(causes.at(-1)?.path).toBeUndefined();
});

test("evidence cites the series, its normal range, the worst value and when it began", () => {
  const [cause] = find([...slow("shop", 0.2, 0.7), ...slow("cart", 0.1, 0.6)], CHAIN);
  const [evidence] = cause?.evidence ?? [];
  expect(evidence).toMatchObject({ node: "cart", metric: "latency", statistic: "Average", began: NOTICED });
  expect(evidence?.observed).toBeCloseTo(0.606);
  expect(evidence?.normal?.low).toBeCloseTo(0.099);
  expect(evidence?.normal?.high).toBeCloseTo(0.101);
  expect(evidence?.text).toBe(
    "latency (Average) of cart was 0.606, normally 0.099 to 0.101, out of range since 2023-11-14T22:33:20Z",
  );
});

test("normal operation of another time serves where the issue has no calm moment around it", () => {
  const bad = (node: string, calm: number, value: number): MetricSeries => {
    const issue = [0, 1, 2, 3].map((index): [number, number] => [NOTICED + index * STEP, value]);
    const later = Array.from({ length: 50 }, (_, i): [number, number] => [
      NOTICED + 90_000 + i * STEP,
      calm + 0.001 * (i % 3),
    ]);
    return { node, metric: "latency", statistic: "avg", points: [...later, ...issue] };
  };
  const causes = find([bad("shop", 0.2, 0.7), bad("cart", 0.1, 0.6), bad("search", 0.1, 0.1)], CHAIN);
  expect(names(causes)[0]).toBe("cart");
  expect(names(causes)).not.toContain("search");
});

test("a series may come in parts, in any order", () => {
  const whole = [...slow("shop", 0.2, 0.7), ...slow("cart", 0.1, 0.6)];
  const parts = whole.flatMap((one) => [
    { ...one, points: one.points.slice(15) },
    { ...one, points: one.points.slice(0, 15) },
  ]);
  expect(find(parts, CHAIN)).toEqual(find(whole, CHAIN));
});

test("an issue that was noticed late is dated by the data", () => {
  const metrics = [...slow("shop", 0.2, 0.7), ...slow("cart", 0.1, 0.6)];
  const [cause] = find(metrics, CHAIN, "latency", { from: NOTICED + 5 * STEP });
  expect(cause?.node).toBe("cart");
  expect(cause?.evidence[0]?.began).toBe(NOTICED);
});

test("a cycle of calls ends, and both of its nodes are named", () => {
  const graph: Array<[string, string]> = [
    ["shop", "cart"],
    ["cart", "store"],
    ["store", "cart"],
  ];
  const metrics = [...slow("shop", 0.2, 0.7), ...slow("cart", 0.1, 0.6), ...slow("store", 0.1, 0.6)];
  expect(names(find(metrics, graph)).sort()).toEqual(["cart", "shop", "store"]);
});

test("without trouble nothing is blamed for more than a trifle", () => {
  const causes = find([...slow("shop", 0.2, 0.2), ...slow("cart", 0.1, 0.1)], CHAIN);
  expect(causes.filter(({ score }) => score > 0.05)).toEqual([]);
});

test("a target that nothing is known of, or none, leaves what deviates by itself", () => {
  for (const target of [{ node: "nowhere", metric: "latency" }, undefined]) {
    const metrics = [...slow("cart", 0.1, 0.6), ...slow("search", 0.1, 0.1)];
    const causes = rankCauses({ metrics, graph: [], target, time: { from: NOTICED } });
    expect(names(causes)).toEqual(["cart"]);
    expect(causes[0]?.score).toBeGreaterThan(0.2);
  }
});

test("ten minutes of a fault, a value a second, are the fault to their end, and a metric may carry its service's name", () => {
  const wave = (at: number, seed: number): number => 1 + 0.1 * Math.sin(at * 1.7 + seed);
  const each = (node: string, kind: string, calm: number, bad: number, seed: number): MetricSeries => ({
    node,
    metric: `${node}_${kind}`,
    points: Array.from({ length: 1_200 }, (_, at) => [START + at, (at < 600 ? calm : bad) * wave(at, seed)]),
  });
  const metrics = ["front", "cart", "stock", "mail"].flatMap((node, seed) => [
    each(node, "cpu", 0.1, node === "stock" ? 0.9 : 0.1, seed),
    each(node, "mem", 2e8, 2e8, seed),
    each(node, "latency-90", 0.02, node === "front" ? 0.05 : node === "stock" ? 0.06 : 0.02, seed),
    each(node, "workload", 100, 95, seed),
  ]);
  const target = { node: "front", metric: "front_latency-90" };
  for (const graph of [
    [],
    [
      ["front", "cart"],
      ["cart", "stock"],
      ["front", "mail"],
    ] as Array<[string, string]>,
  ]) {
    for (const noticed of [target, undefined]) {
      const [first] = rankCauses({ metrics, graph, target: noticed, time: { from: START + 600 } });
      expect(first?.node).toBe("stock");
      expect(Math.max(...(first?.evidence ?? []).map(({ deviations }) => deviations))).toBeGreaterThan(10);
    }
  }
});
