/**
 * The node types of the file format, with what each may do to the world.
 * Loaded by the workflow sandbox: imports nothing.
 */

/** What running a node does: nothing, reads, tells people, or changes production. Ordered by risk. */
export const EFFECTS = ["none", "read", "notify", "write"] as const;
export type Effect = (typeof EFFECTS)[number];

/** Node types that carry their own behaviour and need no tool and no activity. */
export const BUILT_IN_TYPES = ["wait", "decision", "human_review"] as const;
export type BuiltInType = (typeof BUILT_IN_TYPES)[number];

/** The least effect that a node of each type is taken to have; the tool may only add to it. */
export const NODE_TYPES = {
  log_collection: "read",
  metric_query: "read",
  trace_collection: "read",
  rca_call: "read",
  analysis: "none",
  summary: "none",
  ticket_create: "notify",
  ticket_update: "notify",
  notification: "notify",
  browser_replay: "read",
  mcp_action: "read",
  wait: "none",
  decision: "none",
  human_review: "none",
  service_restart: "write",
  config_update: "write",
  rollback: "write",
  scale_action: "write",
  custom_script: "write",
} as const satisfies Record<string, Effect>;

export type NodeType = keyof typeof NODE_TYPES;

export const NODE_TYPE_NAMES = Object.keys(NODE_TYPES) as NodeType[];

export function isBuiltIn(type: NodeType): type is BuiltInType {
  return (BUILT_IN_TYPES as readonly string[]).includes(type);
}

/** The riskier of two effects. */
export function riskier(a: Effect, b: Effect): Effect {
  return EFFECTS.indexOf(a) >= EFFECTS.indexOf(b) ? a : b;
}

/** Environments by strictness, the strictest last. An undeclared one counts as production. */
export const ENVIRONMENTS = ["development", "test", "staging", "production"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

export function strictest(a: Environment, b: Environment): Environment {
  return ENVIRONMENTS.indexOf(a) >= ENVIRONMENTS.indexOf(b) ? a : b;
}
