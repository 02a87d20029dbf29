/**
 * The limits of planning by a model, each with its unit and its reason; the rest stand in `limits.ts`.
 * Loaded by the workflow sandbox: imports nothing.
 */

/**
 * Seconds of one call of the model: under the time-out of the activity that makes it, so that it ends in words. Local and
 * reasoning models take minutes.
 */
export const MODEL_TIMEOUT_SECONDS = 60;
export const MODEL_TIMEOUT_MAX_SECONDS = 600;
/** Seconds that a plan may take with its repairs, its retries and its turn in the queue. */
export const PLAN_TIMEOUT_SECONDS = 2_400;
/** Times that a draft with problems goes back to the model: more rarely helps, and each costs. */
export const REPAIRS_MAX = 2;
/** Seconds that a server's Retry-After is heeded for at most; one that says more is asked again then. */
export const RETRY_AFTER_MAX_SECONDS = 120;
/** Tokens of one answer: a graph of twenty nodes has about 4,000. */
export const MODEL_OUTPUT_TOKENS = 8_000;
/** Characters of an answer that is read: what one payload in history carries with room to spare. */
export const MODEL_ANSWER_MAX_CHARS = 200_000;
/** Characters of a draft that goes back to the model or is shown after a failure. */
export const MODEL_DRAFT_MAX_CHARS = 40_000;
/** Characters that count as one token where none has been counted yet: fewer than in most text, so that it is no underestimate. */
export const CHARS_PER_TOKEN = 3;
/** Tokens of one plan with its repairs, of a run with its plan and narratives, and of a day on this machine. */
export const MODEL_BUDGET_PLAN_TOKENS = 100_000;
export const MODEL_BUDGET_RUN_TOKENS = 200_000;
export const MODEL_BUDGET_DAY_TOKENS = 5_000_000;
/** Answers kept, and hours that they are kept. */
export const MODEL_CACHE_ENTRIES = 200;
export const MODEL_CACHE_HOURS = 24;
/** Constraints told to the model. */
export const MODEL_CONSTRAINTS_MAX = 20;
/** Past runs told to the model, and characters of each. */
export const PAST_RUNS_MAX = 5;
export const PAST_RUN_MAX_CHARS = 2_000;
/** Characters of what a person wants changed in a graph. */
export const FEEDBACK_MAX_CHARS = 4_000;
/** Sentences of a narrative, characters of each, and seconds until the summary goes on without one. */
export const NARRATIVE_SENTENCES_MAX = 12;
export const NARRATIVE_SENTENCE_MAX_CHARS = 400;
export const NARRATIVE_TIMEOUT_SECONDS = 45;
