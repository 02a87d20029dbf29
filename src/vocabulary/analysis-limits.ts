/**
 * Limits of the analyses and of what a run tells the tools that look back on it.
 * Loaded by the workflow sandbox: imports nothing.
 */

/** Characters of all outputs that a run hands to a summary or a search for causes: they are in history once more. */
export const LOOKED_BACK_MAX_CHARS = 200_000;

/** Points of one series that are analysed: above what any source returns for one query. */
export const SERIES_POINTS_MAX = 5_000;

/** Change points, anomalies, gaps and changes that one analysis lists: more are not read at night. */
export const CHANGE_POINTS_MAX = 10;
export const ANOMALIES_MAX = 20;
export const GAPS_MAX = 20;
export const CHANGES_MAX = 50;
