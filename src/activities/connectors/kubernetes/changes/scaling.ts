/**
 * Scaling of Deployments, from the events that tell it. A rollout scales as well, one ReplicaSet up and another down: an
 * event beside one of another ReplicaSet, or that starts a first one, is a step of a rollout and not told here.
 */

import type { ReportedChange } from "../../kit/change.js";
import type { ClusterEvent } from "../events.js";

const SCALED = /^Scaled (?:up|down) replica set (\S+) (?:from (\d+) to (\d+)|to (\d+)(?: from (\d+))?)/;
/** Steps of one rollout lie this close together, unless its pods start very slowly. */
const ROLLOUT_MS = 120_000;

interface Step {
  event: ClusterEvent;
  set: string;
  from: number | undefined;
  to: number;
}

/** `scalers`: who scaled a Deployment, where only one ever did. */
export function scaleChanges(
  events: readonly ClusterEvent[],
  scalers: ReadonlyMap<string, string>,
  where: string,
): ReportedChange[] {
  const steps = events.flatMap((event) => stepOf(event) ?? []);
  return steps
    .filter((step) => isOwnAct(step, steps))
    .map(({ event, from, to }) => ({
      timeMs: event.timeMs,
      kind: "scale",
      what: `${event.object} was scaled${from === undefined ? "" : ` from ${from}`} to ${to}`,
      version: String(to),
      previous: from === undefined ? undefined : String(from),
      by: scalers.get(event.objectName),
      where,
    }));
}

function stepOf(event: ClusterEvent): Step | undefined {
  if (event.reason !== "ScalingReplicaSet") return undefined;
  const [, set, from, to, lone, before] = SCALED.exec(event.message) ?? [];
  const target = to ?? lone;
  if (set === undefined || target === undefined) return undefined;
  const told = from ?? before;
  return { event, set, from: told === undefined ? undefined : Number(told), to: Number(target) };
}

function isOwnAct({ event, set, from }: Step, steps: readonly Step[]): boolean {
  const own = steps.filter((other) => other.event.objectName === event.objectName);
  const isBeside = own.some((other) => other.set !== set && Math.abs(other.event.timeMs - event.timeMs) <= ROLLOUT_MS);
  const isStart = from === undefined || from === 0;
  const wasEmptied = own.some((other) => other.set === set && other.to === 0 && other.event.timeMs <= event.timeMs);
  return !isBeside && (!isStart || wasEmptied);
}
