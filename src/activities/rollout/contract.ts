/** What a watch of rollouts asks of a worker, and what it gets. Types only: workflows see them. */
import type { RolloutEvent, Sighting } from "../../core/rollout/state.js";

export type RolloutReading =
  /** The worker's config.yaml has no such hook. */
  { known: false } | { known: true; everySeconds: number; stalledSeconds: number; sightings: Sighting[] };

export interface RolloutToTake {
  hook: string;
  event: RolloutEvent;
}

export interface RolloutActivities {
  look_at_rollouts(watch: { hook: string }): Promise<RolloutReading>;
  /** Without an incident the hook or the target is not watched any more. */
  take_rollout(rollout: RolloutToTake): Promise<{ incident?: string }>;
}
