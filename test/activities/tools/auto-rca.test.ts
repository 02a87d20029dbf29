/** The search for causes: what it says with all, some or none of the evidence, and that every word of it is cited. */
import { describe, expect, test } from "vitest";
import { autoRca } from "../../../src/activities/tools/auto-rca.js";
import { BUILT_IN_TOOLS } from "../../../src/activities/tools/built-in.js";
import { metricQuery } from "../../../src/activities/tools/metric-query.js";
import type { RunContext } from "../../../src/core/run/context.js";
import type { Json } from "../../../src/schema/json.js";
import { configOf, contextOf, NOW } from "../../support/tool-context.js";
import {
  BEGAN,
  callsOf,
  deploymentsOf,
  errorLines,
  iso,
  logOf,
  metricOf,
  noise,
  tracesOf,
} from "../../support/trouble.js";

type Output = ReturnType<typeof autoRca.output.parse> & { certainty: string };

async function find(inputs: Record<string, Json>, params: object = {}, soFar?: RunContext) {
  const context = contextOf(configOf(), soFar === undefined ? {} : { soFar });
  const given = { inputs: {} as Record<string, Json>, ...params };
  for (const [node, output] of Object.entries(inputs)) {
    const blob = (output as { lines?: string }).lines;
    if (blob === undefined) given.inputs[node] = output;
    else {
      const { lines: _, ...rest } = output as { lines: string };
      given.inputs[node] = { ...rest, blob: await context.blobs.put(blob) };
    }
  }
  const output = autoRca.output.parse(await autoRca.run(autoRca.params.parse(given), context)) as Output;
  const known = new Set([...Object.keys(inputs), "node", ...(soFar?.outputs.map(({ node }) => node) ?? [])]);
  for (const cited of [...output.causes.flatMap(({ evidence }) => evidence), ...output.set_aside]) {
    expect(known).toContain(cited.node);
    expect(cited.query).not.toBe("");
  }
  return output;
}

/** checkout calls payments and stock; payments turns worse after its deployment, and checkout suffers from it. */
const everything = (): Record<string, Json> => ({
  errors: metricOf("checkout", (late) => (late ? 0.31 : 0.01) + 0.004 * noise()),
  payments: metricOf("payments", (late) => (late ? 0.62 : 0.01) + 0.004 * noise()),
  stock: metricOf("stock", () => 0.01 + 0.004 * noise()),
  logs: logOf("payments-log", errorLines("token service refused the key", 2)),
  shop: logOf("checkout-log", errorLines("order failed: bad gateway", 2)),
  traces: tracesOf("checkout", "payments", callsOf(["checkout", "payments"], ["checkout", "stock"])),
  deployments: deploymentsOf(["7", BEGAN - 60_000], ["6", BEGAN - 86_400_000]),
  others: deploymentsOf(["41", BEGAN + 240_000]),
});
const about = {
  logs: { service: "payments" },
  shop: { service: "checkout" },
  deployments: { service: "payments" },
  others: { service: "stock" },
};

test("metrics, traces, the service's own log and its only change agree: confirmed, with the red herrings named", async () => {
  const output = await find(everything(), { service: "checkout", about });
  expect(output.certainty).toBe("confirmed");
  expect(output.causes[0]).toMatchObject({ service: "payments", located: true });
  expect(output.causes[0]?.cause).toContain("version 7 of payments");
  expect(new Set(output.causes[0]?.evidence.map(({ kind }) => kind))).toEqual(
    new Set(["metric", "trace", "log", "change"]),
  );
  expect(output.trouble).toMatchObject({ service: "checkout", node: "errors" });
  const aside = output.set_aside.map(({ what, why }) => `${what} | ${why}`).join("\n");
  expect(aside).toMatch(/version 41 of stock .* \| it came 4 minutes after the trouble had begun/);
  expect(aside).toMatch(/version 6 of payments .* \| it came .* before the trouble/);
  expect(aside).toMatch(
    /checkout: new error, .*order failed: bad gateway \| payments, which checkout calls, explains it/,
  );
});

test("without the change it is likely, and the next query asks for changes", async () => {
  const { deployments: _, others: _others, ...inputs } = everything();
  const output = await find(inputs, { service: "checkout", about });
  expect(output).toMatchObject({ certainty: "likely", causes: [{ service: "payments" }] });
  expect(output.next.map(({ tool }) => tool)).toContain("change_history");
});

