/**
 * Limits of programs that run in the sandbox, each with its unit and its reason.
 * Loaded by the workflow sandbox: imports nothing.
 */

/** Arguments of one call and characters of one: more would be data, which goes to standard input. */
export const SCRIPT_ARGUMENTS_MAX = 50;
export const SCRIPT_ARGUMENT_MAX_CHARS = 4_000;

/** Bytes that a program may be given on standard input: one large result of another node. */
export const SCRIPT_INPUT_MAX_BYTES = 8_000_000;

/** Bytes that a program may write to one of its outputs; past it, it is ended. */
export const SCRIPT_OUTPUT_MAX_BYTES = 1_000_000;

/** Bytes of each output that the result holds, the last ones: half of what history may carry, for both and their escapes. */
export const SCRIPT_KEPT_MAX_BYTES = 12_000;

/** Megabytes of address space for each process of the sandbox. */
export const SCRIPT_MEMORY_DEFAULT_MB = 512;
export const SCRIPT_MEMORY_MAX_MB = 4_096;

/** Processes and threads in one sandbox: enough for a pipeline of an interpreter, too few for a fork bomb. */
export const SCRIPT_PROCESSES_DEFAULT = 32;
export const SCRIPT_PROCESSES_MAX = 256;

/** Seconds of processor time for each process. */
export const SCRIPT_CPU_DEFAULT_SECONDS = 60;

/** Megabytes of its own temporary folder, which is memory. */
export const SCRIPT_FOLDER_DEFAULT_MB = 64;
export const SCRIPT_FOLDER_MAX_MB = 1_024;

/** Open files of each process. */
export const SCRIPT_FILES_MAX = 256;
