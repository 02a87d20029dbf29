/**
 * Decisions on their way to a gate: a vote before its token was verified and after, and how other params are taken.
 * The workflow and the one that rebuilds a run from its history both go through here.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Answer } from "../../schema/decision.js";
import type { Problem } from "../../vocabulary/problems.js";
import { addProblem, type Run } from "../run/run.js";
import type { DecisionResult, RunEvent, Vote } from "../run/state.js";
import { judgeEdit, refuseEdit } from "./edit.js";
import type { NodeGate } from "./node-gate.js";

type Decided = Extract<RunEvent, { kind: "decided" }>;

/** What the look at a token gave; undefined where it could not be looked at. */
type Verified =
  | {
      ok: true;
      approver: string;
      groups: string[];
      channel?: string;
      issuedMs: number;
      jti: string;
      atMs?: number;
    }
  | { ok: false; atMs?: number }
  | undefined;

/** What the check of other params gave; undefined where they could not be checked. */
type CheckedEdit = { ok: true; gate?: NodeGate; atMs?: number } | { ok: false; problems: Problem[] } | undefined;

/** As it came, unverified. */
export function voteOf(answer: Answer, decision: Vote["decision"], atMs: number): Vote {
  const { approver, comment, channel, decision_id: decisionId } = answer;
  const params = decision === "approve" && answer.params !== undefined ? { params: answer.params } : {};
  return { decision, approver, comment, channel, atMs, verified: false, decisionId, ...params };
}

/** Whether it came with a token for a node that the run has. */
export const needsProof = (run: Run, answer: Answer): answer is Answer & { token: string } =>
  answer.token !== undefined && run.plan.nodes.has(answer.node_id);

/** What cannot be looked at proves nothing. */
export function provenVote(vote: Vote, token: string, verdict: Verified): Vote {
  const asked = { ...vote, atMs: verdict?.atMs ?? vote.atMs };
  if (!verdict?.ok) return { ...asked, signatureRefused: true };
  const { approver, groups, channel = vote.channel, issuedMs, jti } = verdict;
  return { ...asked, approver, groups, channel, verified: true, issuedMs, token, decisionId: jti };
}

export function decided({ node_id: node, digest }: Answer, vote: Vote): Decided {
  return { kind: "decided", node, vote, digest, atMs: vote.atMs };
}

/** Other params were checked: the gate asks anew about them. Nothing is approved by it. */
export function takeEdit(
  run: Run,
  event: Decided,
  checked: CheckedEdit,
  dispatch: (event: RunEvent) => unknown,
): DecisionResult {
  if (!checked?.ok) {
    for (const problem of checked?.problems ?? []) addProblem(run, problem);
    return refuseEdit(run, event);
  }
  // Somebody may have decided meanwhile.
  const again = judgeEdit(run, event);
  if (again !== "accepted") return again;
  const { params = {}, approver: by, atMs } = event.vote;
  const gate = checked.gate === undefined ? {} : { gate: checked.gate };
  dispatch({ kind: "edited", node: event.node, params, by, ...gate, atMs: checked.atMs ?? atMs });
  return "edited";
}
