/**
 * Where decisions arrive: the signals `approve` and `reject`, the update `decide`, and the query `runView`. All
 * decisions end in `core/approval`. Loaded by the workflow sandbox: imports only what the bundle test lists.
 */

import { condition, defineQuery, defineSignal, defineUpdate, patched, setHandler } from "@temporalio/workflow";
import type { Activities, EditVerdict, RequestTime, VoteVerdict } from "../activities/contract.js";
import { readAnswer } from "../core/gate/answer.js";
import { judgeEdit, refuseEdit } from "../core/gate/edit.js";
import { gateOf } from "../core/gate/gate-of.js";
import { type RunFacts, type RunView, viewOf } from "../core/report/view.js";
import { addProblem, stateOf } from "../core/run/run.js";
import type { DecisionResult, RunEvent, Vote } from "../core/run/state.js";
import { noteStray, unreadable } from "../core/run/stray-decisions.js";
import type { Answer, Decision } from "../schema/decision.js";
import type { Json } from "../schema/json.js";
import { DECISION_WORDS, type DecisionWord, isDecisionWord } from "../vocabulary/decisions.js";
import { EVENT_SIGNAL, QUERIES, SIGNALS, SKIPS, UPDATES } from "../vocabulary/names.js";
import { type Interpreter, nodeOf } from "./interpreter.js";

export const approveSignal = defineSignal<[Answer]>(SIGNALS.approve);
export const rejectSignal = defineSignal<[Answer]>(SIGNALS.reject);
export const skipSignal = defineSignal<[Answer]>(SIGNALS.skip);
export const eventSignal = defineSignal<[Json]>(EVENT_SIGNAL);
export const decideUpdate = defineUpdate<DecisionResult, [Decision]>(UPDATES.decide);
export const runViewQuery = defineQuery<RunView | null>(QUERIES.runView);

export interface Decisions {
  /** From here on decisions are counted; those that came before wait until now. */
  open(interpreter: Interpreter): void;
}

type Checks = Pick<Activities, "verify_vote" | "check_edit">;

