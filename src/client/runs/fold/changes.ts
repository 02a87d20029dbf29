/** What changed in a run between two looks at it, as happenings without their ids. */
import { type Run, stateOf } from "../../../core/run/run.js";
import type { Gate, GateStatus, NodeState, NodeStatus } from "../../../core/run/state.js";
import type { RunHappening } from "../contract.js";

export type Change = Omit<RunHappening, "id">;

export interface Watch {
  /** The changes since the last call. */
  observe(atMs: number): Change[];
}

export function createWatch(run: Run): Watch {
  const nodes = new Map<string, NodeStatus>();
  const gates = new Map<string, string>();
  const observe = (atMs: number): Change[] => {
    const changes: Change[] = [];
    for (const { node } of run.plan.nodes.values()) {
      const own = stateOf(run, node.id);
      const gate = own.gate === undefined ? undefined : `${own.gate.round} ${own.gate.status}`;
      if (gate !== undefined && gates.get(node.id) !== gate && own.gate !== undefined) {
        gates.set(node.id, gate);
        changes.push({ atMs, node: node.id, ...ofGate(node.name, own.gate) });
      }
      if (nodes.get(node.id) === own.status) continue;
      nodes.set(node.id, own.status);
      const change = ofNode(node.name, own);
      if (change !== undefined) changes.push({ atMs, node: node.id, status: own.status, ...change });
    }
    return changes;
  };
  // What stood there when the watch began has been told before.
  observe(0);
  return { observe };
}

type Said = Pick<Change, "kind" | "text">;

function ofNode(name: string, own: NodeState): Said | undefined {
  const why = own.reason === undefined ? "" : `: ${own.reason}`;
  switch (own.status) {
    case "running":
      return { kind: "node-started", text: `${name} started` };
    case "succeeded":
      return { kind: "node-succeeded", text: `${name} succeeded` };
    case "failed":
      return { kind: "node-failed", text: `${name} failed: ${own.failure?.message ?? "without a reason"}` };
    case "cancelled":
      return { kind: "node-cancelled", text: `${name} was cancelled` };
    case "skipped":
      return { kind: "node-skipped", text: `${name} was skipped${why}` };
    case "planned":
      return { kind: "node-skipped", text: `${name} would run` };
    default:
      // Questions and their answers are told by the gate.
      return undefined;
  }
}

const CLOSED: Record<Exclude<GateStatus, "asking" | "open">, string> = {
  approved: "was approved",
  rejected: "was rejected",
  skipped: "was skipped: it is left out",
  expired: "was decided by nobody in time",
  withdrawn: "needs no decision any more",
};

function ofGate(name: string, gate: Gate): Said & { status: GateStatus } {
  const { status } = gate;
  if (status === "asking") return { kind: "gate-asked", status, text: `${name} needs an approval` };
  if (status === "open") return { kind: "gate-opened", status, text: `${name} waits for an approval: ${gate.reason}` };
  return { kind: "gate-closed", status, text: `${name} ${CLOSED[status]}` };
}
