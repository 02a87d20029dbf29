import { type DecisionWord, votesFor } from "../../vocabulary/decisions.js";
import { DECISIONS_MAX_PER_GATE } from "../../vocabulary/limits.js";
import { peopleOf } from "../../vocabulary/person.js";
import { mayAnswer } from "../policy/approval-rule.js";
import { endNode, finishIfDone } from "../run/node-end.js";
import type { PlanNode } from "../run/plan.js";
import { closeGate, makeReady, type Run, stateOf } from "../run/run.js";
import type { DecisionResult, Gate, RunEvent, Vote } from "../run/state.js";
import { noteStray, unfitting } from "../run/stray-decisions.js";
import { gateOf } from "./gate-of.js";

type Asked = Extract<RunEvent, { kind: "gate-asked" }>;
type Opened = Extract<RunEvent, { kind: "gate-opened" }>;
type Decided = Extract<RunEvent, { kind: "decided" }>;

/** The question is being put (`gate-asked`), then it has a nonce and a digest (`gate-opened`). */
export function openGate(run: Run, entry: PlanNode, event: Asked | Opened): void {
  const own = stateOf(run, entry.node.id);
  if (event.kind === "gate-asked") {
    own.status = "asking";
    own.gate = newGate(run, entry, event, (own.gate?.round ?? 0) + 1);
    run.gates++;
    return;
  }
  const gate = own.gate;
  if (gate === undefined || gate.status !== "asking") return;
  gate.status = "open";
  gate.nonce = event.nonce;
  gate.digest = event.digest;
  gate.askedIn = event.askedIn;
  gate.shown = event.shown;
  if (event.question !== undefined) gate.question = event.question;
  if (event.preview !== undefined) gate.preview = event.preview;
  if (event.shownUndo !== undefined) gate.shownUndo = event.shownUndo;
  gate.notices = event.notices;
  countEarly(run, entry.node.id);
}

function newGate(run: Run, entry: PlanNode, event: Asked, round: number): Gate {
  const asked = gateOf(run, entry.node.id);
  return {
    status: "asking",
    round,
    openedAtMs: event.openedAtMs ?? event.atMs,
    deadlineMs: event.deadlineMs,
    reason: asked?.reason ?? "",
    required: asked?.rule?.required ?? 1,
    signed: asked?.signed === true || (asked?.rule?.signed ?? run.plan.graph.verdict.signed),
    votes: [],
    refused: {},
    notices: [],
  };
}

/** Decisions that came before the gate count only if they name the digest that it now has. */
function countEarly(run: Run, node: string): void {
  const mine = run.state.early.filter((early) => early.node === node);
  run.state.early = run.state.early.filter((early) => early.node !== node);
  for (const { digest, vote } of mine) {
    // Of another digest, it is refused like one that came now.
    decide(run, { kind: "decided", node, vote, digest, atMs: vote.atMs });
  }
}

/**
 * Takes in one decision. A decision at or after the deadline is late whatever else holds: signals are handled before
 * timers, so after an outage one that was sent too late would count otherwise.
 */
export function decide(run: Run, event: Decided): DecisionResult {
  if (!run.plan.nodes.has(event.node)) {
    noteStray(run, unfitting(event.node, event.vote, "node-not-found", "the run has no such node"));
    return "node-not-found";
  }
  const gate = stateOf(run, event.node).gate;
  if (gate === undefined || gate.status === "asking") return keepEarly(run, gate, event);
  const result = judgeDecision(run, gate, event);
  if (result !== "accepted") return noteRefusal(gate, event.vote, result);
  if (isRepeated(gate, event.vote)) return "accepted";
  gate.votes.push(event.vote);
  if (event.vote.decision === "reject") reject(run, event);
  else if (people(gate, "approve").length >= gate.required) approve(run, event);
  else if (people(gate, "skip").length >= gate.required) skip(run, gate, event);
  return "accepted";
}

/** Counts a decision that did not count, and keeps the first of them in detail. */
export function noteRefusal(gate: Gate, vote: Vote, result: DecisionResult): DecisionResult {
  gate.refused[result] = (gate.refused[result] ?? 0) + 1;
  const { decision, approver, channel, atMs, signatureRefused } = vote;
  const kept = gate.refusals ?? [];
  if (kept.length < DECISIONS_MAX_PER_GATE) {
    gate.refusals = [
      ...kept,
      { decision, approver, channel, atMs, result, signatureRefused: signatureRefused || undefined },
    ];
  }
  return result;
}

