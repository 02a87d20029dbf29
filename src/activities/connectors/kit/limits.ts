/** What all connectors share: how much is kept of a log, and where a sample's server would be. */

/** Characters that are kept for the blob, well under what one blob may hold. */
export const LOGS_KEPT_MAX_CHARS = 20_000_000;
export const SAMPLE_URL = "https://sample.example/";
