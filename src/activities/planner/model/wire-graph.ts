/**
 * The answer that a model is asked for, as a schema for strict structured output: one kind of node for each tool that is
 * offered, with that tool's own params; and the way back to the graph's format. The way back trusts nothing: what it
 * returns is data for the graph's own schema and the check.
 */
import { z } from "zod";
import type { Json, JsonObject } from "../../../schema/json.js";
import type { BuiltInType } from "../../../vocabulary/node-types.js";
import type { Offer } from "./offer.js";
import { checksBack, checksOf } from "./wire-checks.js";
import { objectWire, type Wire } from "./wire-params.js";

export interface WireGraph {
  /** For a whole graph. */
  graph: z.ZodType;
  /** For changes to a graph. */
  changes: z.ZodType;
  /** A node as the graph's format has it; whatever is not understood stays for the check to refuse. */
  node(value: Json): Json;
  edge(value: Json): Json;
}

const BUILT_IN_PARAMS: Record<BuiltInType, z.ZodType> = {
  wait: z.strictObject({ seconds: z.number().describe("whole number") }),
  decision: z.strictObject({ expression: z.string() }),
  human_review: z.strictObject({ prompt: z.string() }),
};

const edgeSchema = z.strictObject({
  from_node_id: z.string(),
  to_node_id: z.string(),
  condition: z.string().nullable().describe("an expression over outputs of earlier nodes, or null"),
  on: z.enum(["success", "failure", "skipped", "always"]),
});
const cannotSchema = z
  .string()
  .nullable()
  .describe("null; or why the goal cannot be planned with these tools, and then no nodes");

/** A worker offers the same until its policy or its configuration changes; a few, for a process that holds several. */
const KEPT_MAX = 8;
const kept = new Map<string, WireGraph | undefined>();

/** Undefined where nothing is offered: there is no schema of no node. */
export function wireGraphOf(offer: Offer): WireGraph | undefined {
  if (!kept.has(offer.digest)) {
    if (kept.size >= KEPT_MAX) kept.clear();
    kept.set(offer.digest, made(offer));
  }
  return kept.get(offer.digest);
}

function made(offer: Offer): WireGraph | undefined {
  const params = new Map<string, Wire>(offer.tools.map((tool) => [tool.name, objectWire(tool.params, false)]));
  const guards = checksOf(offer);
  const kinds = [
    ...offer.tools.map(({ name, types, effect }) => {
      const own = params.get(name)?.schema ?? z.strictObject({});
      return nodeSchema(z.enum(types), z.literal(name), own, effect === "write" ? guards : {});
    }),
    ...offer.types.map((type) => nodeSchema(z.enum([type]), z.null(), BUILT_IN_PARAMS[type])),
  ];
  const [first, second, ...rest] = kinds;
  if (first === undefined) return undefined;
  const node = second === undefined ? first : z.union([first, second, ...rest]);
  return {
    graph: z.strictObject({
      name: z.string().describe("a short title"),
      nodes: z.array(node),
      edges: z.array(edgeSchema),
      cannot: cannotSchema,
    }),
    changes: z.strictObject({
      remove_nodes: z.array(z.string()).describe("ids"),
      put_nodes: z.array(node).describe("nodes to add, or to put in the place of those with the same id"),
      remove_edges: z.array(z.strictObject({ from_node_id: z.string(), to_node_id: z.string() })),
      put_edges: z.array(edgeSchema),
      cannot: cannotSchema,
    }),
    node: (value) => nodeBack(value, params),
    edge: (value) => withoutNulls(value, ["condition"]),
  };
}

function nodeSchema(type: z.ZodType, tool: z.ZodType, params: z.ZodType, guards: z.ZodRawShape = {}): z.ZodType {
  return z.strictObject({
    id: z.string().describe("letters, digits, _ or -"),
    name: z.string(),
    description: z.string(),
    type,
    tool,
    params,
    requires_human_approval: z.boolean(),
    timeout_seconds: z.number().nullable(),
    retry_count: z.number().nullable(),
    continue_on_failure: z.boolean(),
    join: z.union([z.enum(["all", "any"]), z.number()]),
    ...guards,
  });
}

/** What null says of these is that they are absent. */
const NULLABLE = [
  ...["tool", "timeout_seconds", "retry_count", "join", "description", "params"],
  ...["preconditions", "verify", "undo"],
];

function nodeBack(value: Json, params: ReadonlyMap<string, Wire>): Json {
  const node = checksBack(withoutNulls(value, NULLABLE));
  if (!isObject(node) || node.params === undefined || typeof node.tool !== "string") return node;
  const wire = params.get(node.tool);
  return wire === undefined ? node : { ...node, params: wire.back(node.params) ?? {} };
}

function withoutNulls(value: Json, names: readonly string[]): Json {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key, item]) => item !== null || !names.includes(key)));
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
