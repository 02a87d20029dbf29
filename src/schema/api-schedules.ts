/** What the operations about schedules take and give. */
import { z } from "zod";
import { GOAL_MAX_CHARS } from "../vocabulary/limits.js";
import { problemSchema } from "./api-answers.js";
import { jsonObjectSchema } from "./json.js";

const duration = z.string().max(20);
const reason = z.string().max(400);

export const schedulePathSchema = z.object({ name: z.string().min(1).max(100) });
export const scheduleBodySchema = z
  .strictObject({
    name: z.string().min(1).max(100),
    graph: z.union([jsonObjectSchema, z.string()], { error: "a graph" }).optional(),
    goal: z.string().min(1).max(GOAL_MAX_CHARS).optional(),
    remedy: z.boolean().optional(),
    cron: z.string().max(200).optional(),
    every: duration.optional(),
    timezone: z.string().max(100).default("UTC"),
    jitter: duration.optional(),
    catchup: duration.default("10m"),
    /** Says when it would start; nothing is kept. */
    preview: z.boolean().default(false),
  })
  .refine((body) => (body.graph === undefined) !== (body.goal === undefined), "given exactly one of graph and goal")
  .refine((body) => body.remedy === undefined || body.goal !== undefined, "given remedy with a goal alone");
export const scheduleReasonSchema = z.strictObject({ reason: reason.default("") });

const ms = z.number().meta({ description: "milliseconds since the epoch" });
export const scheduleAnswer = z.object({
  name: z.string(),
  when: z.string().meta({ description: "in words" }),
  what: z.string().meta({ description: "runs a stored graph, or plans anew each time" }),
  paused: z.boolean(),
  note: z.string().optional(),
  timezone: z.string(),
  next: z.array(ms),
  recent: z.array(
    z.object({
      startedMs: ms,
      run: z.string(),
      outcome: z.string().optional().meta({ description: "of the last start: running, a run's outcome, or failed" }),
      message: z.string().optional().meta({ description: "why it failed" }),
    }),
  ),
  pausesOnFailure: z.boolean(),
  notices: z.array(problemSchema).optional().meta({ description: "of a preview, and of one that was just created" }),
});
export const schedulesAnswer = z.object({ schedules: z.array(scheduleAnswer) });
export const scheduleDeletedAnswer = z.object({ name: z.string() });
