/**
 * Where decisions arrive: the signals `approve` and `reject`, the update `decide`, and the query `runView`. All
 * decisions end in `core/approval`. Loaded by the workflow sandbox: imports only what the bundle test lists.
 */

import { condition, defineQuery, defineSignal, defineUpdate, patched, setHandler } from "@temporalio/workflow";
import type { Activities } from "../activities/contract.js";
import { decided, needsProof, provenVote, readAnswer, voteOf } from "../core/gate/answer.js";
import { judgeEdit, takeEdit } from "../core/gate/edit.js";
import { gateOf } from "../core/gate/gate-of.js";
import { type RunFacts, type RunView, viewOf } from "../core/report/view.js";
import { nodeOf } from "../core/run/driver.js";
import { stateOf } from "../core/run/run.js";
import type { DecisionResult, Vote } from "../core/run/state.js";
import { noteStray, unreadable } from "../core/run/stray-decisions.js";
import type { Answer, Decision } from "../schema/decision.js";
import type { Json } from "../schema/json.js";
import { DECISION_WORDS, type DecisionWord, isDecisionWord } from "../vocabulary/decisions.js";
import { EVENT_SIGNAL, QUERIES, SIGNALS, SKIPS, UPDATES } from "../vocabulary/names.js";
import type { Interpreter } from "./interpreter.js";

export const approveSignal = defineSignal<[Answer]>(SIGNALS.approve);
export const rejectSignal = defineSignal<[Answer]>(SIGNALS.reject);
export const skipSignal = defineSignal<[Answer]>(SIGNALS.skip);
export const eventSignal = defineSignal<[Json]>(EVENT_SIGNAL);
export const decideUpdate = defineUpdate<DecisionResult, [Decision]>(UPDATES.decide);
export const runViewQuery = defineQuery<RunView | null>(QUERIES.runView);

type Checks = Pick<Activities, "verify_vote" | "check_edit">;

export class Decisions {
  private readonly facts: RunFacts;
  private readonly checks: Checks;
  private interpreter: Interpreter | undefined;

  constructor(facts: RunFacts, checks: Checks) {
    this.facts = facts;
    this.checks = checks;
    this.handleSignals();
    setHandler(decideUpdate, ({ decision, ...answer }) => this.take(answer, decision), {
      validator: refuseMalformed,
      description: "Approve, reject or skip, and learn what became of it: {decision, node_id, approver, …}",
    });
    setHandler(runViewQuery, () => (this.interpreter === undefined ? null : viewOf(this.interpreter.run, facts)), {
      description: "The run as people are shown it",
    });
  }

  /** From here on decisions are counted; those that came before wait until now. */
  open(interpreter: Interpreter): void {
    this.interpreter = interpreter;
  }

  private handleSignals(): void {
    for (const [signal, decision, what] of ANSWERS) {
      const description = `${what} a node that waits at a gate: {node_id, approver, comment?, digest?, token?}`;
      setHandler(signal, async (answer) => void (await this.take(answer, decision)), { description });
    }
    setHandler(
      eventSignal,
      async (event) => {
        const atMs = Date.now();
        if (this.interpreter === undefined) await condition(() => this.interpreter !== undefined);
        (this.interpreter as Interpreter).dispatch({ kind: "event-arrived", event, atMs });
      },
      { description: "News from outside, for withdraw_when: {name, …}" },
    );
  }

  private async take(value: unknown, decision: DecisionWord): Promise<DecisionResult> {
    const atMs = Date.now();
    // Workers of before knew no such answer: what came then changed nothing, and must not on replay.
    if (decision === "skip" && !patched(SKIPS)) return "gate-not-open";
    const read = readAnswer(value);
    if (this.interpreter === undefined) await condition(() => this.interpreter !== undefined);
    const running = this.interpreter as Interpreter;
    if (!read.ok) {
      noteStray(running.run, unreadable(value, decision, read.message, atMs));
      return "gate-not-open";
    }
    const { answer } = read;
    if (!needsProof(running.run, answer)) return this.count(running, answer, decision, atMs);
    // A gate does not expire over the look at a signature.
    running.dispatch({ kind: "vote-arrived", node: answer.node_id, atMs });
    const result = await this.count(running, answer, decision, atMs);
    running.dispatch({ kind: "vote-settled", node: answer.node_id, atMs });
    return result;
  }

  private async count(
    interpreter: Interpreter,
    answer: Answer,
    decision: Vote["decision"],
    atMs: number,
  ): Promise<DecisionResult> {
    const event = decided(answer, await this.verified(interpreter, answer, voteOf(answer, decision, atMs)));
    if (event.vote.params !== undefined) return this.edit(interpreter, event);
    return interpreter.dispatch(event) ?? "gate-not-open";
  }

  /** Other params for the action: checked by an activity, then the gate asks anew. */
  private async edit(interpreter: Interpreter, event: ReturnType<typeof decided>): Promise<DecisionResult> {
    const { run } = interpreter;
    const judged = judgeEdit(run, event);
    if (judged !== "accepted") return judged;
    const { tool, type: nodeType, effect } = nodeOf(run, event.node);
    const gate = gateOf(run, event.node);
    const { environment } = run.plan.graph.verdict;
    const { signed } = stateOf(run, event.node).gate ?? {};
    const asked = {
      tool: tool ?? "",
      nodeType,
      params: event.vote.params ?? {},
      target: gate?.target,
      gate,
      environment,
      effect,
      signed,
    };
    // What cannot be checked is not taken; it must not end the run either.
    const checked = await this.checks.check_edit(asked, event.vote.atMs).catch(() => undefined);
    return takeEdit(run, event, checked, interpreter.dispatch);
  }

  /** A token is verified before the vote counts, so that a forged reject closes nothing. */
  private async verified({ run }: Interpreter, answer: Answer, vote: Vote): Promise<Vote> {
    if (!needsProof(run, answer)) return vote;
    const { token, node_id: nodeId } = answer;
    const { gate } = stateOf(run, nodeId);
    const digest = gate?.digest ?? answer.digest ?? "";
    const form = gate?.question === undefined ? {} : { v: gate.question.v };
    const params = vote.params === undefined ? {} : { params: vote.params };
    const asked = { token, runKey: this.facts.runKey, nodeId, digest, decision: vote.decision, ...form, ...params };
    // What cannot be looked at must not end the run either.
    return provenVote(vote, token, await this.checks.verify_vote(asked, vote.atMs).catch(() => undefined));
  }
}

const ANSWERS = [
  [approveSignal, "approve", "Approve"],
  [rejectSignal, "reject", "Reject"],
  [skipSignal, "skip", "Leave out"],
] as const;

/** Only what cannot be read at all: every other refusal is a result, so that it is in history. */
function refuseMalformed(value: Decision): void {
  const { decision, ...answer } = value ?? {};
  if (!isDecisionWord(decision)) throw new Error(`decision must be one of ${DECISION_WORDS.join(", ")}`);
  const read = readAnswer(answer);
  if (!read.ok) throw new Error(read.message);
}
