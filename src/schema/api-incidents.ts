/** What the operations about hooks and incidents take and give. */
import { z } from "zod";
import { LIST_MAX } from "../vocabulary/limits.js";

export const hookPathSchema = z.object({ name: z.string().max(200) });
export const hookBodySchema = z.record(z.string(), z.unknown()).describe("the sender's own payload");
export const takenAnswer = z.object({
  alerts: z.int(),
  ignored: z.int(),
  incidents: z.array(z.string()),
  repeated: z.boolean(),
  cut: z.array(z.string()),
});

export const incidentsQuerySchema = z.strictObject({
  limit: z.coerce.number<string>().int().min(1).max(LIST_MAX).default(50),
});
export const incidentPathSchema = z.object({ id: z.string().min(1).max(255) });
export const incidentAnswer = z.object({
  id: z.string(),
  isOpen: z.boolean(),
  startedAtMs: z.number(),
  view: z.looseObject({ hook: z.string(), phase: z.string() }).optional(),
});
export const incidentsAnswer = z.object({ incidents: z.array(incidentAnswer) });
