/** Limits of the tools that look at a name, a certificate or this machine. Loaded by no sandbox file; imports nothing. */

/** Records of one DNS answer that are shown: beyond it nobody reads them, and all of them come to history. */
export const DNS_ANSWERS_MAX = 50;
/** Characters of one record's text; TXT records may be long. */
export const DNS_ANSWER_MAX_CHARS = 500;
/** Certificates of a chain that are looked at; real ones have two to five. */
export const TLS_CHAIN_MAX = 8;
/** Names of a certificate that are shown; some name hundreds. */
export const TLS_NAMES_MAX = 30;
/** File systems and network interfaces that are shown, the fullest and the busiest first. */
export const HOST_ENTRIES_MAX = 20;
/** Processes looked at: a machine with more is sampled up to here, and the output says so. */
export const HOST_PROCESSES_MAX = 5_000;
