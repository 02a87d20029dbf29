/**
 * Tells people of gates again: reminders and further people while one is open, and its closing.
 * Loaded by the workflow sandbox: imports only what the bundle test lists.
 */

import { CancellationScope, patched, scheduleActivity, sleep } from "@temporalio/workflow";
import type { NoticeResult, TellCall } from "../activities/contract.js";
import type { CheckedNode } from "../core/check.js";
import { gateEnvironment, gateOf } from "../core/gate/gate-of.js";
import { type DueNotice, dueAfter, noticeSummary, toldChannels } from "../core/gate/messages.js";
import { type RunFacts, viewOf } from "../core/report/view.js";
import { type Run, stateOf } from "../core/run/run.js";
import type { Gate, RunEvent } from "../core/run/state.js";
import { ACTIVITIES, tellId } from "../vocabulary/names.js";
import { tellOptions } from "./options.js";

export class GateMessages {
  private readonly run: Run;
  private readonly facts: RunFacts;
  private readonly dispatch: (event: RunEvent) => unknown;
  private telling = 0;

  constructor(run: Run, facts: RunFacts, dispatch: (event: RunEvent) => unknown) {
    this.run = run;
    this.facts = facts;
    this.dispatch = dispatch;
  }

  /** True while somebody is being told: the run must not end under it. */
  isTelling = (): boolean => this.telling > 0;

  /** Arms what is to be told of an open gate after `sinceMs`; ends with the scope in which it is called. */
  arm(node: CheckedNode, sinceMs: number): void {
    this.armNext(node, dueAfter(this.run, node, sinceMs), sinceMs);
  }

  /** Tells those who were asked that the gate has closed. */
  closed(node: CheckedNode): void {
    const { gate } = stateOf(this.run, node.id);
    if (gate === undefined) return;
    const { channels, refs } = toldChannels(gate);
    // Runs that began before people were told of this go on without it.
    if (channels.length === 0 || !patched("tell-of-closed-gates")) return;
    const by = gate.votes.map((vote) => `${vote.approver}: ${vote.decision}`);
    this.send(node, { event: "gate-closed", channels, refs, status: gate.status, by }, "closed");
  }

  /** One timer at a time: most gates are answered before the first is over. */
  private armNext(node: CheckedNode, [first, ...rest]: DueNotice[], nowMs: number): void {
    if (first === undefined) return;
    sleep(Math.max(1, first.atMs - nowMs), { summary: noticeSummary(node) }).then(
      () => {
        this.remind(node, first);
        this.armNext(node, rest, first.atMs);
      },
      () => undefined,
    );
  }

  private remind(node: CheckedNode, { event, channel, groups, place }: DueNotice): void {
    const { gate } = stateOf(this.run, node.id);
    if (gate === undefined) return;
    const { deadlineMs } = gate;
    const to = channel === undefined ? {} : { channels: [channel] };
    const more = groups === undefined ? {} : { groups };
    const { refs } = toldChannels(gate);
    const known = Object.keys(refs).length === 0 ? {} : { refs };
    // Whoever is asked now was not told of the question before.
    const question = event === "gate-escalated" ? this.questionOf(node, gate) : {};
    this.send(node, { event, ...to, ...more, ...known, ...question, deadlineMs }, `${place}`);
  }

  private questionOf(node: CheckedNode, { reason, shown, preview, question }: Gate): Partial<TellCall> {
    const asked = gateOf(this.run, node.id);
    return {
      nodeType: node.type,
      tool: node.tool || undefined,
      target: asked?.target,
      environment: gateEnvironment(this.run, node.id),
      reason,
      params: shown,
      preview,
      answer: viewOf(this.run, this.facts).answer,
      rule: asked?.rule,
      question,
    };
  }

  private send(node: CheckedNode, told: Omit<TellCall, "nodeId" | "nodeName" | "digest">, what: string): void {
    const { gate } = stateOf(this.run, node.id);
    const call: TellCall = { ...told, nodeId: node.id, nodeName: node.name, digest: gate?.digest ?? "" };
    const options = tellOptions(node, tellId(node.id, gate?.round ?? 1, what));
    this.telling++;
    const end = (notices: NoticeResult[]): void => {
      this.telling--;
      this.dispatch({ kind: "gate-told", node: node.id, notices, atMs: Date.now() });
    };
    // People are told of the end of a run that was cancelled, too.
    CancellationScope.nonCancellable(() =>
      scheduleActivity<{ notices: NoticeResult[] }>(ACTIVITIES.tellApprovers, [call], options),
    ).then(
      ({ notices }) => end(told.event === "gate-closed" ? [] : notices),
      () => end([]),
    );
  }
}
