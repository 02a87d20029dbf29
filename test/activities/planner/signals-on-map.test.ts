/** Playbooks read a service's signals in the queries that the map has for it: in looks, preconditions, verifications. */
import { beforeAll, describe, expect, test } from "vitest";
import { BUNDLED_PLAYBOOKS, draftGraph } from "../../../src/activities/planner/draft.js";
import { loadPlaybooks } from "../../../src/activities/planner/playbooks.js";
import { mapSchema } from "../../../src/schema/map.js";
import type { Playbook } from "../../../src/schema/playbook.js";
import { configOf } from "../../support/tool-context.js";

let playbooks: readonly Playbook[];
beforeAll(async () => {
  const loaded = await loadPlaybooks(BUNDLED_PLAYBOOKS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  playbooks = loaded.value;
});

const action = { command: ["true"] };
const config = configOf({
  sources: {
    prom: { kind: "prometheus", url: "http://127.0.0.1:9090" },
    tills: { kind: "deployments", path: "/var/lib/tills.json" } as never,
  },
  targets: {
    tills: { kind: "process", actions: { service_restart: action, rollback: action, scale_action: action } } as never,
  },
});
const ME = 'job="till-prod"';
const SIGNALS = {
  requests: `sum(rate(till_calls_total{${ME}}[$w]))`,
  errors: `sum(rate(till_calls_total{${ME},rc=~"5.*"}[$w]))`,
  latency: `histogram_quantile(0.95, sum by (le) (rate(till_call_seconds_bucket{${ME}}[$w])))`,
};
const mapWith = (signals: Partial<typeof SIGNALS>) =>
  mapSchema.parse({ version: "1.0", services: { tills: { kinds: ["service"], source: "prom", signals } } });

function planned(playbook: string, signals: Partial<typeof SIGNALS>, remedy = false) {
  const goal = { goal: "something is wrong with tills", requester: "ann", playbook, remedy };
  const drafted = draftGraph(goal, { playbooks, config, map: mapWith(signals) });
  if (!drafted.ok) throw new Error(JSON.stringify(drafted.problems));
  const of = (id: string) => drafted.graph.nodes.find((node) => node.id === id);
  const notices = drafted.notices.filter(({ at }) => at === "map").map(({ message }) => message);
  return { of, notices };
}

describe("signals of the map", () => {
  test("percentiles, traffic, errors and refusals are asked for by their names here", () => {
    const slow = planned("latency", SIGNALS);
    expect(slow.of("p99")?.params).toMatchObject({
      service: "tills",
      signal: "latency_p99",
      signal_query: `histogram_quantile(0.99, sum by (le) (rate(till_call_seconds_bucket{${ME}}[300s])))`,
    });
    expect(slow.of("traffic_before")?.params).toMatchObject({
      until: "1h",
      signal_query: `sum(rate(till_calls_total{${ME}}[300s]))`,
    });
    const degraded = planned("api-degradation", SIGNALS);
    const all = `sum(rate(till_calls_total{${ME}}[3600s]))`;
    expect(degraded.of("last_hour")?.params).toMatchObject({
      signal_query: `(sum(rate(till_calls_total{${ME},rc=~"5.*"}[3600s])) or vector(0)) / ${all}`,
    });
    const [some, any] = ["429", "[1-5][0-9][0-9]"].map((codes) => `rate(till_calls_total{${ME},rc=~"${codes}"}[300s])`);
    expect(degraded.of("refused")?.params).toMatchObject({
      signal_query: `(sum(${some}) or vector(0)) / sum(rate(till_calls_total{${ME}}[300s])) and on () count(${any}) > 0`,
    });
    expect(degraded.notices).toEqual([]);
  });

  test("a remedy is allowed and verified by them", () => {
    const { of } = planned("deployment-validation", SIGNALS, true);
    const { preconditions = [], verify } = of("rollback") ?? {};
    expect(preconditions[1]?.params?.signal_query).toMatch(/^\(sum\(rate\(till_calls_total\{.*\[300s\]/);
    expect(verify?.params?.signal_query).toMatch(/^\(sum\(rate\(till_calls_total\{.*\[60s\]/);
  });

  test("what the map does not know is told, and looked for by its usual names", () => {
    const { of, notices } = planned("latency", { requests: SIGNALS.requests, latency: "sum(a) / sum(b)" });
    expect(of("p99")?.params).toMatchObject({ signal: "latency_p99" });
    expect(of("p99")?.params).not.toHaveProperty("signal_query");
    expect(notices).toEqual([expect.stringMatching(/^the map knows no latency_p99, latency_p50 of tills: /)]);
  });

  test("no playbook about a service asks for a metric by a name that a stack may not have", () => {
    const bound = playbooks.filter(({ graph }) => /\bhttp_request(?:s_total|_duration)/.test(JSON.stringify(graph)));
    expect(bound.map(({ id }) => id)).toEqual(["security-triage"]);
  });
});
