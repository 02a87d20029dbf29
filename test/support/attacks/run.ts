/**
 * One attacked run: core's own `apply` and `next`, the real activities, and a desk that takes in decisions as the
 * workflow's does. Time is a number that the test moves.
 */

import type { AskResult, CheckResult, Grant, ToolCall, VoteVerdict } from "../../../src/activities/contract.js";
import { checkedGraph } from "../../../src/core/check/checked-graph.js";
import { withDefaults } from "../../../src/core/check/graph.js";
import { readAnswer } from "../../../src/core/gate/answer.js";
import { gateEnvironment } from "../../../src/core/gate/gate-of.js";
import { viewOf } from "../../../src/core/report/view.js";
import { reportOf } from "../../../src/core/report.js";
import { apply, begin } from "../../../src/core/run/apply.js";
import { carriedState } from "../../../src/core/run/continue-as-new.js";
import { next } from "../../../src/core/run/next.js";
import { askNode, startNode } from "../../../src/core/run/node-start.js";
import { createRun, type Run, resumeRun, stateOf } from "../../../src/core/run/run.js";
import type { DecisionResult, RunEvent, Vote } from "../../../src/core/run/state.js";
import type { GraphInput } from "../../../src/schema/graph.js";
import type { JsonObject } from "../../../src/schema/json.js";
import { REQUESTER } from "./scenario.js";
import { RUN_ID, type Target } from "./target.js";

export const NODE = "w";
export const GRAPH: GraphInput = {
  id: "g",
  name: "roll back",
  goal_description: "mend it",
  nodes: [
    { id: "look", name: "look", type: "log_collection", tool: "reader", params: {} },
    {
      id: NODE,
      name: "act",
      type: "rollback",
      tool: "rollback",
      params: { target: "shop", version: "{{ look.version }}" },
    },
  ],
  edges: [{ from_node_id: "look", to_node_id: NODE }],
};

/** What the acting activity is called with, once people have agreed. */
export interface Prepared {
  call: ToolCall;
  runId: string;
  activityId: string;
}

export class AttackedRun {
  run: Run;
  /** Called when the action may start; the test may bend it before it goes out. */
  prepared: Prepared | undefined;
  /** While the worker is lost nothing starts. */
  isLost = false;

  private constructor(
    readonly target: Target,
    readonly runKey: string,
    graph: ReturnType<typeof checkedGraph>,
  ) {
    this.run = createRun(graph, target.nowMs, REQUESTER.id);
  }

  /** The check, the reads before the gate, and the question; or the problems of a graph that is refused. */
  static async open(target: Target, runKey: string, graph: GraphInput = GRAPH, input: object = {}) {
    const given = { graph, requester: REQUESTER.id, ...input };
    const checked = await target.call<CheckResult>("check_graph", given, { runId: runKey });
    if (!checked.ok) return { ok: false as const, problems: checked.problems };
    const attacked = new AttackedRun(target, runKey, checkedGraph(withDefaults(graph), checked.verdict));
    begin(attacked.run, target.nowMs);
    await attacked.pump();
    return { ok: true as const, attacked };
  }

  get gate() {
    return stateOf(this.run, NODE).gate;
  }

  report(event: RunEvent): DecisionResult | undefined {
    return apply(this.run, event) as DecisionResult | undefined;
  }

  /** Does what core says is to be done now, as the interpreter does. */
  async pump(): Promise<void> {
    if (this.isLost) return;
    for (let actions = next(this.run); actions.length > 0; actions = next(this.run)) {
      for (const action of actions) {
        if (!this.run.ready.includes(action.node)) continue;
        const node = this.run.plan.nodes.get(action.node)?.node;
        if (node === undefined) continue;
        if (action.kind === "ask") await this.ask(node.id, action.deadlineSeconds);
        else await this.start(node.id);
      }
    }
  }

  private async ask(id: string, seconds: number): Promise<void> {
    const node = this.run.plan.nodes.get(id)?.node as Parameters<typeof askNode>[1];
    const params = askNode(this.run, node, seconds, this.target.nowMs);
    if (params === undefined) throw new Error("the params of the test's own graph could not be rendered");
    const { gate } = stateOf(this.run, id);
    const call = {
      nodeId: id,
      nodeName: node.name,
      nodeType: node.type,
      tool: node.tool ?? undefined,
      params,
      target: node.gate?.target,
      rule: node.gate?.rule,
      environment: gateEnvironment(this.run, id),
      openedAtMs: gate?.openedAtMs,
      required: gate?.required,
      signed: gate?.signed,
      retries: node.retries,
      reason: "",
      requester: REQUESTER.id,
      runKey: this.runKey,
      policyDigest: this.run.plan.graph.verdict.policyDigest,
      deadlineMs: gate?.deadlineMs ?? 0,
      findings: [],
    };
    const asked = await this.target.call<AskResult>("ask_approval", call, { runId: this.runKey });
    this.report({ kind: "gate-opened", node: id, ...asked, atMs: this.target.nowMs });
  }

