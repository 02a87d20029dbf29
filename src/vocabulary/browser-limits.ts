/** Limits of replays in a browser. Loaded by the workflow sandbox: imports nothing. */

export const BROWSER_STEPS_MAX = 50;
export const BROWSER_SELECTOR_MAX_CHARS = 500;
/** Seconds for one step, by default and at most; the node's own time-out holds for all of them. */
export const BROWSER_STEP_DEFAULT_SECONDS = 10;
export const BROWSER_STEP_MAX_SECONDS = 120;
/** Milliseconds for Chromium to start, and to end. */
export const BROWSER_START_TIMEOUT_MS = 30_000;
export const BROWSER_END_TIMEOUT_MS = 10_000;
/** Bytes through the proxy in one replay, both ways: a page that loads without end is cut off. */
export const BROWSER_TRAFFIC_MAX_BYTES = 200_000_000;
/** Connections of one replay that are open at once. */
export const BROWSER_CONNECTIONS_MAX = 256;
/** Console messages, failed requests and refused hosts that are kept, each; the first ones. */
export const BROWSER_EVENTS_MAX = 50;
export const BROWSER_EVENT_MAX_CHARS = 300;
/** Screenshots of one replay, and bytes of one. */
export const BROWSER_SHOTS_MAX = 10;
export const BROWSER_SHOT_MAX_BYTES = 5_000_000;
