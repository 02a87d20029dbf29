import { describe, expect, test } from "vitest";
import { planInvestigation } from "../../../src/activities/planner/investigation.js";
import { planRound, type RoundInput } from "../../../src/activities/planner/rounds.js";
import { createDefaultRegistry } from "../../../src/activities/registry.js";
import type { DiagnosisOutput } from "../../../src/activities/tools/kit/investigation/diagnosis-schema.js";
import { checkAgainst } from "../../../src/core/check.js";
import { DEFAULT_POLICY } from "../../../src/core/policy.js";
import type { Config } from "../../../src/schema/config.js";
import { mapSchema } from "../../../src/schema/map.js";
import { configOf } from "../../support/tool-context.js";

const file = (name: string) => ({ kind: "files" as const, path: `/var/log/${name}.log`, format: "text" as const });
const config = (more: object = {}): Config =>
  configOf({
    files: { roots: ["/var/log"] },
    sources: { prom: { kind: "prometheus", url: "http://127.0.0.1:9090" }, "web-log": file("web"), ...more } as never,
  });
const service = (kind: string, more = {}) => ({ kinds: [kind], source: "prom", labels: { job: kind }, ...more });
const MAP = mapSchema.parse({
  version: "1.0",
  services: {
    web: service("service", { calls: [{ to: "pg", from: "config" }], logs: ["web-log"] }),
    pg: service("postgres"),
  },
});
const sign = (onset: { from: string | null; to: string } | null) => ({
  ...{ service: "pg", code: "slow", sign: "slow", kind: "health" as const, own: true, sure: 0.5, text: "slow" },
  ...{ current: true, onset, query: "q", node: "health_near" },
});
const NEW = { from: "2026-11-22T09:50:00.000Z", to: "2026-11-22T09:51:00.000Z" };
const cause = (name: string, score: number) => ({ service: name, score }) as DiagnosisOutput["causes"][number];
const told = (more: Partial<DiagnosisOutput> = {}): DiagnosisOutput =>
  ({
    ...{ certainty: "inconclusive", trouble: { service: "web" }, causes: [cause("pg", 0.5), cause("web", 0.45)] },
    signs: [sign(NEW)],
    ...more,
  }) as DiagnosisOutput;

function round(answer: DiagnosisOutput, { map = MAP, own = config(), round: number = 2, graphs = [] as never[] } = {}) {
  const first = planInvestigation({ goal: "web is slow", map, config: own });
  if (!first.ok) throw new Error(first.problems[0]?.message);
  const before: RoundInput["before"] = { runId: "run-1", graph: first.graph, told: answer };
  const input = { goal: "web is slow", map, config: own, round: number, before, graphs: [first.graph, ...graphs] };
  const planned = planRound(input);
  if (planned !== undefined && !planned.ok) throw new Error(planned.problems[0]?.message);
  return planned?.graph;
}

describe("a further round", () => {
  test.each([
    ["is sure enough", told({ certainty: "likely" })],
    ["found nothing wrong", told({ trouble: null, causes: [] })],
    ["saw all that there is", told()],
  ])("is not planned where the one before %s", (_, answer) => {
    expect(round(answer)).toBeUndefined();
  });

  test("ends after the third", () => {
    const answer = told({ signs: [sign({ from: null, to: NEW.to })] });
    expect(round(answer, { round: 3 })).toBeDefined();
    expect(round(answer, { round: 4 })).toBeUndefined();
  });

  test("looks farther back where it began before anybody looked, and reads what was changed then", () => {
    const own = config({ deploys: { kind: "deployments", path: "/var/log/deploys.json" } });
    const graph = round(told({ signs: [sign({ from: null, to: NEW.to })] }), { own });
    expect(graph?.nodes.map(({ id, params }) => [id, params?.since])).toEqual([
      ["health_earlier", "24h"],
      ["changes_earlier", "24h"],
      ["cause", undefined],
    ]);
  });

  test("looks at what the likeliest need and the first round of a large stack left out, with their logs", () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`s${index}`, service("service")]));
    const web = { ...MAP.services.web, calls: [{ to: "mid", from: "config" as const }] };
    const chain = {
      mid: service("service", { calls: [{ to: "low", from: "config" }] }),
      low: service("service", { calls: [{ to: "deep", from: "config" }] }),
      deep: service("redis", { logs: ["deep-log"] }),
    };
    const map = mapSchema.parse({ ...MAP, services: { ...many, ...chain, web } });
    // Everybody else is needed by somebody, so that nothing but the path leads to it.
    for (const [index, one] of Object.values(map.services).entries()) {
      if (one.kinds[0] === "service" && one.calls.length === 0)
        one.calls = [{ to: `s${(index + 1) % 60}`, from: "config" }];
    }
    const own = config({ "deep-log": file("deep") });
    const graph = round(told({ causes: [cause("low", 0.5), cause("web", 0.45)], signs: [] }), { map, own });
    const health = graph?.nodes.find(({ tool }) => tool === "health_check");
    expect(JSON.stringify(health?.params?.services)).toContain('"deep"');
    expect(graph?.nodes.find(({ tool }) => tool === "log_scan")?.params?.logs).toEqual([
      { source: "deep-log", service: "deep" },
    ]);
  });

  test("reads, is checked like any plan, follows its run, and weighs what was seen before", () => {
    const graph = round(told({ signs: [sign({ from: null, to: NEW.to })] }));
    if (graph === undefined) throw new Error("no round");
    const checked = checkAgainst(graph, {
      ...{ policy: DEFAULT_POLICY, policyDigest: "x", catalogue: createDefaultRegistry(config()) },
      checkUrl: () => undefined,
    });
    expect(checked).toMatchObject({ ok: true });
    expect(graph.metadata).toMatchObject({ round: 2, follows: "run-1" });
    expect(graph.nodes.at(-1)).toMatchObject({
      tool: "diagnosis",
      params: { target: "web", earlier: [{ service: "pg", node: "run-1/health_near" }] },
    });
  });
});
