/** Limits of hooks that watch rollouts, each with its unit and its reason. The sandbox loads none of them. */

/** Workloads that one hook watches: each is one request a look. */
export const ROLLOUT_TARGETS_MAX = 50;
/** Seconds between two looks at the workloads of a hook. */
export const ROLLOUT_LOOK_MIN_SECONDS = 5;
export const ROLLOUT_LOOK_MAX_SECONDS = 3_600;
/** Seconds without any progress after which a rollout counts as stalled, where the cluster has no deadline of its own. */
export const ROLLOUT_STALL_DEFAULT_SECONDS = 300;
export const ROLLOUT_STALL_MAX_SECONDS = 7_200;
/** Seconds after a rollout has ended until it is judged: what fails needs traffic to fail. */
export const ROLLOUT_SETTLE_DEFAULT_SECONDS = 60;
/** Characters of what a workload says of its rollout. */
export const ROLLOUT_SAYS_CHARS = 300;
