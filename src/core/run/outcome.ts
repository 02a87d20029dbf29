/**
 * How a run ended, from how its nodes ended.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { edgeOn } from "./join.js";
import type { Run } from "./run.js";
import type { Outcome } from "./state.js";

/**
 * *failed* if a node failed without `continue_on_failure` and without a taken failure edge; else *rejected* or
 * *expired* if a gate was; else *succeeded*. Cancellation and time-out come before all of them.
 */
export function outcomeOf(run: Run): Outcome {
  if (run.state.ending !== undefined) return run.state.ending;
  const statuses = new Set<string>();
  for (const entry of run.plan.nodes.values()) {
    const own = run.state.nodes[entry.node.id];
    // Taking effects back does not change how the run went.
    if (own === undefined || entry.node.undoes !== undefined) continue;
    if (own.status === "failed") {
      if (entry.node.continue_on_failure) continue;
      const handled = entry.outgoing.some((position) => {
        const edge = run.plan.graph.edges[position];
        const leads = edge?.on === "failure" && edgeOn(edge.on, "failed", false) === "taken";
        return leads && run.state.edges[position] === "taken";
      });
      if (handled) continue;
    }
    statuses.add(own.status);
  }
  if (statuses.has("failed")) return "failed";
  if (statuses.has("rejected")) return "rejected";
  if (statuses.has("expired")) return "expired";
  return "succeeded";
}
