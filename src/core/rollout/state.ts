/** What is seen of rollouts, kept and told. Types only: the sandbox loads nothing of it. */

/** A workload as a look saw it. */
export interface SeenWorkload {
  target: string;
  uid: string;
  generation: number;
  /** Of its pods' template. `isUnique`: the cluster never gives it twice. */
  revision: string;
  isUnique: boolean;
  image: string;
  stands: "rolling" | "paused" | "complete" | "failed";
  /** How far it is, or why it fails, in words. */
  says: string;
}
/** A target that could not be seen: it is not there, or why it could not be looked at. */
export interface UnseenWorkload {
  target: string;
  missing?: true;
  problem?: string;
}
export type Sighting = SeenWorkload | UnseenWorkload;

/** What is known of a target. */
export interface WatchedTarget {
  /** The rollout that it is at; absent where the workload is not there. */
  rollout?: Rollout;
  /** Why the last look at it failed. */
  problem?: string;
}
export interface Rollout {
  uid: string;
  /** Of this rollout alone, also where a workload goes back to what it was. */
  key: string;
  revision: string;
  image: string;
  firstMs: number;
  says: string;
  /** When it last moved. */
  movedMs: number;
  ended?: "complete" | "stalled";
  /** What is told of it stands in an incident. */
  isTold?: true;
}
export type WatchState = Record<string, WatchedTarget>;

/** `complete`, `stalled`: a rollout ended. `recovered`, `replaced`: what was told of an earlier one is over. */
export interface RolloutEvent {
  kind: "complete" | "stalled" | "recovered" | "replaced";
  target: string;
  key: string;
  revision: string;
  image: string;
  says: string;
  /** Milliseconds from when it was first seen. */
  tookMs: number;
  firstMs: number;
}
