/**
 * What a run has found and done until now, small enough to hand to a tool that summarises it.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Json } from "../../schema/json.js";
import { LOOKED_BACK_MAX_CHARS } from "../../vocabulary/analysis-limits.js";
import { FINDING_MAX_CHARS, FINDINGS_MAX } from "../../vocabulary/limits.js";
import { peopleOf } from "../../vocabulary/person.js";
import type { CheckedNode } from "../check.js";
import type { Run } from "./run.js";
import type { Finding, GateStatus, NodeState, Vote } from "./state.js";

export interface RunContext {
  goal: string;
  startedAtMs: number;
  findings: Finding[];
  nodes: NodeContext[];
  decisions: DecisionContext[];
  /** Of the nodes that succeeded, in the graph's order; those that would be too much together are in `leftOut`. */
  outputs: Array<{ node: string; tool: string; output: Json }>;
  leftOut: string[];
}

export interface NodeContext extends Pick<NodeState, "status" | "startedAtMs" | "endedAtMs" | "verification"> {
  id: string;
  name: string;
  /** Absent of what runs no tool, and where an older build handed it on. */
  tool?: string;
  reason?: string;
  /** Absent where running the node told nobody and changed nothing. */
  effect?: "notify" | "write";
}

export interface DecisionContext {
  node: string;
  status: GateStatus;
  by: string[];
  openedAtMs: number;
  closedAtMs?: number;
  votes: Array<Pick<Vote, "decision" | "approver" | "atMs" | "verified" | "comment">>;
}

export function runContext(run: Run): RunContext {
  const nodes: RunContext["nodes"] = [];
  const decisions: RunContext["decisions"] = [];
  for (const { node } of run.plan.nodes.values()) {
    const own = run.state.nodes[node.id];
    if (own === undefined || own.status === "pending") continue;
    nodes.push(nodeContext(node, own));
    if (own.gate === undefined) continue;
    const { status, votes, openedAtMs, closedAtMs } = own.gate;
    decisions.push({
      node: node.id,
      status,
      by: peopleOf(votes.map((vote) => vote.approver)),
      openedAtMs,
      ...(closedAtMs === undefined ? {} : { closedAtMs }),
      votes: votes.map(({ decision, approver, atMs, verified, comment }) => ({
        decision,
        approver,
        atMs,
        verified,
        ...(comment === undefined ? {} : { comment }),
      })),
    });
  }
  return {
    goal: run.plan.graph.goal_description,
    startedAtMs: run.state.startedAtMs,
    findings: run.state.findings,
    nodes,
    decisions,
    ...outputsOf(run),
  };
}

function nodeContext({ id, name, tool, effect }: CheckedNode, own: NodeState): NodeContext {
  const { status, startedAtMs, endedAtMs, verification } = own;
  const reason = own.reason ?? own.failure?.message;
  return {
    id,
    name,
    status,
    ...(tool == null ? {} : { tool }),
    ...(reason === undefined ? {} : { reason }),
    ...(startedAtMs === undefined ? {} : { startedAtMs }),
    ...(endedAtMs === undefined ? {} : { endedAtMs }),
    ...(verification === undefined ? {} : { verification }),
    ...(effect === "notify" || effect === "write" ? { effect } : {}),
  };
}

/** The smaller ones first, so that one large output does not keep the others away. */
function outputsOf(run: Run): Pick<RunContext, "outputs" | "leftOut"> {
  const known = [...run.plan.nodes.values()].flatMap(({ node }) => {
    const { status, output } = run.state.nodes[node.id] ?? {};
    if (status !== "succeeded" || node.tool == null) return [];
    // A large output that nothing refers to does not outlast a continue-as-new.
    const chars = output === undefined ? Number.POSITIVE_INFINITY : JSON.stringify(output).length;
    return [{ node: node.id, tool: node.tool, output, chars }];
  });
  const [kept, leftOut] = [new Set<string>(), new Set<string>()];
  let chars = 0;
  for (const one of [...known].sort((a, b) => a.chars - b.chars)) {
    chars += one.chars;
    (chars <= LOOKED_BACK_MAX_CHARS ? kept : leftOut).add(one.node);
  }
  return {
    outputs: known.flatMap(({ node, tool, output }) =>
      output === undefined || !kept.has(node) ? [] : [{ node, tool, output }],
    ),
    leftOut: known.filter(({ node }) => leftOut.has(node)).map(({ node }) => node),
  };
}

/** The findings in a tool's output, shortened to the cap; `already` are kept of other nodes. */
export function findingsOf(node: string, output: Json | undefined, already: number): Finding[] {
  if (typeof output !== "object" || output === null || Array.isArray(output)) return [];
  const listed = Object.hasOwn(output, "findings") ? output.findings : undefined;
  if (!Array.isArray(listed)) return [];
  const findings: Finding[] = [];
  for (const item of listed) {
    if (already + findings.length >= FINDINGS_MAX) break;
    if (typeof item !== "object" || item === null || Array.isArray(item) || typeof item.statement !== "string")
      continue;
    const evidence = Array.isArray(item.evidence) ? item.evidence.filter((text) => typeof text === "string") : [];
    findings.push({ node, statement: shortened(item.statement), evidence: evidence.slice(0, 5).map(shortened) });
  }
  return findings;
}

const shortened = (text: string): string =>
  text.length <= FINDING_MAX_CHARS ? text : `${text.slice(0, FINDING_MAX_CHARS - 1)}…`;