test("a log and a change alone are likely where errors began with the change, and say what would confirm it", async () => {
  const { logs, deployments } = everything() as Record<string, Json>;
  const output = await find({ logs: logs ?? null, deployments: deployments ?? null }, { service: "payments" });
  expect(output.certainty).toBe("likely");
  expect(output.causes[0]?.cause).toContain("version 7 of payments");
  expect(output.next.map(({ tool }) => tool)).toEqual(["rollback", "metric_query", "trace_collector"]);
});

test("metrics of one service alone tell when it began, and not where", async () => {
  const { errors } = everything();
  const output = await find({ errors: errors ?? null });
  expect(output).toMatchObject({ certainty: "inconclusive", trouble: { service: "checkout" } });
  expect(Math.abs(Date.parse(output.trouble?.began ?? "") - BEGAN)).toBeLessThanOrEqual(60_000);
});

test("metrics of several services with a configured graph tell where it began", async () => {
  const { errors, payments, stock } = everything();
  const graph = [
    ["checkout", "payments"],
    ["checkout", "stock"],
  ];
  const inputs = { errors: errors ?? null, payments: payments ?? null, stock: stock ?? null };
  const output = await find(inputs, { graph, service: "checkout" });
  expect(output).toMatchObject({ certainty: "likely", causes: [{ service: "payments", located: true }] });
  const blind = await find(inputs, { graph });
  expect(blind).toMatchObject({ certainty: "inconclusive", causes: [{ service: "payments" }] });
  expect(blind.rule).toContain("not clear which service");
  expect(output.graph).toEqual({ calls: 2, from: ["the graph param"] });
});

test("two changes at once leave open which one it was", async () => {
  const inputs = { ...everything(), deployments: deploymentsOf(["7", BEGAN - 60_000], ["7b", BEGAN - 90_000]) };
  expect((await find(inputs, { service: "checkout", about })).certainty).toBe("likely");
});

test("a change long before, and errors that were always there, are no cause", async () => {
  const constant = logOf("payments-log", errorLines("card expired", 3, true));
  const old = deploymentsOf(["7", BEGAN - 7_200_000]);
  const output = await find({ constant, old }, { service: "payments", at: iso(BEGAN) });
  expect(output.certainty).toBe("inconclusive");
  expect(output.causes).toEqual([]);
});

test("traces and a metric that point at different services are inconclusive", async () => {
  const inputs = {
    ...everything(),
    traces: tracesOf("checkout", "stock", callsOf(["checkout", "payments"], ["checkout", "stock"])),
  };
  const { logs: _, shop: _shop, deployments: _d, others: _o, ...rest } = inputs as Record<string, Json>;
  const output = await find(rest, { service: "checkout" });
  expect(output.certainty).toBe("inconclusive");
  expect(output.rule).toContain("as likely as");
});

test("nothing at all is inconclusive and says what to collect", async () => {
  const output = await find({});
  expect(output).toMatchObject({ certainty: "inconclusive", causes: [], trouble: null });
  expect(output.next.map(({ tool }) => tool)).toEqual([
    "metric_query",
    "log_collector",
    "trace_collector",
    "change_history",
  ]);
  expect(output.next[0]?.params).toMatchObject({ source: expect.stringContaining("none declared") });
  // What nobody could do is no next step of the report.
  expect(JSON.stringify(output.findings)).not.toMatch(/none declared|Next, /);
});

test("one value, a lost blob and an unknown output are named as not looked at", async () => {
  const lost = { ...(everything().errors as object), points: undefined, blob: `blob:sha256:${"0".repeat(64)}` };
  const value = { source: "p", query: "up", kind: "gauge", value: 1, series: [] };
  const output = await find({ value, lost: JSON.parse(JSON.stringify(lost)) as Json, odd: { a: 1 } });
  expect(output.not_looked_at).toEqual([
    { node: "value", why: expect.stringContaining("since and step_seconds") },
    { node: "lost", why: expect.stringContaining("there is no blob") },
    { node: "odd", why: expect.stringContaining("of no kind") },
  ]);
});

