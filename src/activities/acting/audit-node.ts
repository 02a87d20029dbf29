/**
 * What the audit log is told of one node. The rule stands here: a tool that may change production is not called before
 * the line about it is on the disk; one that does not is called also where the log cannot be written.
 */

import { ApplicationFailure, type Info } from "@temporalio/activity";
import type { AuditLog } from "../../platform/audit/log.js";
import type { AuditEntry } from "../../schema/audit.js";
import { NODE_TYPES, riskier } from "../../vocabulary/node-types.js";
import type { ProblemCode } from "../../vocabulary/problems.js";
import type { ToolCall } from "../contract.js";
import type { ToolDefinition } from "../define-tool.js";
import type { Agreed } from "./action.js";

export interface NodeLines {
  started(): void;
  /** For a write: resolves once the line is on the disk, and rejects where it cannot be; else at once. */
  called(agreed?: Pick<Agreed, "approvers" | "unverified">): Promise<void>;
  /** With the failure, if it failed: the lines so far are on the disk, or their loss has been told. */
  finished(failure?: unknown): Promise<void>;
}

/** Refusals by the last check before an effect. */
const REFUSALS: readonly string[] = [
  "grant-invalid",
  "run-was-reset",
  "approval-used",
  "approval-outdated",
  "caller-unchecked",
  "records-unreachable",
  "policy-changed",
  "policy-invalid",
] satisfies ProblemCode[];
/** Refusals of a write that people had agreed to. */
const WRITE_REFUSALS: readonly string[] = [
  "cap-exceeded",
  "namespace-forbidden",
  "too-many-writes",
  "writes-frozen",
  "writes-paused",
  "writes-unchecked",
] satisfies ProblemCode[];

/** Whether any node that the tool may stand in changes production. */
export const mustBeRecorded = ({ effect, nodeTypes }: Pick<ToolDefinition, "effect" | "nodeTypes">): boolean =>
  nodeTypes.some((type) => riskier(effect, NODE_TYPES[type]) === "write") || effect === "write";

export function auditNode(
  audit: AuditLog,
  { definition, toolName, call, info }: { definition: ToolDefinition; toolName: string; call: ToolCall; info: Info },
): NodeLines {
  const { effect } = definition;
  const line = (event: AuditEntry["event"], more: { code?: string; details?: object } = {}): AuditEntry => ({
    event,
    actor: call.requester,
    channel: "worker",
    run: info.workflowExecution?.workflowId,
    runKey: call.runKey,
    node: info.activityId,
    digest: typeof call.grant?.digest === "string" ? call.grant.digest.slice(0, 64) : undefined,
    ...more,
    details: { tool: toolName, effect, attempt: info.attempt, ...more.details },
  });
  return {
    // In order with what follows, which waits for the disk.
    started: () => void audit.note(line("node-started")),
    async called(agreed) {
      // Who agreed is who signed; what an unsigned vote calls itself stands apart.
      const { approvers, unverified = [] } = agreed ?? {};
      const said = unverified.length === 0 ? {} : { unverified };
      const acts = effect === "write" || effect === "notify";
      const entry = line("tool-called", { details: { approvers, ...said, params: acts ? call.params : undefined } });
      if (mustBeRecorded(definition)) return audit.record(entry);
      void audit.note(entry);
    },
    async finished(failure) {
      if (failure === undefined) return audit.note(line("node-finished"));
      const code = failure instanceof ApplicationFailure ? (failure.type ?? "internal") : "cancelled";
      const reason = failure instanceof Error ? failure.message : undefined;
      if (REFUSALS.includes(code)) void audit.note(line("grant-refused", { code, details: { reason } }));
      if (WRITE_REFUSALS.includes(code)) void audit.note(line("write-refused", { code, details: { reason } }));
      return audit.note(line("node-finished", { code, details: { reason } }));
    },
  };
}
