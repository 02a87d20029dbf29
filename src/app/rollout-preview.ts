/** How the workloads of a hook stand, seen from this machine, and the alert that a rollout would be that ends as they stand. */
import { seeRollout } from "../activities/connectors/kubernetes/rollout-seen.js";
import { workloadNamed } from "../activities/rollout/read-rollouts.js";
import { rolloutIncident } from "../activities/rollout/rollout-alert.js";
import type { IncidentAlert } from "../core/incident/incident.js";
import type { Sighting, WatchedTarget, WatchState } from "../core/rollout/state.js";
import { takeReading } from "../core/rollout/watch.js";
import type { RolloutHook } from "../schema/config/hooks.js";
import { messageOf } from "../vocabulary/message-of.js";
import type { Local } from "./local.js";
import { readingContext } from "./reading-context.js";

const LOOK_TIMEOUT_MS = 10_000;

export interface SeenTarget {
  target: string;
  watched: WatchedTarget;
  /** Absent where there is nothing to be seen. */
  alert?: IncidentAlert;
}

export function readWorkloads(
  local: Local,
  name: string,
  hook: RolloutHook,
  signal: AbortSignal,
): Promise<SeenTarget[]> {
  return Promise.all(hook.targets.map((target) => readOne(target, local, name, hook, signal)));
}

async function readOne(
  target: string,
  local: Local,
  name: string,
  hook: RolloutHook,
  signal: AbortSignal,
): Promise<SeenTarget> {
  const workload = workloadNamed(target, local.config);
  if (workload === undefined) return { target, watched: { problem: `config.yaml declares no workload ${target}` } };
  const context = readingContext(local, { nodeId: "rollouts", timeoutMs: LOOK_TIMEOUT_MS, signal });
  const sighting = await seeRollout(target, workload, context).catch(
    (error: unknown): Sighting => ({ target, problem: messageOf(error) }),
  );
  if ("problem" in sighting && sighting.problem !== undefined)
    return { target, watched: { problem: sighting.problem } };
  const state: WatchState = { [target]: {} };
  const nowMs = Date.now();
  takeReading(state, [sighting], nowMs, Number.POSITIVE_INFINITY);
  const watched = state[target] ?? {};
  const { rollout } = watched;
  if (rollout === undefined) return { target, watched };
  const { key, revision, image, says, firstMs, ended } = rollout;
  const event = { kind: ended ?? "complete", target, key, revision, image, says, tookMs: 0, firstMs } as const;
  return { target, watched, alert: rolloutIncident(name, hook, workload, event).alert };
}
