/** Limits of schedules, each with its unit and its reason. */

/** Seconds after its time at which a start is still made up for: Temporal's own default is a year. */
export const CATCHUP_DEFAULT_SECONDS = 600;
/** Seconds between two starts at least: a run takes longer than that. */
export const INTERVAL_MIN_SECONDS = 60;
export const JITTER_MAX_SECONDS = 86_400;
/** Starts that a preview shows. */
export const NEXT_SHOWN = 5;
export const SCHEDULES_LISTED = 200;
