/** Labels are data: whatever stands in one, a query keeps its shape and matches exactly that text. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is a playbook's placeholder
import { parser } from "@prometheus-io/lezer-promql";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BUNDLED_PLAYBOOKS, draftGraph } from "../../../src/activities/planner/draft.js";
import { fillPlaceholders } from "../../../src/activities/planner/placeholders.js";
import { trialConfig } from "../../../src/activities/planner/playbook-trial.js";
import { loadPlaybooks, parsePlaybook } from "../../../src/activities/planner/playbooks.js";

const HOSTILE = [
  'x"} or vector(1) or up{a="',
  'x", namespace="kube-system',
  "x\\",
  'x\\\\"} or up #',
  ".*",
  "a|b",
  "$(reboot)",
  "`id`; rm -rf /",
  "' or '1'='1",
  "[a-z]+(.*)?^$",
];

/** Names of the nodes of a query's tree: its shape, whatever its strings hold. */
function shapeOf(query: string): string[] {
  const names: string[] = [];
  parser.parse(query).iterate({ enter: ({ type }) => void names.push(type.name) });
  return names;
}

const filled = (query: string, value: string | null) =>
  (fillPlaceholders({ query }, { value }, "params") as { query: string }).query;
const EQUAL = 'sum(up{namespace="${value}", a!~"b"})';
const PATTERN = 'sum(up{namespace=~"${value}.*"}) > 1';

describe("a value between quotes of a query", () => {
  test.each(HOSTILE)("%s stays a value", (value) => {
    for (const query of [EQUAL, PATTERN]) {
      expect(shapeOf(filled(query, value))).toEqual(shapeOf(filled(query, "plain")));
      expect(shapeOf(filled(query, value))).not.toContain("⚠");
    }
  });

  test("is read back as it was, whatever its characters", () => {
    const line = fc
      .string({ unit: "binary", maxLength: 60 })
      .filter((text) => !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text));
    fc.assert(
      fc.property(line, (value) => {
        const equal = /namespace=("(?:[^"\\]|\\.)*")/su.exec(filled(EQUAL, value))?.[1] ?? "";
        expect(JSON.parse(equal)).toBe(value);
        const pattern = /namespace=~("(?:[^"\\]|\\.)*")/su.exec(filled('up{namespace=~"${value}"}', value))?.[1] ?? "";
        expect(new RegExp(`^(?:${JSON.parse(pattern)})$`, "s").test(value)).toBe(true);
        if (value !== "") expect(new RegExp(`^(?:${JSON.parse(pattern)})$`, "s").test(`${value}x`)).toBe(false);
      }),
    );
  });

  test("that nobody knows is any value of a pattern", () => {
    expect(filled(PATTERN, null)).toBe('sum(up{namespace=~".*.*"}) > 1');
  });
});

test.each(HOSTILE)("a plan for an alert with the label %s asks only what the playbook asks", async (label) => {
  const loaded = await loadPlaybooks(BUNDLED_PLAYBOOKS);
  if (!loaded.ok) throw new Error("no playbooks");
  const plan = (namespace: string) => {
    const input = { goal: "KubePodCrashLooping", requester: "rita", facts: { namespace } };
    const drafted = draftGraph(input, { playbooks: loaded.value, config: trialConfig });
    if (!drafted.ok) throw new Error(JSON.stringify(drafted.problems));
    return drafted.graph.nodes.map(({ params = {} }) =>
      typeof params.query === "string" ? shapeOf(params.query) : [],
    );
  };
  expect(plan(label)).toEqual(plan("shop"));
});

const PLAYBOOK = `
id: look
title: Look
version: 1.0.0
goals: [look at the service]
symptoms: []
parameters:
  name: { type: string, from: goal.service, description: what to look at }
graph:
  name: Look
  nodes:
    - { id: a, name: Ask, type: metric_query, tool: metric_query, params: { source: metrics, query: 'up{a="\${name}"}' } }
  edges: []
`;

test.each([
  ["outside of quotes", "up{a=${name}}"],
  ["as the whole query", "${name}"],
])("a playbook that puts what a goal says %s is refused", (_, query) => {
  expect(parsePlaybook(PLAYBOOK, "look.yaml")).toMatchObject({ ok: true });
  const parsed = parsePlaybook(PLAYBOOK.replace(`'up{a="\${name}"}'`, `"${query}"`), "look.yaml");
  expect(parsed).toMatchObject({
    ok: false,
    problems: [{ code: "playbook-invalid", at: "look.yaml.graph.nodes[0].params.query" }],
  });
});
