/**
 * Limits of the rates at which other machines are asked, each with its unit and its reason.
 * Loaded by the workflow sandbox: imports nothing.
 */

/** Requests a minute that a rate may allow. */
export const RATE_MAX_PER_MINUTE = 60_000;

/** Requests that may follow one another at once. */
export const RATE_BURST_MAX = 1_000;

/** Requests that a worker is granted in one go: a second's worth, so that pages of one answer cost one question. */
export const RATE_GRANT_MAX = 20;

/** Milliseconds after which a grant that was not used is lost: kept longer, several could be used at once. */
export const RATE_GRANT_LASTS_MS = 1_000;

/** Rates that the keeper remembers at once; those that are free again are forgotten first. */
export const RATES_KEPT_MAX = 1_000;

/** Milliseconds that a worker waits for the keeper's answer: over ten seconds, for that long a lost worker's queue is tried first. */
export const RATE_ANSWER_WAIT_MS = 20_000;

/** Milliseconds for which a server's Retry-After is heeded at most: it may say anything. */
export const RETRY_AFTER_MAX_MS = 600_000;
