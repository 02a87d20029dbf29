/** Who wrote which part of an object last, and when, as the API server notes it in `metadata.managedFields`. */
import { z } from "zod";
import { isoMs } from "../../../tools/kit/instant.js";

export const managedFieldsSchema = z
  .array(
    z.object({
      manager: z.string().optional(),
      time: z.string().nullish(),
      subresource: z.string().optional(),
      fieldsV1: z.record(z.string(), z.unknown()).optional(),
    }),
  )
  .optional();
type ManagedFields = z.infer<typeof managedFieldsSchema>;

export interface Writer {
  timeMs: number;
  manager: string | undefined;
  subresource: string | undefined;
}

/** Writers of the part at this path (`f:spec`, `f:template`), the last one first. A writer's time is of all its parts. */
export function writersOf(fields: ManagedFields, path: readonly string[]): Writer[] {
  const writers = (fields ?? []).flatMap(({ manager, time, subresource, fieldsV1 }) => {
    const timeMs = typeof time === "string" ? isoMs(time) : undefined;
    return timeMs !== undefined && partAt(fieldsV1, path) !== undefined ? [{ timeMs, manager, subresource }] : [];
  });
  return writers.sort((a, b) => b.timeMs - a.timeMs);
}

/** The part of the fields at a path; undefined where it is not among them. */
export function partAt(fields: unknown, path: readonly string[]): unknown {
  let part = fields;
  for (const key of path) {
    if (typeof part !== "object" || part === null || !Object.hasOwn(part, key)) return undefined;
    part = (part as Record<string, unknown>)[key];
  }
  return part;
}
