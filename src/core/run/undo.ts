/**
 * Takes finished effects back, the latest first: by itself where a run has failed or was cancelled and the policy says so. An undo that
 * people were shown when they approved the effect is covered by that approval; any other asks at a gate of its own.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { outcomeOf } from "./outcome.js";
import { adopt, makeReady, type Run } from "./run.js";

/** Every node has ended: starts the next undo that is due. False where there is none. */
export function startNextUndo(run: Run): boolean {
  const next = isWanted(run) ? latestEffect(run) : undefined;
  const node = next === undefined ? undefined : run.plan.undo.get(next);
  if (node === undefined) return false;
  adopt(run, node);
  // It follows a failure, which must not bar it.
  run.state.nodes[node.id] = { status: "pending", taken: 0, notTaken: 0, neutral: 0, viaFailure: true };
  run.unsettled++;
  makeReady(run, node.id);
  return true;
}

/** A cancelled run starts nothing more, save what takes its effects back where the policy says so. */
export const takesBackAfterCancel = ({ plan, state }: Run): boolean =>
  state.ending === "cancelled" && plan.graph.verdict.undo?.onCancel === true;

/** The run ended in a way after which the policy takes effects back, and no undo has gone wrong so far. */
function isWanted(run: Run): boolean {
  const { undo } = run.plan.graph.verdict;
  const isCancelled = takesBackAfterCancel(run);
  if (undo === undefined || (!isCancelled && (run.state.ending !== undefined || outcomeOf(run) !== "failed")))
    return false;
  const states = Object.entries(run.state.nodes);
  if (states.some(([id, own]) => isUndo(run, id) && own.status !== "succeeded")) return false;
  if (isCancelled) return true;
  return states.some(([id, own]) => {
    if (own.status !== "failed" || run.plan.nodes.get(id)?.node.continue_on_failure) return false;
    return own.failure?.code === "not-verified" ? undo.onFailedVerification : undo.onFailure;
  });
}

function latestEffect(run: Run): string | undefined {
  const withFailedVerification = run.plan.graph.verdict.undo?.onFailedVerification === true;
  let latest: { id: string; endedAtMs: number; position: number } | undefined;
  for (const [id, node] of run.plan.undo) {
    const own = run.state.nodes[id];
    if (own === undefined || run.state.nodes[node.id] !== undefined) continue;
    const isUnverified = own.status === "failed" && own.failure?.code === "not-verified";
    if (own.status !== "succeeded" && !(isUnverified && withFailedVerification)) continue;
    const { position = 0 } = run.plan.nodes.get(id) ?? {};
    const endedAtMs = own.endedAtMs ?? 0;
    const isLater =
      endedAtMs > (latest?.endedAtMs ?? -1) || (endedAtMs === latest?.endedAtMs && position > latest.position);
    if (isLater) latest = { id, endedAtMs, position };
  }
  return latest?.id;
}

const isUndo = (run: Run, id: string): boolean => run.plan.nodes.get(id)?.node.undoes !== undefined;
