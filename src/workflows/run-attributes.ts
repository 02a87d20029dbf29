/** What lists show of a run that a workflow starts. Loaded by the workflow sandbox: imports only what the bundle test lists. */
import { defineSearchAttributeKey, type SearchAttributePair } from "@temporalio/common";
import type { GraphInput } from "../schema/graph.js";

const STATUS = defineSearchAttributeKey("AutoopsStatus", "KEYWORD");
const REQUESTER = defineSearchAttributeKey("AutoopsRequester", "KEYWORD");
const TRIGGER = defineSearchAttributeKey("AutoopsTrigger", "KEYWORD");
const PLAYBOOK = defineSearchAttributeKey("AutoopsPlaybook", "KEYWORD");
const PENDING = defineSearchAttributeKey("AutoopsPendingApprovals", "INT");

export function attributesOf(
  graph: GraphInput,
  { requester, trigger }: { requester: string; trigger: "alert" | "schedule" },
): SearchAttributePair[] {
  const playbook = graph.metadata?.playbook;
  return [
    { key: STATUS, value: "running" },
    { key: REQUESTER, value: requester },
    { key: TRIGGER, value: trigger },
    { key: PENDING, value: 0 },
    ...(typeof playbook === "string" && playbook !== "" ? [{ key: PLAYBOOK, value: playbook.slice(0, 100) }] : []),
  ];
}
