import { describe, expect, test } from "vitest";
import { diagnosis } from "../../../src/activities/tools/diagnosis.js";
import {
  type DiagnosisOutput,
  diagnosisSchema,
} from "../../../src/activities/tools/kit/investigation/diagnosis-schema.js";
import { evidenceOutput } from "../../../src/activities/tools/kit/investigation/evidence-schema.js";
import { answerOf } from "../../../src/core/answer/build.js";
import type { Evidence } from "../../../src/core/investigation/evidence.js";
import type { Json } from "../../../src/schema/json.js";
import { configOf, contextOf, NOW } from "../../support/tool-context.js";

const SERVICES = [
  { name: "web", kinds: ["service"], labels: { job: "web" }, calls: ["orders"] },
  { name: "orders", kinds: ["service"], labels: { job: "orders" }, calls: ["store"] },
  { name: "store", kinds: ["postgres"], labels: { job: "store" } },
];
type Output = { node: string; tool: string; output: Json };

const sign = (service: string, more: Partial<Evidence>): Omit<Evidence, "node"> => ({
  ...{
    service,
    code: "x",
    sign: "errors",
    kind: "health",
    own: false,
    sure: 0.7,
    text: `${service} fails`,
    current: true,
  },
  ...{ query: "q", onset: { fromMs: NOW - 360_000, toMs: NOW - 300_000 } },
  ...more,
});
const health = (...signs: Array<Omit<Evidence, "node">>): Output => ({
  node: "health_near",
  tool: "health_check",
  output: { source: "prom", asked: 40, failed: 2, evidence: evidenceOutput(signs), findings: [] } as unknown as Json,
});

async function told(outputs: Output[], params: object = {}): Promise<DiagnosisOutput> {
  const nodes = [{ id: "logs", status: "failed", reason: "the log is gone" }];
  const soFar = { goal: "", startedAtMs: NOW, findings: [], nodes, decisions: [], outputs, leftOut: [] };
  const context = contextOf(configOf(), { nodeId: "cause", soFar: soFar as never });
  const output = await diagnosis.run(diagnosis.params.parse({ services: SERVICES, ...params }), context);
  return diagnosisSchema.parse(output);
}

const headlineAndMood = (output: DiagnosisOutput) =>
  answerOf({
    ...{ runId: "r", goal: "g", dryRun: false, outcome: "succeeded", startedAtMs: NOW },
    ...{ edges: [], gates: [], findings: [] },
    nodes: [{ id: "cause", name: "cause", status: "succeeded", effect: "none", output: output as unknown as Json }],
  });

