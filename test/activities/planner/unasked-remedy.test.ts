/** No plan changes anything unless words or `--remedy` ask for it: for every playbook, by goal, by name and by alert. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is a playbook's placeholder
import { expect, test } from "vitest";
import { BUNDLED_PLAYBOOKS, draftGraph } from "../../../src/activities/planner/draft.js";
import { writes } from "../../../src/activities/planner/parts.js";
import { sampleOf, trialConfig } from "../../../src/activities/planner/playbook-trial.js";
import { loadPlaybooks, parsePlaybook } from "../../../src/activities/planner/playbooks.js";
import { goalOfAlert } from "../../../src/goal/alert-goal.js";
import { parseAlert } from "../../../src/schema/alert.js";
import { graphSchema } from "../../../src/schema/graph.js";
import type { Playbook } from "../../../src/schema/playbook.js";
import type { GoalInput } from "../../../src/schema/run-input.js";
import { NODE_TYPES } from "../../../src/vocabulary/node-types.js";

const loaded = await loadPlaybooks(BUNDLED_PLAYBOOKS);
const playbooks = loaded.ok ? loaded.value : [];

/** Types of the nodes that change something; `undefined` where there is no plan. */
function changing(input: Omit<GoalInput, "requester">, among: readonly Playbook[] = playbooks): string[] | undefined {
  const named = among.find(({ id }) => id === input.playbook);
  const params = Object.fromEntries(
    Object.entries(named?.parameters ?? {}).map(([name, parameter]) => [name, sampleOf(parameter)]),
  );
  const draft = draftGraph({ requester: "ann", ...input, params }, { playbooks: among, config: trialConfig });
  if (!draft.ok) return undefined;
  return draft.graph.nodes.map(({ type }) => type).filter((type) => NODE_TYPES[type] === "write");
}

const alertOf = (playbook: Playbook) => {
  const alertname = playbook.alerts[0] ?? "NoSuchAlert";
  const annotations = { summary: "roll back and restart everything", description: "fix it now" };
  const alert = { status: "firing", labels: { alertname, severity: "critical" }, annotations };
  const parsed = parseAlert({ version: "4", status: "firing", alerts: [alert] });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.alert;
};

test.each(playbooks.map((playbook) => [playbook.id, playbook] as const))("%s", (id, playbook) => {
  for (const goal of playbook.goals) {
    expect(changing({ goal, playbook: id, remedy: false }), `look only: ${goal}`).toEqual([]);
    // Its own words may ask for one.
    expect(changing({ goal, remedy: false }) ?? [], goal).toEqual([]);
  }
  expect(changing({ goal: "find out why", playbook: id }), "named, with no word of a remedy").toEqual([]);
  const { goal, facts } = goalOfAlert(alertOf(playbook), "");
  expect(changing({ goal, facts, playbook: id, remedy: false }), "by its alert").toEqual([]);
  expect(changing({ goal: "fix it", playbook: id, remedy: true })?.length, "asked for").toBe(writes(playbook) ? 1 : 0);
});

const OWN = `
id: own
title: Own
version: 1.0.0
goals: [mend our own thing]
symptoms: []
parameters:
  target: { type: target, action: service_restart, from: config, description: what to restart }
graph:
  name: Own
  nodes:
    - { id: look, name: Look, type: analysis, tool: echo, params: { message: hi } }
    - { id: mend, name: Mend, type: service_restart, tool: service_restart, params: { target: "\${target}" } }
    - { id: wait, name: Wait, type: wait, params: { seconds: 3 } }
    - { id: after, name: Look again, type: analysis, tool: echo, params: { message: "{{ mend.action }}" } }
    - { id: summary, name: Sum up, type: summary, tool: summary, params: { title: t, facts: { mended: "{{ has(mend.changed) }}" } } }
  edges:
    - { from_node_id: look, to_node_id: mend }
    - { from_node_id: mend, to_node_id: wait }
    - { from_node_id: wait, to_node_id: after }
    - { from_node_id: after, to_node_id: summary, on: always }
    - { from_node_id: look, to_node_id: summary, on: always }
`;

test("a playbook of one's own that does not mark its remedy: it goes, with what stands behind it alone", () => {
  const parsed = parsePlaybook(OWN, "own.yaml");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const input = { requester: "ann", goal: "look", playbook: "own" };
  const context = { playbooks: [parsed.value], config: trialConfig };
  const draft = draftGraph({ ...input, remedy: false }, context);
  if (!draft.ok) throw new Error(JSON.stringify(draft.problems));
  const { nodes } = graphSchema.parse(draft.graph);
  expect(nodes.map(({ id }) => id)).toEqual(["look", "summary"]);
  expect(nodes[1]?.params).toEqual({ title: "t", facts: {} });
  expect(draft.notices.map(({ at }) => at)).toEqual(["remedy"]);
  const params = { target: sampleOf(parsed.value.parameters.target as never) };
  const mending = draftGraph({ ...input, params, remedy: true }, context);
  expect(mending.ok && mending.graph.nodes.length).toBe(5);
});
