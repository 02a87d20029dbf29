/** Past runs beside a plan. Memory is a help: without it, or where it fails, the plan is the same. */
import type { Local } from "../../local.js";
import type { SimilarRun } from "../../memory.js";
import { similarText } from "./memory-text.js";
import type { Printer } from "./print.js";

const SHOWN_DEFAULT = 3;

/** Prints the past runs that resemble the goal, and returns them; none where memory is off. */
export async function sayPast(print: Printer, local: Local, goal: string): Promise<SimilarRun[]> {
  if (local.config.memory?.enabled !== true) return [];
  const { memoryOf } = await import("../../memory.js");
  const memory = memoryOf(local);
  const preferred = (await memory.store.exists()) ? await memory.store.preferences() : undefined;
  const limit = preferred?.ok ? Number(preferred.value.similar_runs ?? SHOWN_DEFAULT) : SHOWN_DEFAULT;
  const similar = await memory.similarRuns(goal, limit);
  if (!similar.ok) {
    for (const { message, code } of similar.problems) print.note(`past runs are not shown: ${message} [${code}]`);
    return [];
  }
  for (const line of similarText(similar.value)) print.say(line);
  return similar.value;
}
