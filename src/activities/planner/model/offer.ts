/** What a model may plan with: the tools and node types that the policy allows, and the names that config.yaml declares. */
import { z } from "zod";
import { judge, type Policy } from "../../../core/policy.js";
import { digestOf } from "../../../platform/digest.js";
import type { Config } from "../../../schema/config.js";
import { BUILT_IN_TYPES, type BuiltInType, type Effect, type NodeType } from "../../../vocabulary/node-types.js";
import type { Registry } from "../../registry.js";
import type { JsonSchema } from "./wire-params.js";

export interface OfferedTool {
  name: string;
  description: string;
  effect: Effect;
  types: NodeType[];
  params: JsonSchema;
}

interface Declared {
  name: string;
  kind: string;
  environment: string;
  description?: string;
  actions?: string[];
}

export interface Offer {
  tools: OfferedTool[];
  types: BuiltInType[];
  sources: Declared[];
  targets: Declared[];
  channels: string[];
  /** Absent where none is declared. */
  trackers?: string[];
  /** SHA-256 of all of the above, in hex. */
  digest: string;
}

/** A tool is offered where the policy would let it stand in a graph that touches production. */
export function offerOf(registry: Registry, policy: Policy, config: Config): Offer {
  const tools: OfferedTool[] = [];
  for (const facts of registry.list()) {
    const definition = registry.definition(facts.name);
    if (definition === undefined) continue;
    const types = facts.nodeTypes.filter(
      (type) =>
        judge(policy, { type, tool: facts, effect: facts.effect, environment: "production" }, "").problems.length === 0,
    );
    if (types.length === 0) continue;
    const { name, description, effect } = facts;
    tools.push({ name, description, effect, types, params: paramsOf(definition.params) });
  }
  const types = BUILT_IN_TYPES.filter(
    (type) => judge(policy, { type, effect: "none", environment: "production" }, "").problems.length === 0,
  );
  const rest = {
    tools,
    types,
    sources: sourcesOf(config),
    targets: targetsOf(config),
    channels: Object.keys(config.channels).sort(),
    trackers: config.trackers === undefined ? undefined : Object.keys(config.trackers).sort(),
  };
  return { ...rest, digest: digestOf(rest) };
}

/** The policy that plans are made by: configuration may forbid a model what the policy would allow, never the reverse. */
export function planningPolicy(policy: Policy, allowsRemediation: boolean): Policy {
  const enable_remediation = policy.execution.enable_remediation && allowsRemediation;
  return { ...policy, execution: { ...policy.execution, enable_remediation } };
}

/** A tool's schema stands for as long as the program runs. */
const shapes = new WeakMap<z.ZodType, JsonSchema>();

function paramsOf(schema: z.ZodType): JsonSchema {
  const shape = shapes.get(schema) ?? (z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema);
  shapes.set(schema, shape);
  return shape;
}

const byName = (a: Declared, b: Declared): number => (a.name < b.name ? -1 : 1);

function sourcesOf({ sources }: Config): Declared[] {
  return Object.entries(sources)
    .map(([name, { kind, environment = "production", description }]) => ({ name, kind, environment, description }))
    .sort(byName);
}

function targetsOf({ targets }: Config): Declared[] {
  return Object.entries(targets)
    .map(([name, target]) => {
      const { kind, environment = "production", description } = target;
      const actions = "actions" in target ? Object.keys(target.actions).sort() : undefined;
      return { name, kind, environment, description, actions };
    })
    .sort(byName);
}
