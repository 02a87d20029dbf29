/**
 * What a run written by hand does besides its nodes, where it is asked to do as much as the interpreter: the check
 * activity at the start and the search attributes. Without a graph it does neither.
 */
import { defineSearchAttributeKey } from "@temporalio/common";
import {
  ApplicationFailure,
  proxyActivities,
  proxyLocalActivities,
  upsertSearchAttributes,
  workflowInfo,
} from "@temporalio/workflow";
import type { Activities, ToolCall } from "../../src/activities/contract.js";
import type { Verdict } from "../../src/core/check.js";
import type { GraphInput } from "../../src/schema/graph.js";

export interface ByHandInput {
  requester: string;
  /** For the check; absent: no check and no search attributes. */
  graph?: GraphInput;
  /** Acts without the check of its approval. */
  unchecked?: boolean;
}

interface Tools {
  noop(call: ToolCall): Promise<{ n: number }>;
  act_by_hand(runId: string, unchecked?: boolean): Promise<{ done: boolean }>;
}

export const { noop } = proxyActivities<Tools>({ startToCloseTimeout: "1 minute", retry: { maximumAttempts: 6 } });
export const { act_by_hand } = proxyActivities<Tools>({
  activityId: "act",
  startToCloseTimeout: "1 minute",
  retry: { maximumAttempts: 4 },
});
export const { ask_approval } = proxyActivities<Activities>({ startToCloseTimeout: "20 seconds" });
const { check_graph } = proxyLocalActivities<Activities>({ startToCloseTimeout: "30 seconds" });

const STATUS = defineSearchAttributeKey("AutoopsStatus", "KEYWORD");
const ENVIRONMENT = defineSearchAttributeKey("AutoopsEnvironment", "KEYWORD");
const RISK = defineSearchAttributeKey("AutoopsRisk", "KEYWORD");
const PENDING = defineSearchAttributeKey("AutoopsPendingApprovals", "INT");

export async function checked({ graph, requester }: ByHandInput): Promise<Verdict | undefined> {
  if (graph === undefined) return undefined;
  const result = await check_graph({ graph, requester });
  if (!result.ok) throw ApplicationFailure.nonRetryable("refused", "graph-refused");
  return result.verdict;
}

export function show(verdict: Verdict | undefined, status: string, risk: string, pending = 0): void {
  if (verdict === undefined) return;
  upsertSearchAttributes([
    { key: STATUS, value: status },
    { key: ENVIRONMENT, value: verdict.environment },
    { key: RISK, value: risk },
    { key: PENDING, value: pending },
  ]);
}

export const runKey = (): string => workflowInfo().firstExecutionRunId;
