/** Limits of the façade: its HTTP side, sessions, API keys and Slack. Each names its unit and why it is there. */

/** Requests a minute that the façade takes from one address and that do more than read: far below a flood. */
export const HTTP_REQUESTS_PER_MINUTE = 600;
/** Reads a minute from one address: a proxy in front is one for a whole company, and reads are shared. */
export const HTTP_READS_PER_MINUTE = 60_000;
/** How long a read's answer is given to others who ask the same, where nothing is known to have happened. */
export const HTTP_SHARED_READ_MS = 1_000;
/** Answers that are held for that. */
export const HTTP_SHARED_READS_MAX = 500;
/** Event streams open at once; those of one run share a long poll on Temporal. */
export const HTTP_STREAMS_MAX = 2_000;
/** Of these, one person who has signed in: many tabs and a script, and room for the others. */
export const HTTP_STREAMS_PER_CALLER_MAX = 100;
/** Seconds between signs of life on an event stream, and until a client that lost it comes back. */
export const HTTP_KEEP_ALIVE_SECONDS = 15;
export const HTTP_RETRY_SECONDS = 2;
/** Seconds that the headers, and a whole request with its body, may take to arrive. */
export const HTTP_HEADERS_SECONDS = 15;
export const HTTP_REQUEST_SECONDS = 60;
/** Seconds that a connection may be idle: longer than proxies keep theirs (60), so that none is ended while a request is on its way. */
export const HTTP_IDLE_SECONDS = 65;
/** Seconds after which a caller may try again what was away: a worker or server that restarts takes about that. */
export const HTTP_RETRY_AFTER_SECONDS = 5;
/** Seconds between two looks at whether the caller of an open event stream may still see it: well under five. */
export const STREAM_RECHECK_SECONDS = 2;
/** Hours that somebody stays signed in on the page: a shift. */
export const SESSION_HOURS = 12;
/** People signed in on the page of one façade at once; beyond it the oldest must sign in again. */
export const SESSIONS_MAX = 10_000;
/** Refused credentials, and requests without a role for them, a minute from one address: errors, no guessing and no flood of audit lines. */
export const HTTP_REFUSALS_PER_MINUTE = 60;
/** Days that an API key may be good: a year and a day of grace, so that every key is made anew. */
export const API_KEY_MAX_DAYS = 366;
/** Days that an API key is good where nothing is said. */
export const API_KEY_DEFAULT_DAYS = 90;
/** Milliseconds of one call of Slack's interface: the gate must not stay without a digest because a channel is slow. */
export const SLACK_CALL_TIMEOUT_MS = 5_000;
/** Members of the workspace that the policy may know. */
export const SLACK_USERS_MAX = 5_000;
/** Bytes of a request from Slack: one interaction with the message that it came from. */
export const SLACK_REQUEST_MAX_BYTES = 256_000;
/** Requests from Slack that are remembered, so that each is taken once. */
export const SLACK_REPLAYS_MAX = 10_000;
