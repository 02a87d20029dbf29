import { describe, expect, test } from "vitest";
import { draftGraph } from "../../../src/activities/planner/draft.js";
import { createDefaultRegistry } from "../../../src/activities/registry.js";
import { checkAgainst } from "../../../src/core/check.js";
import { DEFAULT_POLICY } from "../../../src/core/policy.js";
import type { Config } from "../../../src/schema/config.js";
import { mapSchema } from "../../../src/schema/map.js";
import type { Playbook } from "../../../src/schema/playbook.js";

const CONFIG: Config = {
  files: { roots: ["/var/log"] },
  sources: {
    prom: { kind: "prometheus", url: "http://127.0.0.1:9090" },
    "web-log": {
      kind: "files",
      path: "/var/log/web.log",
      format: "json",
      time_field: "time",
      level_field: "level",
      message_field: "message",
    },
  },
  targets: {},
  channels: {},
};
const service = (kind: string, more = {}) => ({ kinds: [kind], source: "prom", labels: { job: kind }, ...more });
const MAP = mapSchema.parse({
  version: "1.0",
  services: {
    web: service("service", { calls: [{ to: "pg", from: "config" }], logs: ["web-log"], runs_on: ["node"] }),
    pg: service("postgres", { runs_on: ["node"] }),
    node: service("node"),
    other: service("redis"),
  },
});
const draft = (goal: string, more = {}) =>
  draftGraph({ goal, requester: "ana", ...more }, { playbooks: [], config: CONFIG, map: MAP });

describe("a plan from the map", () => {
  test.each(["web is slow", "customers cannot pay", "what is wrong", "the database does not answer", "xyzzy 502"])(
    "is made for: %s",
    (goal) => {
      const planned = draft(goal);
      expect(planned.ok).toBe(true);
      if (!planned.ok) return;
      const tools = planned.graph.nodes.map(({ tool }) => tool);
      expect(tools).toEqual(
        expect.arrayContaining(["alerts_active", "health_check", "series_scan", "log_scan", "diagnosis"]),
      );
      const catalogue = createDefaultRegistry(CONFIG);
      const checked = checkAgainst(planned.graph, {
        policy: DEFAULT_POLICY,
        policyDigest: "x",
        catalogue,
        checkUrl: () => undefined,
      });
      expect(checked).toMatchObject({ ok: true });
    },
  );

  test("is about what the goal names, by its name or by what it is", () => {
    const target = (goal: string) => {
      const planned = draft(goal);
      return planned.ok ? planned.graph.nodes.at(-1)?.params.target : planned.problems;
    };
    expect([target("web is down"), target("postgres is slow"), target("it is all broken")]).toEqual([
      "web",
      "pg",
      undefined,
    ]);
  });

  test("asks each declared cluster for its state, and traces of what is complained about", () => {
    const cluster = { server: "https://k.example", allow_exec: false, token: "env:T" };
    const config = {
      ...CONFIG,
      clusters: { prod: cluster },
      sources: { ...CONFIG.sources, tracing: { kind: "jaeger", url: "http://127.0.0.1:16686" } },
    } as Config;
    const traces = [{ source: "tracing", name: "web-frontend" }];
    const map = { ...MAP, services: { ...MAP.services, web: { ...MAP.services.web, traces } } } as typeof MAP;
    const planned = draftGraph({ goal: "web is slow", requester: "ana" }, { playbooks: [], config, map });
    const nodes = planned.ok ? planned.graph.nodes : [];
    expect(nodes.find(({ id }) => id === "cluster")).toMatchObject({
      tool: "kubernetes_state",
      params: { cluster: "prod" },
    });
    expect(nodes.find(({ id }) => id === "traces")).toMatchObject({
      tool: "trace_collector",
      params: { source: "tracing", service: "web-frontend" },
    });
    const checked = planned.ok
      ? checkAgainst(planned.graph, {
          ...{ policy: DEFAULT_POLICY, policyDigest: "x", catalogue: createDefaultRegistry(config) },
          checkUrl: () => undefined,
        })
      : planned;
    expect(checked).toMatchObject({ ok: true });
  });

  test("comes after a playbook that is named", () => {
    expect(draft("web is down", { playbook: "latency" })).toMatchObject({
      ok: false,
      problems: [{ code: "no-playbook" }],
    });
  });

  test("looks where a wished remedy cannot be planned, and says so", () => {
    const planned = draft("restart web", { remedy: true });
    expect(planned).toMatchObject({
      ok: true,
      playbook: "investigation",
      notices: [{ code: "part-left-out", at: "remedy" }],
    });
  });

  test("without a map says how to get one", () => {
    const planned = draftGraph(
      { goal: "web", requester: "ana", playbook: "investigation" },
      { playbooks: [], config: CONFIG },
    );
    expect(planned).toMatchObject({ ok: false, problems: [{ hint: "make one: autoops discover" }] });
  });

  test("changes nothing: every look reads", () => {
    const planned = draft("web is down");
    const registry = createDefaultRegistry(CONFIG);
    const effects = planned.ok ? planned.graph.nodes.map(({ tool }) => registry.find(tool ?? "")?.effect) : [];
    expect(new Set(effects)).toEqual(new Set(["read", "none"]));
  });
});

describe("a playbook beside a map", () => {
  const shown = {
    ...MAP.services.web,
    signals: { errors: 'sum(rate(web_calls_total{job="web",outcome=~"err.*"}[$w]))' },
  };
  const map = mapSchema.parse({ ...MAP, services: { ...MAP.services, web: shown } });
  const playbook = parsePlaybookText();

  test("is told what the map knows: the service by what people call it, its log, its server, its own counters", () => {
    const planned = draftGraph(
      { goal: "why does web fail", requester: "ana", playbook: playbook.id },
      { playbooks: [playbook], config: CONFIG, map },
    );
    if (!planned.ok) throw new Error(JSON.stringify(planned.problems));
    expect(planned.graph.metadata?.parameters).toMatchObject({
      service: "web",
      logs: "web-log",
      metrics: "prom",
      errors_selector: 'web_calls_total{job="web",outcome=~"err.*"}',
    });
    expect(planned.notices.map(({ message }) => message).join()).toContain("the map knows no requests of web");
  });
});

function parsePlaybookText() {
  const source = (description: string, kinds: string[]) => ({
    type: "source",
    kinds,
    from: "config",
    required: true,
    description,
  });
  return {
    ...{ id: "look", title: "Look", version: "1.0.0", description: "d", goals: [], symptoms: [], alerts: [], tags: [] },
    parameters: {
      service: { type: "string", from: "goal.service", required: true, description: "the service" },
      logs: source("its log", ["files"]),
      metrics: source("its metrics", ["prometheus"]),
      errors_selector: { type: "string", required: true, default: "http_requests_total", description: "errors" },
      requests_selector: { type: "string", required: true, default: "http_requests_total", description: "requests" },
    },
    graph: {
      name: "Look at ${service}",
      nodes: [
        { id: "log", name: "Log", type: "log_collection", tool: "log_collector", params: { source: "${logs}" } },
        {
          ...{ id: "ratio", name: "Ratio", type: "metric_query", tool: "metric_query" },
          params: {
            source: "${metrics}",
            ratio: { numerator: "${errors_selector}", denominator: "${requests_selector}" },
          },
        },
      ],
      edges: [],
    },
  } as never as Playbook;
}