export function judgeDecision(run: Run, gate: Gate, event: Decided): DecisionResult {
  const { vote } = event;
  if (isRepeated(gate, vote)) return "accepted";
  if (gate.status === "expired") return "late";
  if (gate.status !== "open") return "already-decided";
  if (givenAtMs(event) >= gate.deadlineMs) return "late";
  if (event.digest !== undefined && event.digest !== gate.digest) return "stale-digest";
  if (gate.signed && !vote.verified) return "not-allowed";
  const rule = gateOf(run, event.node)?.rule;
  if (rule === undefined) return "accepted";
  if (!mayAnswer(rule, { ...vote, givenAtMs: givenAtMs(event) }, run.requester, gate.openedAtMs)) return "not-allowed";
  const wantsComment = rule.comment === "always" || (rule.comment === "reject" && vote.decision !== "approve");
  return wantsComment && (vote.comment ?? "").trim() === "" ? "comment-required" : "accepted";
}

/** A verified signature also proves when the decision was given, which an outage of the worker must not make late. */
function givenAtMs(event: Decided): number {
  const { verified, issuedMs } = event.vote;
  return verified && issuedMs !== undefined ? Math.min(issuedMs, event.atMs) : event.atMs;
}

/** One decision may be delivered twice, by an update that timed out and by the signal that followed. */
function isRepeated(gate: Gate, vote: Vote): boolean {
  return vote.decisionId !== undefined && gate.votes.some((known) => known.decisionId === vote.decisionId);
}

/** Who says so: a second vote of one person counts once. */
function people(gate: Gate, decision: DecisionWord): string[] {
  return peopleOf(votesFor(decision, gate.votes).map((vote) => vote.approver));
}

function keepEarly(run: Run, gate: Gate | undefined, event: Decided): DecisionResult {
  if (gate !== undefined && event.atMs >= gate.deadlineMs) return "late";
  if (event.digest !== undefined && run.state.early.length < DECISIONS_MAX_PER_GATE) {
    run.state.early.push({ node: event.node, digest: event.digest, vote: event.vote });
  } else {
    const why =
      event.digest === undefined
        ? "it came before its gate was open, and names no digest"
        : `more than ${DECISIONS_MAX_PER_GATE} decisions came before their gates were open`;
    noteStray(run, unfitting(event.node, event.vote, "gate-not-open", why));
  }
  return "gate-not-open";
}

function approve(run: Run, event: Decided): void {
  closeGate(run, event.node, "approved", event.atMs);
  const entry = run.plan.nodes.get(event.node);
  const own = stateOf(run, event.node);
  if (entry?.node.type === "human_review") {
    answerReview(run, event, "approved");
    resolveAndFinish(run, event.node, "succeeded", event.atMs);
    return;
  }
  own.status = "approved";
  makeReady(run, event.node);
}

function reject(run: Run, event: Decided): void {
  closeGate(run, event.node, "rejected", event.atMs);
  if (run.plan.nodes.get(event.node)?.node.type === "human_review") answerReview(run, event, "rejected");
  const comment = event.vote.comment === undefined ? "" : `: ${event.vote.comment}`;
  resolveAndFinish(run, event.node, "rejected", event.atMs, `rejected by ${event.vote.approver}${comment}`);
}

/**
 * The node is left out and the run goes on without it. What follows may then start, so it takes as many people as an
 * approval does: fewer could otherwise take a review out of a run's way.
 */
function skip(run: Run, gate: Gate, event: Decided): void {
  closeGate(run, event.node, "skipped", event.atMs);
  const said = votesFor("skip", gate.votes).find(({ comment }) => comment !== undefined)?.comment;
  const why = said === undefined ? "" : `: ${said}`;
  resolveAndFinish(run, event.node, "skipped", event.atMs, `skipped by ${people(gate, "skip").join(", ")}${why}`);
}

/** A review's answer can be read by conditions, also where it was no. */
function answerReview(run: Run, event: Decided, decision: "approved" | "rejected"): void {
  const output = { decision, comment: event.vote.comment ?? "" };
  stateOf(run, event.node).output = output;
  run.outputs[event.node] = output;
}

/** The deadline passed without enough votes. */
export function expireGate(run: Run, node: string, atMs: number): void {
  const gate = stateOf(run, node).gate;
  if (gate === undefined || (gate.status !== "asking" && gate.status !== "open")) return;
  closeGate(run, node, "expired", atMs);
  const skips = gateOf(run, node)?.rule?.onTimeout === "skip";
  const [status, reason] = skips
    ? (["skipped", "nobody decided before the deadline, and the policy then leaves it out"] as const)
    : (["expired", whyExpired(gate)] as const);
  endNode(run, node, status, atMs, reason);
}

function whyExpired(gate: Gate): string {
  const given = people(gate, "approve").length;
  if (given === 0) return "nobody decided before the deadline";
  return `${given} of ${gate.required} people had approved at the deadline`;
}

function resolveAndFinish(
  run: Run,
  id: string,
  status: "succeeded" | "rejected" | "skipped",
  atMs: number,
  reason?: string,
): void {
  endNode(run, id, status, atMs, reason);
  finishIfDone(run, atMs);
}
