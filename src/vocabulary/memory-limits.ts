/** Limits of the memory of past runs. Each names its unit and why it is there. */

/** What memory keeps of one run: bytes of its entry and of its graph (a larger graph is kept as a digest alone), decisions, symptoms. */
export const MEMORY_ENTRY_MAX_BYTES = 128_000;
export const MEMORY_GRAPH_MAX_BYTES = 128_000;
export const MEMORY_DECISIONS_MAX = 100;
export const MEMORY_SYMPTOMS_MAX = 20;
/** Milliseconds that a use of memory waits for another process: no run is to be held up by it. */
export const MEMORY_WAIT_MS = 5_000;
/** Lines of a file that memory takes in: as many as it may ever keep. */
export const MEMORY_IMPORT_MAX_LINES = 10_000;
