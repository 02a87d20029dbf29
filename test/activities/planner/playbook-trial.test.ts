/** Every bundled playbook as a test case: its plans pass the check, and what changes production stands behind a gate. */
import { readFileSync } from "node:fs";
import { parser } from "@prometheus-io/lezer-promql";
import { describe, expect, test } from "vitest";
import { BUNDLED_PLAYBOOKS } from "../../../src/activities/planner/draft.js";
import { offersRemedy, onlyWith, writes } from "../../../src/activities/planner/parts.js";
import { planFrom } from "../../../src/activities/planner/plan.js";
import { sampleOf, trialConfig, trialProblems } from "../../../src/activities/planner/playbook-trial.js";
import { loadPlaybooks, parsePlaybook } from "../../../src/activities/planner/playbooks.js";
import { createDefaultRegistry } from "../../../src/activities/registry.js";
import { checkAgainst } from "../../../src/core/check.js";
import { effectivePolicy } from "../../../src/core/policy.js";
import type { Graph } from "../../../src/schema/graph.js";
import { type Playbook, REMEDY } from "../../../src/schema/playbook.js";
import type { PolicyFile } from "../../../src/schema/policy.js";
import { NODE_TYPE_NAMES, NODE_TYPES } from "../../../src/vocabulary/node-types.js";

const loaded = await loadPlaybooks(BUNDLED_PLAYBOOKS);
const playbooks = loaded.ok ? loaded.value : [];
const registry = createDefaultRegistry(trialConfig);
const allowing: PolicyFile = {
  version: "1.0",
  execution: { enable_remediation: true },
  tools: { allowed: registry.list().map(({ name }) => name) },
  node_types: { allowed: [...NODE_TYPE_NAMES] },
};

function plan(playbook: Playbook, remedy: boolean): Graph {
  const names = Object.keys(playbook.parameters);
  const given = Object.fromEntries(names.map((name) => [name, sampleOf(playbook.parameters[name] as never)]));
  const entities = { wantsRemedy: remedy, forbidsRemedy: false };
  const drafted = planFrom({ playbook, score: 1, goal: playbook.title, given, entities, config: trialConfig, remedy });
  if (!drafted.ok) throw new Error(JSON.stringify(drafted.problems));
  return drafted.graph;
}

function check(graph: Graph, file: PolicyFile) {
  const { policy } = effectivePolicy(file, {});
  return checkAgainst(graph, { policy, policyDigest: "", catalogue: registry, checkUrl: () => undefined });
}

const writing = (graph: Graph) => graph.nodes.filter(({ type }) => NODE_TYPES[type] === "write").map(({ id }) => id);

test("all bundled playbooks load, at least 16 of them", () => {
  expect(loaded.ok ? [] : loaded.problems).toEqual([]);
  expect(playbooks.length).toBeGreaterThanOrEqual(16);
});

describe.each(playbooks.map((playbook) => [playbook.id, playbook] as const))("%s", (_, playbook) => {
  test("gives graphs that pass the check with and without its remedy and each optional value", () => {
    expect(trialProblems(playbook)).toEqual([]);
  });

  test("passes a policy that allows it, with a gate before each change and none elsewhere", () => {
    const graph = plan(playbook, true);
    const outcome = check(graph, allowing);
    expect(outcome.ok ? Object.keys(outcome.verdict.gates) : outcome.problems).toEqual(writing(graph));
    expect(writing(graph).length).toBe(writes(playbook) ? 1 : 0);
  });

  test("without remediation only looks: its remedy is refused, and without it nothing is", () => {
    const off = { ...allowing, execution: { enable_remediation: false } };
    const whole = check(plan(playbook, true), off);
    const codes = whole.ok ? [] : [...new Set(whole.problems.map(({ code }) => code))];
    expect(codes).toEqual(writes(playbook) ? ["remediation-disabled"] : []);
    if (offersRemedy(playbook)) expect(check(plan(playbook, false), off)).toMatchObject({ ok: true });
  });

  test("fits the product's default bounds, and ends in one summary", () => {
    const graph = plan(playbook, true);
    expect(graph.nodes.length).toBeLessThanOrEqual(20);
    const ends = graph.nodes.filter(({ id }) => !graph.edges.some(({ from_node_id }) => from_node_id === id));
    expect(ends.map(({ tool }) => tool)).toEqual(["summary"]);
    const steps = ends[0]?.params.next_steps;
    expect(Array.isArray(steps) && steps.length).toBeGreaterThanOrEqual(3);
  });

  test("measures afresh after a change, and decides by that whether it helped", () => {
    const graph = plan(playbook, true);
    for (const id of writing(graph)) {
      const follows = new Set([id]);
      for (const { from_node_id, to_node_id } of [...graph.edges, ...graph.edges, ...graph.edges]) {
        if (follows.has(from_node_id)) follows.add(to_node_id);
      }
      const types = graph.nodes.filter((node) => follows.has(node.id)).map(({ type }) => type);
      expect(types).toEqual(expect.arrayContaining(["metric_query", "decision", "summary"]));
    }
  });

  test("asks Prometheus nothing that its own grammar refuses", () => {
    const faults: string[] = [];
    for (const { id, params } of plan(playbook, true).nodes) {
      if (typeof params.query !== "string") continue;
      parser
        .parse(params.query)
        .iterate({ enter: ({ type }) => void (type.isError && faults.push(`${id}: ${params.query}`)) });
    }
    expect(faults).toEqual([]);
  });
});

test("every playbook that changes something marks what belongs to its remedy", () => {
  const remedies = playbooks.filter(offersRemedy);
  expect(remedies.length).toBeGreaterThanOrEqual(9);
  for (const { id, graph } of remedies) {
    const own = graph.nodes.filter((node) => onlyWith(node).includes(REMEDY));
    const marked = new Set(own.map((node) => node.id));
    // The effect, what is measured after it, what is decided from that; and the wait before, which its verification holds.
    const verified = own.filter(({ verify }) => verify !== undefined);
    expect(marked.size + verified.length, id).toBeGreaterThanOrEqual(4);
    for (const node of graph.nodes.filter((one) => !marked.has(one.id))) {
      const before = graph.edges.filter((edge) => edge.to_node_id === node.id).map((edge) => edge.from_node_id);
      expect(before.length === 0 || before.some((from) => !marked.has(from)), `${id}: ${node.id}`).toBe(true);
      expect(NODE_TYPES[node.type as keyof typeof NODE_TYPES], `${id}: ${node.id}`).not.toBe("write");
    }
  }
});

test("the example in docs/playbooks.md is a playbook whose plans pass the check, with one gate", () => {
  const text = /^```yaml\n([\s\S]*?)^```$/m.exec(readFileSync("docs/playbooks.md", "utf8"))?.[1] ?? "";
  const parsed = parsePlaybook(text, "docs/playbooks.md");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  expect(trialProblems(parsed.value)).toEqual([]);
  expect(writing(plan(parsed.value, true))).toEqual(["restart"]);
});

test("docs/playbooks.md names every playbook", () => {
  const text = readFileSync("docs/playbooks.md", "utf8");
  expect(playbooks.filter(({ id }) => !text.includes(`\`${id}\``)).map(({ id }) => id)).toEqual([]);
});
