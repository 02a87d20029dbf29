/** What the checks before an effect are told, and what they find. */
import type { ToolFacts } from "../../core/check/catalogue.js";
import type { Policy } from "../../core/policy.js";
import { type ToolFailure, toolFailure } from "../../platform/failure.js";
import type { Question } from "../../schema/question.js";
import type { Effect, Environment, NodeType } from "../../vocabulary/node-types.js";
import type { ToolCall } from "../contract.js";
import type { ToolDefinition } from "../define-tool.js";

export interface Acting {
  /** Activity id. */
  nodeId: string;
  /** The execution that this activity belongs to, as Temporal says; ids are empty where it belongs to none. */
  workflowId: string;
  runId: string;
  definition: ToolDefinition;
  /** The tool's name as the graph writes it. */
  toolName: string;
  call: ToolCall;
}

/** What the call is, by params, configuration and policy alone. */
export interface Derived {
  policy: Policy;
  tool: ToolFacts;
  /** The types that the node may have: the one that was approved, or all that the policy lets pass. */
  types: NodeType[];
  effect: Effect;
  target: string | null;
  /** Of the place that it reaches; an effect on nothing declared counts as production. */
  environment: Environment | undefined;
}

/** Who agreed, by verified signatures, and who only says so. */
export interface Agreed {
  grant: SignedGrant;
  approvers: string[];
  unverified: string[];
}

export const refuse = (message: string): ToolFailure =>
  toolFailure("grant-invalid", message, { hint: "start the run again and approve what it shows", retryable: false });

/** A grant of the present form. */
export interface SignedGrant {
  digest: string;
  question: Question;
  votes: Array<{ approver: string; token?: string; atMs?: number }>;
  /** The action itself, or what takes it back, where that was shown and approved with it. */
  covers: "action" | "undo";
  type: NodeType;
}