  private async start(id: string): Promise<void> {
    const node = this.run.plan.nodes.get(id)?.node as Parameters<typeof startNode>[1];
    const params = startNode(this.run, node, this.target.nowMs);
    if (params === undefined) return;
    const prepared = { call: this.callOf(id, params), runId: this.runKey, activityId: id };
    // The gated write waits for the test; everything else runs at once.
    if (node.effect === "write") this.prepared = prepared;
    else await this.perform(prepared, node.tool ?? "");
  }

  /** As the interpreter makes it. */
  callOf(id: string, params: JsonObject): ToolCall {
    const entry = this.run.plan.nodes.get(id);
    const node = entry?.node;
    const gate = stateOf(this.run, id).gate;
    const call: ToolCall = { params, requester: REQUESTER.id, retries: 0 };
    if (node?.gate === undefined) return call;
    const grant: Grant = {
      digest: gate?.digest ?? "",
      ...(gate?.question === undefined ? {} : { question: gate.question }),
      votes: (gate?.votes ?? []).filter(({ decision }) => decision === "approve"),
    };
    return { ...call, runKey: this.runKey, grant };
  }

  /** Runs an action; what it ends in is reported as the interpreter does. */
  async perform({ call, runId, activityId }: Prepared, tool = "rollback", attempt = 1): Promise<string | undefined> {
    try {
      const output = await this.target.call<JsonObject>(tool, call, { runId, activityId, attempt });
      this.report({ kind: "node-succeeded", node: activityId, output, atMs: this.target.nowMs });
      return undefined;
    } catch (error) {
      const { type = "internal" } = error as { type?: string };
      const failure = { code: "grant-invalid" as const, message: type };
      this.report({ kind: "node-failed", node: activityId, failure, atMs: this.target.nowMs });
      return type;
    }
  }

  /** A decision as the workflow's desk takes it in: its token is verified before the vote counts. */
  async deliver(value: unknown, decision: "approve" | "reject"): Promise<DecisionResult | "unreadable" | undefined> {
    const { nowMs: atMs } = this.target;
    const read = readAnswer(value);
    if (!read.ok) return "unreadable";
    const { node_id: node, approver, comment, channel, token, decision_id: decisionId, digest } = read.answer;
    let vote: Vote = { decision, approver, comment, channel, atMs, verified: false, decisionId };
    if (token !== undefined && this.run.plan.nodes.has(node)) {
      const asked = stateOf(this.run, node).gate?.digest ?? digest ?? "";
      const question = { token, runKey: this.runKey, nodeId: node, digest: asked, decision, v: 2 };
      const verdict = await this.target.call<VoteVerdict>("verify_vote", question, { runId: this.runKey });
      if (verdict.ok) {
        const { approver: subject, groups, issuedMs, jti } = verdict;
        vote = { ...vote, approver: subject, groups, verified: true, issuedMs, token, decisionId: jti };
      }
    }
    const result = this.report({ kind: "decided", node, vote, digest, atMs });
    await this.pump();
    return result;
  }

  /** The worker is lost, another takes up the state as it stands in history. */
  crash(): void {
    const { plan, requester } = this.run;
    this.run = resumeRun(plan.graph, JSON.parse(JSON.stringify(carriedState(this.run))), requester);
  }

  /** Whoever has not decided by now is too late; then the run ends and tells its story. */
  async end(): Promise<void> {
    const { gate, target } = this;
    if (gate !== undefined) {
      target.nowMs = Math.max(target.nowMs, gate.deadlineMs + 1);
      this.report({ kind: "deadline-passed", node: NODE, atMs: target.nowMs });
    }
    const view = viewOf(this.run, { runId: RUN_ID, runKey: this.runKey, requester: REQUESTER.id });
    const outcome = this.run.state.outcome ?? "cancelled";
    await target.call("store_report", reportOf(view, outcome, target.nowMs), { runId: this.runKey });
  }
}
