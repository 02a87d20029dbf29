/**
 * Limits of the rates at which other machines are asked, each with its unit and its reason.
 * Loaded by the workflow sandbox: imports nothing.
 */

/** Requests a minute that a rate may allow. */
export const RATE_MAX_PER_MINUTE = 60_000;

/** Requests that may follow one another at once. */
export const RATE_BURST_MAX = 1_000;

/**
 * Requests a minute to a vendor's host, and how many may follow one another at once, where `rates` says nothing of it: what
 * the vendors publish or, where they publish nothing, what no person waits for. Servers of one's own have none.
 */
export const DEFAULT_RATES: Readonly<Record<string, { per_minute: number; burst: number }>> = {
  datadog: { per_minute: 25, burst: 20 },
  github: { per_minute: 80, burst: 20 },
  jira: { per_minute: 300, burst: 20 },
  pagerduty: { per_minute: 120, burst: 20 },
  slack: { per_minute: 50, burst: 20 },
  webhook: { per_minute: 120, burst: 20 },
};

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