export function createDecisions(facts: RunFacts, { verify_vote: verify, check_edit }: Checks): Decisions {
  let interpreter: Interpreter | undefined;

  async function take(value: unknown, decision: DecisionWord): Promise<DecisionResult> {
    const atMs = Date.now();
    // Workers of before knew no such answer: what came then changed nothing, and must not on replay.
    if (decision === "skip" && !patched(SKIPS)) return "gate-not-open";
    const read = readAnswer(value);
    if (interpreter === undefined) await condition(() => interpreter !== undefined);
    const running = interpreter as Interpreter;
    if (!read.ok) {
      noteStray(running.run, unreadable(value, decision, read.message, atMs));
      return "gate-not-open";
    }
    const { node_id: node, token } = read.answer;
    if (token === undefined || !running.run.plan.nodes.has(node)) return count(running, read.answer, decision, atMs);
    // A gate does not expire over the look at a signature.
    running.dispatch({ kind: "vote-arrived", node, atMs });
    const result = await count(running, read.answer, decision, atMs);
    running.dispatch({ kind: "vote-settled", node, atMs });
    return result;
  }

  async function count(
    interpreter: Interpreter,
    answer: Answer,
    decision: Vote["decision"],
    atMs: number,
  ): Promise<DecisionResult> {
    const vote = await voteOf(interpreter, answer, decision, atMs);
    const { node_id: node, digest } = answer;
    if (vote.params !== undefined) return edit(interpreter, { kind: "decided", node, vote, digest, atMs: vote.atMs });
    return interpreter.dispatch({ kind: "decided", node, vote, digest, atMs: vote.atMs }) ?? "gate-not-open";
  }

  /** Other params for the action: checked by an activity, then the gate asks anew. Nothing is approved by it. */
  async function edit(
    interpreter: Interpreter,
    event: Extract<RunEvent, { kind: "decided" }>,
  ): Promise<DecisionResult> {
    const { run } = interpreter;
    const judged = judgeEdit(run, event);
    if (judged !== "accepted") return judged;
    const node = nodeOf(run, event.node);
    const { params = {}, approver: by, atMs } = event.vote;
    const { effect, type: nodeType } = node;
    const before = gateOf(run, node.id);
    const to = before?.target === undefined ? {} : { target: before.target };
    const { signed } = stateOf(run, node.id).gate ?? {};
    const { environment } = run.plan.graph.verdict;
    const until = { gate: before, environment, effect, signed };
    const asked = { tool: node.tool ?? "", nodeType, params, ...to, ...until };
    // What cannot be checked is not taken; it must not end the run either.
    const checked: EditVerdict & RequestTime = await check_edit(asked, atMs).catch(() => ({ ok: false, problems: [] }));
    if (!checked.ok) {
      for (const problem of checked.problems) addProblem(run, problem);
      return refuseEdit(run, event);
    }
    // Somebody may have decided meanwhile.
    const again = judgeEdit(run, event);
    if (again !== "accepted") return again;
    const gate = checked.gate === undefined ? {} : { gate: checked.gate };
    interpreter.dispatch({ kind: "edited", node: event.node, params, by, ...gate, atMs: checked.atMs ?? atMs });
    return "edited";
  }

  /** A token is verified before the vote counts, so that a forged reject closes nothing. */
  async function voteOf(
    interpreter: Interpreter,
    answer: Answer,
    decision: Vote["decision"],
    atMs: number,
  ): Promise<Vote> {
    const { approver, comment, channel, token, decision_id: decisionId } = answer;
    const params = decision === "approve" && answer.params !== undefined ? { params: answer.params } : {};
    const unverified: Vote = { decision, approver, comment, channel, atMs, verified: false, decisionId, ...params };
    if (token === undefined || !interpreter.run.plan.nodes.has(answer.node_id)) return unverified;
    const { gate } = stateOf(interpreter.run, answer.node_id);
    const digest = gate?.digest ?? answer.digest ?? "";
    const form = gate?.question === undefined ? {} : { v: gate.question.v };
    // What cannot be looked at proves nothing; it must not end the run either.
    const verdict: VoteVerdict & RequestTime = await verify(
      { token, runKey: facts.runKey, nodeId: answer.node_id, digest, decision, ...form, ...params },
      atMs,
    ).catch(() => ({
      ok: false,
      reason: "the signature could not be looked at",
    }));
    const asked = { ...unverified, atMs: verdict.atMs ?? atMs };
    if (!verdict.ok) return { ...asked, signatureRefused: true };
    const { approver: subject, groups, channel: way = channel, issuedMs, jti } = verdict;
    return { ...asked, approver: subject, groups, channel: way, verified: true, issuedMs, token, decisionId: jti };
  }

  setHandler(approveSignal, async (answer) => void (await take(answer, "approve")), {
    description: "Approve a node that waits at a gate: {node_id, approver, comment?, digest?, token?}",
  });
  setHandler(rejectSignal, async (answer) => void (await take(answer, "reject")), {
    description: "Reject a node that waits at a gate: {node_id, approver, comment?, digest?, token?}",
  });
  setHandler(skipSignal, async (answer) => void (await take(answer, "skip")), {
    description: "Leave out a node that waits at a gate: {node_id, approver, comment?, digest?, token?}",
  });
  setHandler(
    eventSignal,
    async (event) => {
      const atMs = Date.now();
      if (interpreter === undefined) await condition(() => interpreter !== undefined);
      (interpreter as Interpreter).dispatch({ kind: "event-arrived", event, atMs });
    },
    { description: "News from outside, for withdraw_when: {name, …}" },
  );
  setHandler(decideUpdate, ({ decision, ...answer }) => take(answer, decision), {
    validator: refuseMalformed,
    description: "Approve, reject or skip, and learn what became of it: {decision, node_id, approver, …}",
  });
  setHandler(runViewQuery, () => (interpreter === undefined ? null : viewOf(interpreter.run, facts)), {
    description: "The run as people are shown it",
  });
  return {
    open: (ready) => {
      interpreter = ready;
    },
  };
}

/** Only what cannot be read at all: every other refusal is a result, so that it is in history. */
function refuseMalformed(value: Decision): void {
  const { decision, ...answer } = value ?? {};
  if (!isDecisionWord(decision)) throw new Error(`decision must be one of ${DECISION_WORDS.join(", ")}`);
  const read = readAnswer(answer);
  if (!read.ok) throw new Error(read.message);
}
