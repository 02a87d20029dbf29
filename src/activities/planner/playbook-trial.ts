/**
 * A playbook's graph checked as a plan's is, before anybody needs it: with values that fit its parameters, with and
 * without its remedy, and without each optional value. The policy allows everything: a real one judges real plans.
 */
import { checkAgainst } from "../../core/check.js";
import { DEFAULT_POLICY, type Policy } from "../../core/policy.js";
import { ACTION_NAMES, type ActionName, type Config, type Target } from "../../schema/config.js";
import type { Graph } from "../../schema/graph.js";
import type { Json } from "../../schema/json.js";
import type { Parameter, Playbook } from "../../schema/playbook.js";
import { NODE_TYPE_NAMES } from "../../vocabulary/node-types.js";
import type { Problem } from "../../vocabulary/problems.js";
import { sampleSources } from "../connectors/sources.js";
import { createDefaultRegistry } from "../registry.js";
import { offersRemedy } from "./parts.js";
import { planFrom } from "./plan.js";

const URL = "https://sample.example/";
const action = { method: "POST" as const, url: URL, expect_status: [200], idempotency: "key" as const };
const TARGET: Target = {
  kind: "http",
  actions: Object.fromEntries(ACTION_NAMES.map((name) => [name, action])) as Record<ActionName, typeof action>,
};
/** Declares one source of each kind, and a target with every action. */
export const trialConfig: Config = {
  files: { roots: [] },
  sources: sampleSources(),
  targets: { sample: TARGET },
  channels: { sample: { kind: "webhook", url: URL } },
};

/** A value that fits a parameter. */
export function sampleOf(parameter: Parameter): Json {
  switch (parameter.type) {
    case "source":
      return parameter.kinds[0] ?? "";
    case "target":
      return "sample";
    case "duration":
      return parameter.default ?? "15m";
    case "boolean":
      return parameter.default ?? true;
    case "number":
      return parameter.default ?? parameter.min ?? 1;
    case "string":
      return parameter.default ?? (parameter.from === "goal.url" ? URL : "sample");
  }
}

/** What is wrong with the graphs that the playbook gives; empty for one that can be used. */
export function trialProblems(playbook: Playbook): Problem[] {
  const registry = createDefaultRegistry(trialConfig);
  const policy: Policy = {
    ...DEFAULT_POLICY,
    execution: { ...DEFAULT_POLICY.execution, enable_remediation: true, max_nodes_per_workflow: 100 },
    tools: { ...DEFAULT_POLICY.tools, allowed: registry.list().map(({ name }) => name) },
    node_types: { ...DEFAULT_POLICY.node_types, allowed: [...NODE_TYPE_NAMES] },
  };
  const context = { policy, policyDigest: "", catalogue: registry, checkUrl: () => undefined };
  const checked = (graph: Graph) => checkAgainst(graph, context);
  for (const remedy of offersRemedy(playbook) ? [true, false] : [true]) {
    for (const without of [undefined, ...optionalNames(playbook)]) {
      const given = samplesFor(playbook, without);
      const tried = { ...playbook, parameters: withoutFrom(playbook.parameters, without) };
      const entities = { wantsRemedy: remedy, forbidsRemedy: false };
      const plan = planFrom({
        playbook: tried,
        score: 1,
        goal: playbook.title,
        given,
        entities,
        config: trialConfig,
        remedy,
      });
      if (!plan.ok) return plan.problems;
      const outcome = checked(plan.graph);
      if (!outcome.ok) return outcome.problems;
    }
  }
  return [];
}

const optionalNames = ({ parameters }: Playbook): string[] =>
  Object.keys(parameters).filter((name) => parameters[name]?.required === false);

/** The one that is left out must not be found in the configuration either. */
function withoutFrom(parameters: Playbook["parameters"], name: string | undefined): Playbook["parameters"] {
  const own = name === undefined ? undefined : parameters[name];
  if (name === undefined || own === undefined || !("from" in own)) return parameters;
  const { from: _, ...rest } = own;
  return { ...parameters, [name]: rest };
}

function samplesFor({ parameters }: Playbook, without: string | undefined): Record<string, Json> {
  const entries = Object.entries(parameters).filter(([name]) => name !== without);
  return Object.fromEntries(entries.map(([name, parameter]) => [name, sampleOf(parameter)]));
}
