/** Limits of what is sent to hooks, each with its unit and its reason. The sandbox loads none of them. */

/** Bytes of one delivery: a thousand alerts of Alertmanager with their annotations. */
export const HOOK_BODY_MAX_BYTES = 2_000_000;

/** Deliveries a minute to one hook, where it does not say: storms come in groups, and a sender tries again. */
export const HOOK_REQUESTS_PER_MINUTE = 600;

/** Seconds that a signed time may be away, either way. */
export const HOOK_WINDOW_SECONDS = 300;

/** Deliveries that are remembered by their id, so that a copy is known. */
export const HOOK_DELIVERIES_KEPT = 10_000;

/** Active secrets of a hook: the old and the new one while they change, and some room. */
export const HOOK_SECRETS_MAX = 5;

/** Incidents that one delivery to a hook begins, and all of a minute: nobody can look at more; the rest is one incident. */
export const INCIDENTS_PER_DELIVERY = 50;
export const INCIDENTS_PER_MINUTE = 100;

/** Groups beyond them that are remembered, and how long after their last message: what ends an alert follows it. */
export const FOLDED_GROUPS_KEPT = 30_000;
export const FOLDED_KEPT_MS = 3_600_000;
