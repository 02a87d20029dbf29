/** Past runs beside a plan. Memory is a help: without it, or where it fails, the plan is the same. */
import type { Local } from "../../app/local.js";
import type { SimilarRun } from "../../app/memory.js";
import type { Graph } from "../../schema/graph.js";
import { similarText } from "./memory-text.js";
import type { Printer } from "./print.js";

const SHOWN_DEFAULT = 3;

/**
 * Prints the past runs that resemble the goal, and what of the plan comes from preferences; returns the runs. Nothing
 * where memory is off.
 */
export async function sayPast(
  print: Printer,
  local: Local,
  { goal_description: goal, metadata }: Graph,
): Promise<SimilarRun[]> {
  if (local.config.memory?.enabled !== true) return [];
  const { preferences, learned } = local;
  for (const { message, code } of learned.problems) print.note(`${message} [${code}]`);
  for (const key of ["service", "window"] as const) {
    const value = preferences[key];
    const { parameters } = (metadata ?? {}) as { parameters?: Record<string, unknown> };
    if (value === undefined || parameters?.[key] !== value || goal.includes(value)) continue;
    print.say(`${key} ${value}: the goal does not say it, your preferences do (autoops memory prefer)`);
  }
  const { memoryOf } = await import("../../app/memory.js");
  const similar = await memoryOf(local).similarRuns(goal, Number(preferences.similar_runs ?? SHOWN_DEFAULT));
  if (!similar.ok) {
    for (const { message, code } of similar.problems) print.note(`past runs are not shown: ${message} [${code}]`);
    return [];
  }
  for (const line of similarText(similar.value)) print.say(line);
  return similar.value;
}
