/**
 * What the audit log is told of runs, by the activities that run anyway. None of this has an effect, so none of it waits
 * for a log that cannot be written. An activity that is tried again writes its lines again.
 */
import { Context } from "@temporalio/activity";
import { endingLines, planLines } from "../../core/report/audit-lines.js";
import type { Report } from "../../core/report.js";
import { digestOf } from "../../platform/digest.js";
import type { GoalInput, RunGraphInput } from "../../schema/run-input.js";
import type { Activities, AskCall, TellCall, VoteToVerify } from "../contract.js";
import type { Dependencies } from "../dependencies.js";

type Audit = Pick<Dependencies, "audit">;

const run = (): string | undefined => Context.current().info.workflowExecution?.workflowId;
/** What came in from outside may lack anything. */
const requesterOf = (input: unknown): string | undefined => {
  const { requester } = (input ?? {}) as { requester?: unknown };
  return typeof requester === "string" ? requester : undefined;
};

/** What a client sent may be no JSON that has a digest. */
function graphDigest(graph: unknown): string | undefined {
  try {
    return digestOf(graph);
  } catch {
    return undefined;
  }
}

export function auditedCheck(check: Activities["check_graph"], { audit }: Audit): Activities["check_graph"] {
  return async (input: RunGraphInput) => {
    const result = await check(input);
    const about = { actor: requesterOf(input), channel: "worker", run: run(), digest: graphDigest(input?.graph) };
    if (!result.ok) {
      const codes = [...new Set(result.problems.map(({ code }) => code))];
      await audit.note({ ...about, event: "graph-refused", code: codes[0] ?? "graph-refused", details: { codes } });
      return result;
    }
    const { environment, policyDigest: policy_digest, dryRun, targets, gates } = result.verdict;
    const details = { environment, policy_digest, targets, gated: Object.keys(gates) };
    void audit.note({ ...about, event: "graph-checked", details });
    const runKey = Context.current().info.workflowExecution?.runId;
    const isDry = dryRun || input.dry_run === true;
    await audit.note({ ...about, event: "run-started", runKey, details: { dry_run: isDry } });
    return result;
  };
}

export function auditedAsk(ask: Activities["ask_approval"], { audit }: Audit): Activities["ask_approval"] {
  return async (call: AskCall) => {
    const answer = await ask(call);
    const { requester: actor, runKey, nodeId: node, tool, target, environment, reason, deadlineMs } = call;
    const deadline = new Date(deadlineMs).toISOString();
    const details = { tool, target, environment, reason, deadline, params: answer.shown, notices: answer.notices };
    const about = { actor, channel: "worker", run: run(), runKey, node, digest: answer.digest };
    await audit.note({ ...about, event: "gate-requested", details });
    return answer;
  };
}

/** A reminder, or further people who are asked; how a gate closed is told when its run ends. */
export function auditedTell(tell: Activities["tell_approvers"], { audit }: Audit): Activities["tell_approvers"] {
  return async (call: TellCall) => {
    const answer = await tell(call);
    if (call.event === "gate-closed") return answer;
    const event = call.event === "gate-reminder" ? "gate-reminded" : "gate-escalated";
    const { nodeId: node, digest, groups } = call;
    const details = { groups, notices: answer.notices };
    await audit.note({ event, channel: "worker", run: run(), node, digest, details });
    return answer;
  };
}

export function auditedVerify(verify: Activities["verify_vote"], { audit }: Audit): Activities["verify_vote"] {
  return async (vote: VoteToVerify) => {
    const verdict = await verify(vote);
    const { runKey, nodeId: node, digest, decision } = vote;
    const about = { run: run(), runKey, node, digest };
    if (verdict.ok) {
      const { approver: actor, groups, channel, jti } = verdict;
      const details = { decision, verified: true, vote: jti, groups };
      await audit.note({ ...about, event: "vote-recorded", actor, channel, details });
    } else {
      const details = { decision, reason: verdict.reason };
      await audit.note({ ...about, event: "signature-refused", code: "decision-not-allowed", details });
    }
    return verdict;
  };
}

/** Before the report is kept: the lines about the run's gates and its end. */
export function auditedStore({
  audit,
  reports,
  remember,
}: Pick<Dependencies, "audit" | "reports" | "remember">): Activities["store_report"] {
  return async (report: Report) => {
    await Promise.all(endingLines(report).map((entry) => audit.note(entry)));
    await reports.put(report);
    await remember?.(report);
  };
}

export function auditedDraft(draft: Activities["draft_graph"], { audit }: Audit): Activities["draft_graph"] {
  return async (input: GoalInput, repair) => {
    const result = await draft(input, repair);
    const digest = result.ok ? { digest: digestOf(result.graph) } : {};
    const about = { actor: requesterOf(input), channel: "worker", run: run(), ...digest };
    const planned = result.ok ? { ...result, nodes: result.graph.nodes.length } : result;
    for (const entry of planLines(planned, about)) await audit.note(entry);
    return result;
  };
}
