/**
 * What a run has found and done until now, small enough to hand to a tool that summarises it.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Json } from "../../schema/json.js";
import { FINDING_MAX_CHARS, FINDINGS_MAX } from "../../vocabulary/limits.js";
import type { Run } from "./run.js";
import type { Finding, GateStatus, NodeStatus } from "./state.js";

export interface SoFar {
  goal: string;
  startedAtMs: number;
  findings: Finding[];
  nodes: Array<{ id: string; name: string; status: NodeStatus; reason?: string }>;
  decisions: Array<{ node: string; status: GateStatus; by: string[] }>;
}

export function soFar(run: Run): SoFar {
  const nodes: SoFar["nodes"] = [];
  const decisions: SoFar["decisions"] = [];
  for (const { node } of run.plan.nodes.values()) {
    const own = run.state.nodes[node.id];
    if (own === undefined || own.status === "pending") continue;
    const reason = own.reason ?? own.failure?.message;
    nodes.push({ id: node.id, name: node.name, status: own.status, ...(reason === undefined ? {} : { reason }) });
    if (own.gate !== undefined) {
      decisions.push({ node: node.id, status: own.gate.status, by: own.gate.votes.map((vote) => vote.approver) });
    }
  }
  return {
    goal: run.plan.graph.goal_description,
    startedAtMs: run.state.startedAtMs,
    findings: run.state.findings,
    nodes,
    decisions,
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