describe("of a run", () => {
  const base: RunContext = {
    goal: "why",
    startedAtMs: NOW - 60_000,
    findings: [],
    nodes: [],
    decisions: [],
    outputs: [],
    leftOut: ["huge"],
  };

  test("it looks at all outputs so far without params, and names those that were too large", async () => {
    const { errors, payments, traces } = everything();
    const outputs = Object.entries({ errors, payments, traces }).map(([node, output]) => ({
      node,
      tool: "metric_query",
      output: output ?? null,
    }));
    const output = await autoRca.run(autoRca.params.parse({}), contextOf(configOf(), { soFar: { ...base, outputs } }));
    expect(output).toMatchObject({ certainty: "likely", causes: [{ service: "payments" }] });
    expect(output.not_looked_at).toEqual([{ node: "huge", why: expect.stringContaining("name it under inputs") }]);
  });

  test("a verified rollback of the suspect confirms it", async () => {
    const { logs, deployments } = everything();
    const soFar: RunContext = {
      ...base,
      nodes: [
        { id: "undo", name: "Roll back", status: "succeeded", effect: "write", verification: { verdict: "verified" } },
      ],
      outputs: [{ node: "undo", tool: "rollback", output: { target: "payments" } }],
    };
    const output = await find({ logs: logs ?? null, deployments: deployments ?? null }, { service: "payments" }, soFar);
    expect(output).toMatchObject({ certainty: "confirmed", rule: expect.stringContaining("node undo") });
  });

  test("the model's sentences stand beside it with the findings they tell of", async () => {
    const context = contextOf(configOf(), {
      narrate: () => Promise.resolve({ sentences: [{ text: "Payments broke.", citations: [1, 2] }], dropped: 0 }),
    });
    const { errors, payments, traces } = everything();
    const inputs = { errors, payments, traces };
    const output = await autoRca.run(autoRca.params.parse({ inputs }), context);
    expect(output.narrative).toEqual([{ text: "Payments broke.", findings: [1, 2] }]);
  });
});

describe("who wrote an output", () => {
  const run = (outputs: RunContext["outputs"]): RunContext => ({
    goal: "why",
    startedAtMs: NOW - 60_000,
    findings: [],
    nodes: outputs.map(({ node, tool }) => ({ id: node, name: node, tool, status: "succeeded" as const })),
    decisions: [],
    outputs,
    leftOut: [],
  });
  const lookedAt = async (tool: string, output: Json, params: object = {}) => {
    const soFar = run([{ node: "seen", tool, output }]);
    return (await autoRca.run(autoRca.params.parse(params), contextOf(configOf(), { soFar }))).looked_at;
  };
  const span = { since: iso(BEGAN - 600_000), until: iso(BEGAN + 600_000) };
  const change = { time: iso(BEGAN), kind: "rollout", what: "revision 3", where: "payments", source: "shop" };
  const [now, before] = [
    { version: "7", deployed_at: iso(BEGAN) },
    { version: "6", deployed_at: iso(BEGAN - 9_000) },
  ];
  const points = [[iso(BEGAN), 0.1] as const, [iso(BEGAN + 60_000), 0.4] as const];
  const written: Array<[string, Json]> = [
    [
      "metric_query",
      {
        ...{ source: "prometheus", query: 'up{service="payments"}', kind: "query", value: 1, truncated: false },
        ...{
          series: [{ labels: { service: "payments" }, value: 1 }],
          points: points.map(([at, value]) => [at, value]),
        },
        ...{ from: span.since, to: span.until, findings: [] },
      },
    ],
    [
      "deployment_history",
      { source: "record", current: now, previous: before, deployments: [now, before], total: 2, findings: [] },
    ],
    [
      "change_history",
      {
        ...{ changes: [change], total: 1, ...span, truncated: false, unreadable: [], blob: "", findings: [] },
        sources: [{ source: "shop", kind: "kubernetes", query: "rollouts", found: 1, truncated: false }],
      },
    ],
    ["http_probe", { url: "http://127.0.0.1:1/health", status: 503, ok: false, ms: 3, findings: [] }],
  ];

  test.each(written)("of %s the schema is its own, and tells what the form tells", async (tool, output) => {
    const { output: schema } = BUILT_IN_TOOLS.find(({ name }) => name === tool) ?? metricQuery;
    expect(schema.safeParse(output).error).toBeUndefined();
    const [own, ...none] = await lookedAt(tool, output);
    expect(none).toEqual([]);
    expect(own?.what).not.toContain("by its form");
    expect(await lookedAt("ops.other", output)).toEqual([{ node: "seen", what: `${own?.what}, read by its form` }]);
  });

  test("an input that is given by name is known by the tool of its node", async () => {
    const [, output] = written[0] ?? ["", null];
    const [seen] = await lookedAt("ops.other", output, { inputs: { seen: output } });
    expect(seen?.what).toMatch(/, read by its form$/);
  });
});
