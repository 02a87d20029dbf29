/** Drives a core run without Temporal: every end of a node and every decision comes from a script. */

import type { CheckedGraph } from "../../src/core/check.js";
import { evaluate, parseExpression } from "../../src/core/condition.js";
import { apply, begin } from "../../src/core/run/apply.js";
import { next } from "../../src/core/run/next.js";
import { createRun, type Run, stateOf } from "../../src/core/run/run.js";
import type { RunEvent } from "../../src/core/run/state.js";
import type { Json } from "../../src/schema/json.js";

export type Ending = "succeed" | "fail" | "approve" | "reject" | "expire";

export interface Script {
  /** How a node ends, and how its gate is answered. Default: it succeeds and is approved. */
  ends?: Record<string, Ending[]>;
  /** By node id; what is read around an effect by `node:precondition` and `node:verify`. */
  outputs?: Record<string, Json>;
  /** Picks which of the open things ends next; 0 is the oldest. */
  pick?(open: number): number;
  /** Called before each thing that ends; may report events of its own. */
  before?(run: Run, step: number, report: (event: RunEvent) => void): void;
}

export interface Driven {
  run: Run;
  events: RunEvent[];
  /** Nodes in the order in which they started. */
  started: string[];
  /** The most that ran at once. */
  mostAtOnce: number;
}

/** Runs until the outcome stands. Throws where the run can go no further without one. */
export function drive(graph: CheckedGraph, script: Script = {}): Driven {
  const run = createRun(graph, 0);
  const driven: Driven = { run, events: [], started: [], mostAtOnce: 0 };
  let atMs = 0;
  const report = (event: RunEvent) => {
    driven.events.push(event);
    if (event.kind === "node-started") driven.started.push(event.node);
    apply(run, event);
    driven.mostAtOnce = Math.max(driven.mostAtOnce, run.running);
  };
  begin(run, 0);
  for (let step = 0; run.state.outcome === undefined; step++) {
    if (step > 10_000)
      throw new Error(`the run does not end: ${JSON.stringify(run.state)} ${JSON.stringify(driven.events.slice(-4))}`);
    atMs += 10;
    script.before?.(run, step, report);
    perform(run, report, atMs);
    if (run.state.outcome !== undefined) break;
    const open = graph.nodes.filter((node) => ["running", "asking"].includes(stateOf(run, node.id).status));
    if (open.length === 0) throw new Error(`nothing is open and nothing ended: ${JSON.stringify(run.state.nodes)}`);
    const node = open[(script.pick?.(open.length) ?? 0) % open.length];
    if (node !== undefined) endOne(run, node.id, script, report, atMs + 5);
  }
  return driven;
}

function perform(run: Run, report: (event: RunEvent) => void, atMs: number): void {
  for (let actions = next(run); actions.length > 0; actions = next(run)) {
    for (const action of actions) {
      const id = action.node;
      const isDue = run.due.includes(id);
      if (!run.ready.includes(id) && !isDue) continue;
      if (isDue) {
        report({ kind: "step-started", node: id, atMs });
        continue;
      }
      if (action.kind === "ask") {
        report({ kind: "gate-asked", node: id, deadlineMs: atMs + 1_000, atMs });
        report({
          kind: "gate-opened",
          node: id,
          nonce: `n-${id}`,
          digest: `d-${id}`,
          askedIn: "r",
          shown: {},
          notices: [],
          atMs,
        });
        continue;
      }
      report({ kind: "node-started", node: id, atMs });
      const node = run.plan.nodes.get(id)?.node;
      if (node?.type !== "decision") continue;
      const parsed = parseExpression(String(node.params.expression));
      const result = parsed.ok ? evaluate(parsed.expression, run.outputs) : parsed;
      if (result.ok) report({ kind: "node-succeeded", node: id, output: { value: result.value }, atMs });
      else report({ kind: "node-failed", node: id, failure: { code: "condition-failed", message: "" }, atMs });
    }
  }
}

function endOne(run: Run, id: string, script: Script, report: (event: RunEvent) => void, atMs: number): void {
  const endings = script.ends?.[id] ?? [];
  if (stateOf(run, id).status === "asking") {
    if (endings.includes("expire")) return report({ kind: "deadline-passed", node: id, atMs: atMs + 1_000 });
    const decision = endings.includes("reject") ? "reject" : "approve";
    const vote = { decision, approver: "ann", atMs, verified: true } as const;
    return report({ kind: "decided", node: id, vote, atMs });
  }
  if (run.state.ending !== undefined) return report({ kind: "node-cancelled", node: id, atMs });
  if (endings.includes("fail")) {
    return report({ kind: "node-failed", node: id, failure: { code: "tool-failed", message: "it failed" }, atMs });
  }
  const { phase } = stateOf(run, id).progress ?? {};
  if (phase === "settle") return report({ kind: "settled", node: id, atMs });
  const key = phase === "precondition" || phase === "verify" ? `${id}:${phase}` : id;
  report({ kind: "node-succeeded", node: id, output: script.outputs?.[key] ?? {}, atMs });
}