describe("diagnosis", () => {
  test("answers in the shape of autoRCA: trouble, causes with evidence, what is ruled out and why", async () => {
    const down = sign("store", {
      sign: "down",
      own: true,
      sure: 0.95,
      text: "PostgreSQL does not answer",
      next: "start it",
    });
    const output = await told([health(sign("web", {}), sign("orders", {}), down)], { target: "web" });
    expect(output).toMatchObject({
      certainty: "likely",
      trouble: { service: "web", text: "web fails", node: "health_near" },
      causes: [
        { service: "store", located: true, evidence: [{ kind: "health", node: "health_near", query: "q" }] },
        {},
        {},
      ],
      advice: ["start it"],
      next: [],
    });
    expect(output.set_aside.map(({ what, why }) => `${what}; ${why}`)).toEqual(
      expect.arrayContaining(["web: web fails; store, which it needs, explains it"]),
    );
  });

  test("knows no certainty between likely and inconclusive", async () => {
    const output = await told([health(sign("web", { sure: 0.55 }))]);
    expect(output.certainty).toBe("inconclusive");
    expect(output.headline).toMatch(/^Perhaps web/);
  });

  test("where nothing is wrong it says what was looked at, and what could not be", async () => {
    const logs = [
      { source: "a-log", service: "web", lines: 1_200, errors: 0, truncated: false },
      { source: "b-log", service: "web", lines: 0, errors: 0, truncated: false, failure: "no such file" },
    ];
    const output = await told([
      health(),
      { node: "alerts", tool: "alerts_active", output: { firing: 0, evidence: [] } },
      { node: "logs_more", tool: "log_scan", output: { logs, evidence: [] } as unknown as Json },
    ]);
    expect(output).toMatchObject({ trouble: null, certainty: "inconclusive", causes: [], suffers: [] });
    expect(output.headline).toBe(
      "Nothing wrong was found. Looked at 3 services: 40 health rules, 2 of them without an answer; 0 firing alerts; 2 logs with 1,200 lines.",
    );
    expect(output.not_looked_at).toEqual([
      { node: "logs", why: "the log is gone" },
      { node: "logs_more", why: "the log b-log: no such file" },
    ]);
  });

  test("what went wrong and is over stands behind that nothing goes on, the heaviest first", async () => {
    const over = { current: false, sure: 0.8, kind: "log" as const };
    const output = await told([
      health(
        sign("orders", { ...over, text: "new errors (9 lines)", sure: 0.6 }),
        sign("store", { ...over, text: "it cannot be connected to (50 lines)" }),
      ),
    ]);
    expect(output).toMatchObject({ trouble: null, causes: [] });
    expect(output.headline).toMatch(
      /^Nothing wrong was found that still goes on\. Earlier, from \d\d:\d\d:\d\d UTC \(5 minutes ago\): store \(PostgreSQL\): it cannot be connected to \(50 lines\)\. Looked at 3 services/,
    );
    expect(headlineAndMood(output)).toMatchObject({ mood: "good" });
  });

  test.each([
    ["is little of a sign", { current: false, sure: 0.45 }],
    ["was always so", { current: true, sure: 0.6, onset: { toMs: NOW - 3_000_000 } }],
  ])("what %s is not told as an earlier trouble", async (_, more) => {
    expect((await told([health(sign("orders", more))])).headline).toMatch(/^Nothing wrong was found\./);
  });

  test("where no look found any data it does not say that nothing is wrong, and names the command that tells why", async () => {
    const silent = [{ source: "a-log", service: "web", lines: 0, errors: 0, truncated: false }];
    const empty: Output[] = [
      { node: "logs", tool: "log_scan", output: { logs: silent, evidence: [] } as unknown as Json },
      { node: "series", tool: "series_scan", output: { series: 0, evidence: [] } },
      { node: "alerts", tool: "alerts_active", output: { firing: 0, evidence: [] } },
      health(),
    ];
    const output = await told(empty);
    expect(output).toMatchObject({ trouble: null, certainty: "inconclusive", blind: true });
    expect(output.headline).toMatch(/^Nothing can be said: no look found any data of this time \(1 log with 0 lines; /);
    expect(output.advice).toEqual([expect.stringContaining("autoops doctor")]);
    expect(headlineAndMood(output)).toMatchObject({ mood: "open" });
    // One thing that answers is enough to be looked at.
    const well = { asked: 1, failed: 0, evidence: [], well: [{ service: "web", from: "x", to: "y" }] };
    const seen = await told([...empty, { node: "health", tool: "health_check", output: well }]);
    expect(seen.headline).toMatch(/^Nothing wrong was found/);
    expect(seen.blind).toBeUndefined();
    expect(headlineAndMood(seen)).toMatchObject({ mood: "good" });
  });

  test("hears the state of a cluster: the object to mend is the service of that name", async () => {
    const object = { kind: "Deployment", namespace: "shop", name: "orders" };
    const cause = {
      code: "crash-loop",
      object,
      what: "its container ends at once",
      score: 0.9,
      affects: ["Service shop/web"],
    };
    const state = { healthy: false, causes: [cause], symptoms: [], counts: { Pod: 4 } };
    const output = await told([health(sign("web", {})), { node: "cluster", tool: "kubernetes_state", output: state }]);
    expect(output.causes[0]).toMatchObject({ service: "orders", evidence: [{ kind: "state", node: "cluster" }] });
    expect(output.looked_at).toContainEqual({ node: "cluster", what: "the state of 4 pods and what hangs on them" });
  });

  test("hears traces: where errors begin is told from where they pass", async () => {
    const traces = {
      service: "web",
      total: 40,
      failed: 10,
      error_origins: [{ service: "orders", operation: "GET", message: "boom", traces: 10, reached_root: 10, path: [] }],
      services: [],
      calls: [],
    };
    const output = await told([
      health(sign("web", {}), sign("orders", {})),
      { node: "traces", tool: "trace_collector", output: traces },
    ]);
    expect(output.causes[0]).toMatchObject({ service: "orders", located: true });
    expect(output.causes[0]?.evidence.map(({ kind }) => kind)).toContain("trace");
  });

  test("a later round knows what earlier ones saw, and each sign says which", async () => {
    const first = await told([health(sign("web", {}), sign("orders", {}))]);
    const earlier = first.signs.map((one) => ({ ...one, node: `run-1/${one.node}` }));
    const down = sign("store", { sign: "down", own: true, sure: 0.95, text: "PostgreSQL does not answer" });
    const second = await told([health(down)], { earlier });
    expect(second.causes[0]).toMatchObject({ service: "store", explains: ["orders", "web"] });
    expect(second.causes[1]?.evidence[0]?.node).toBe("run-1/health_near");
  });

  describe("a question about one trouble while another goes on", () => {
    const down = sign("store", { sign: "down", own: true, sure: 0.95, text: "PostgreSQL does not answer" });
    const job = { name: "rates-import", kinds: [] };
    const stale = sign("rates-import", {
      ...{ kind: "alert", code: "RatesStale", sign: "stalled", own: true, sure: 0.65 },
      text: "the alert RatesStale fires: exchange rates are old",
      onset: { fromMs: NOW - 90_000, toMs: NOW - 80_000 },
    });
    const services = [...SERVICES, job];

    test("is answered with that, and the other is told beside it", async () => {
      const { headline, causes } = await told([health(down, stale)], { services, words: ["exchang", "rat"] });
      expect(causes[0]?.service).toBe("rates-import");
      expect(headline).toMatch(/^rates-import .* Besides, with no known link to it: store \(PostgreSQL\) is down\.$/);
    });

    test("is answered with what is wrong nearest where nothing tells of that", async () => {
      const { causes } = await told([health(down, stale)], { services, words: ["parcel"] });
      expect(causes[0]?.service).toBe("store");
    });

    test("says first that nothing is wrong with what it names", async () => {
      const output = await told([health(stale)], { services, target: "web" });
      expect(output.headline).toMatch(
        /^Nothing wrong was found with web, nor with what it needs\. Elsewhere: rates-import /,
      );
      expect(output).toMatchObject({ certainty: "inconclusive", trouble: { service: "rates-import" } });
      expect(headlineAndMood(output).mood).toBe("bad");
    });

    test("a series alone is a trouble for who asks about it", async () => {
      const misses = sign("web", {
        ...{ kind: "series", code: "cache_requests_total", sign: "evicting", own: true, sure: 0.5 },
        text: 'cache_requests_total{result="miss"} rose from 0 to 7 a second',
      });
      expect((await told([health(misses)], {})).trouble).toBeNull();
      for (const about of ["slowness", "cache"])
        expect(await told([health(misses)], { about: [about] })).toMatchObject({ causes: [{ service: "web" }] });
    });
  });
});
