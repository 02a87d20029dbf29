/** What memory keeps of a run: its report, and as far as they are known its graph and what its nodes returned. */

import type { RunView } from "../../core/report/view.js";
import type { Report } from "../../core/report.js";
import type { Graph } from "../../schema/graph.js";
import type { MemoryEntry } from "../../schema/memory.js";
import { NAME_MAX_CHARS } from "../../vocabulary/limits.js";
import { MEMORY_DECISIONS_MAX, MEMORY_SYMPTOMS_MAX } from "../../vocabulary/memory-limits.js";

/** What stands in history alone. */
export interface RunDetails {
  graph: Graph;
  /** Of the graph as it was given. */
  graphDigest: string;
  view: Pick<RunView, "nodes">;
}

/** The entry of a run that has ended. Without `details` it has no graph digest, service or verification. */
export function entryOf(report: Report, details?: RunDetails): MemoryEntry {
  const { graph } = details ?? {};
  const changed = graph === undefined ? new Set<string>() : afterWrites(report, graph);
  const service = graph === undefined ? undefined : serviceOf(report, graph);
  const playbook = graph === undefined ? undefined : playbookOf(graph);
  const findings = report.findings.map(({ node, statement, evidence }) => ({ node, statement, evidence }));
  const symptoms = findings.filter(({ node }) => !changed.has(node)).map(({ statement }) => statement);
  return {
    v: 1,
    run: report.runId,
    run_key: report.runKey,
    goal: report.goal,
    name: report.name,
    requester: report.requester,
    environment: report.environment,
    service,
    symptoms: symptoms.slice(0, MEMORY_SYMPTOMS_MAX),
    outcome: report.outcome,
    verification: verificationOf(changed, details),
    graph_digest: details?.graphDigest,
    playbook,
    decisions: decisionsOf(report),
    writes: writesOf(report),
    findings,
    started_at: new Date(report.startedAtMs).toISOString(),
    ended_at: new Date(report.endedAtMs).toISOString(),
    duration_ms: Math.max(0, Math.round(report.endedAtMs - report.startedAtMs)),
  };
}

function decisionsOf({ gates }: Report): MemoryEntry["decisions"] {
  return gates.slice(0, MEMORY_DECISIONS_MAX).map(({ nodeId: node, status, votes }) => ({
    node,
    status,
    votes: votes.slice(0, MEMORY_DECISIONS_MAX).map(({ decision, approver, verified, atMs, comment }) => ({
      decision,
      approver,
      verified,
      at: new Date(atMs).toISOString(),
      comment,
    })),
  }));
}

function writesOf({ nodes, gates }: Report): MemoryEntry["writes"] {
  const targets = new Map(gates.map(({ nodeId, target }) => [nodeId, target]));
  const writes = nodes.filter(({ effect }) => effect === "write").slice(0, MEMORY_DECISIONS_MAX);
  return writes.map(({ id: node, name, status }) => {
    const target = targets.get(node);
    return { node, name, status, target };
  });
}

/** The nodes that come after a write that was carried out. */
function afterWrites({ nodes }: Report, { edges }: Graph): Set<string> {
  const queue = nodes.filter(({ effect, status }) => effect === "write" && status === "succeeded").map(({ id }) => id);
  const after = new Set<string>();
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const { from_node_id, to_node_id } of edges) {
      if (from_node_id !== id || after.has(to_node_id)) continue;
      after.add(to_node_id);
      queue.push(to_node_id);
    }
  }
  return after;
}

/** What a write's own verification and the decisions after a write came out as: a run that says of itself that it succeeded has proved nothing. */
function verificationOf(changed: ReadonlySet<string>, details: RunDetails | undefined): MemoryEntry["verification"] {
  const nodes = details?.view.nodes ?? [];
  // What nobody could look at proves nothing either way.
  const own = nodes.filter(({ verification }) => verification !== undefined && verification.verdict !== "inconclusive");
  const looked = nodes.filter(
    ({ id, type, status }) => changed.has(id) && type === "decision" && status === "succeeded",
  );
  if (looked.length + own.length === 0) return { status: "none", checks: [] };
  const isGood =
    own.every(({ verification }) => verification?.verdict === "verified") &&
    looked.every(({ output }) => (output as { value?: unknown } | null | undefined)?.value === true);
  return { status: isGood ? "verified" : "failed", checks: [...own, ...looked].map(({ id }) => id) };
}

function serviceOf({ gates }: Report, { metadata }: Graph): string | undefined {
  const parameters = metadata?.parameters;
  const named =
    typeof parameters === "object" && parameters !== null && !Array.isArray(parameters)
      ? parameters.service
      : undefined;
  if (typeof named === "string" && named !== "") return named.slice(0, NAME_MAX_CHARS);
  return gates.find(({ target }) => target !== undefined)?.target;
}

function playbookOf({ metadata }: Graph): MemoryEntry["playbook"] {
  const { playbook: id, playbook_version: version } = metadata ?? {};
  if (typeof id !== "string" || id === "") return undefined;
  return { id: id.slice(0, NAME_MAX_CHARS), version: typeof version === "string" ? version.slice(0, 40) : undefined };
}
