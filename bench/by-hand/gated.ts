/** One activity behind a question to people: asked by an activity, answered by a signal, closed by a timer. */
import { condition, defineSignal, setHandler, workflowInfo } from "@temporalio/workflow";
import { act_by_hand, ask_approval, type ByHandInput, checked, runKey, show } from "./frame.js";

export async function gated(input: ByHandInput): Promise<{ done: boolean }> {
  const { requester, unchecked } = input;
  let approver: string | undefined;
  setHandler(defineSignal<[{ approver: string }]>("approve"), (answer) => {
    approver = answer.approver;
  });
  const verdict = await checked(input);
  show(verdict, "waiting", "write", 1);
  const { policyDigest, environment } = verdict ?? { policyDigest: "", environment: "staging" };
  const deadlineMs = Date.now() + 604_800_000;
  await ask_approval({
    nodeId: "act",
    nodeName: "act",
    nodeType: "rollback",
    tool: "act",
    params: {},
    environment,
    reason: "it changes production",
    requester,
    runKey: runKey(),
    policyDigest,
    deadlineMs,
    findings: [],
  });
  if (!(await condition(() => approver !== undefined, deadlineMs - Date.now()))) return { done: false };
  show(verdict, "running", "write");
  const result = await act_by_hand(workflowInfo().workflowId, unchecked);
  show(verdict, "succeeded", "write");
  return result;
}
