/**
 * Limits of what the policy may say of writes, and of what the ledger of writes keeps.
 * Loaded by the workflow sandbox: imports nothing.
 */

/** Writes an hour that a policy may allow: the ledger keeps as many of each environment, and its count is exact. */
export const ACTIONS_PER_HOUR_MAX = 1_000;
/** The window over which they are counted, milliseconds. */
export const ACTIONS_WINDOW_MS = 3_600_000;
/** Targets of one run that a policy may allow: as many as a graph may have nodes. */
export const TARGETS_PER_RUN_MAX = 1_000;
/** Replicas that a policy may allow as one step or at all: what the tool itself takes. */
export const REPLICAS_MAX = 1_000;
/** Factor of one scale step. */
export const SCALE_FACTOR_MAX = 100;
/** Namespaces, or patterns of them, that a policy may forbid in one environment. */
export const NAMESPACES_MAX = 200;
/** Change windows of one policy. */
export const CHANGE_WINDOWS_MAX = 100;
/** Minutes that an override of a change window may hold: a shift; and where the policy says nothing. */
export const OVERRIDE_MAX_MINUTES = 720;
export const OVERRIDE_DEFAULT_MINUTES = 60;

/** Pauses and overrides in force at once: each was made by a person. */
export const PAUSES_MAX = 100;
export const OVERRIDES_MAX = 100;
/** Runs whose targets the ledger remembers, the latest ones; the check of the graph bounds them besides. */
export const LEDGER_RUNS_MAX = 2_000;
/** Milliseconds that a write waits for the ledger: over ten seconds, for that long a lost worker's queue is tried first. */
export const LEDGER_WAIT_MS = 20_000;
/** Seconds that a signed order to resume may be used. */
export const ORDER_SECONDS = 300;
/** Characters of a reason, and of a scope. */
export const REASON_MAX_CHARS = 500;
export const SCOPE_MAX_CHARS = 300;
