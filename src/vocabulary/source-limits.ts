/** Limits of the tools that read declared sources. Loaded by no sandbox file; imports nothing. */

/** Seconds that a source's Retry-After is heeded for at most; one that says more is asked again then. */
export const SOURCE_WAIT_MAX_SECONDS = 120;
/** Series of one answer that are shown. */
export const SERIES_MAX = 50;
/** Characters of all labels in the output: many long ones would leave no room in history. */
export const LABELS_MAX_CHARS = 20_000;
/** Points of a series that a range may give. */
export const POINTS_MAX = 500;
