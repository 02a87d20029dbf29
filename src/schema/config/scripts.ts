/** `scripts` of config.yaml: the programs that `custom_script` may run in its sandbox, and what each may use. */
import { z } from "zod";
import { NODE_TIMEOUT_MAX_SECONDS } from "../../vocabulary/limits.js";
import {
  SCRIPT_CPU_DEFAULT_SECONDS,
  SCRIPT_FOLDER_DEFAULT_MB,
  SCRIPT_FOLDER_MAX_MB,
  SCRIPT_MEMORY_DEFAULT_MB,
  SCRIPT_MEMORY_MAX_MB,
  SCRIPT_PROCESSES_DEFAULT,
  SCRIPT_PROCESSES_MAX,
} from "../../vocabulary/script-limits.js";
import { commonKeys } from "./keys.js";

const whole = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

export const scriptSchema = z.strictObject({
  /** Absolute path of a program, or of a script whose first line names an interpreter below /usr. */
  path: z.string().max(1_000).regex(/^\//, "an absolute path"),
  expect_exit: z.array(z.int().min(0).max(255)).min(1).default([0]),
  /** Address space of each process, megabytes. */
  memory_mb: whole(16, SCRIPT_MEMORY_MAX_MB).default(SCRIPT_MEMORY_DEFAULT_MB),
  /** Of each process; the node's time-out bounds the whole. */
  cpu_seconds: whole(1, NODE_TIMEOUT_MAX_SECONDS).default(SCRIPT_CPU_DEFAULT_SECONDS),
  /** Processes and threads at once. */
  processes: whole(1, SCRIPT_PROCESSES_MAX).default(SCRIPT_PROCESSES_DEFAULT),
  /** Its own temporary folder, megabytes. */
  folder_mb: whole(1, SCRIPT_FOLDER_MAX_MB).default(SCRIPT_FOLDER_DEFAULT_MB),
  ...commonKeys,
});
export type Script = z.infer<typeof scriptSchema>;
