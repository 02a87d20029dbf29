/**
 * Objects of Kubernetes as far as something is concluded from them. What is not named here is dropped when a list is
 * read; a field of another shape than expected counts as absent, so that one odd field loses no object.
 */
import { z } from "zod";

/** An optional field: null and what does not fit count as absent. */
export const opt = <T extends z.ZodType>(type: T) =>
  z
    .unknown()
    .transform((value): z.output<T> | undefined => {
      if (value === null || value === undefined) return undefined;
      const parsed = type.safeParse(value);
      return parsed.success ? parsed.data : undefined;
    })
    .optional();

/** A list whose odd items are dropped; absent is empty. */
export const many = <T extends z.ZodType>(type: T) =>
  z
    .unknown()
    .optional()
    .transform((value): Array<z.output<T>> => {
      if (!Array.isArray(value)) return [];
      return value.flatMap((item) => {
        const parsed = type.safeParse(item);
        return parsed.success ? [parsed.data] : [];
      });
    });

export const text = opt(z.string());
export const number = opt(z.number());
export const flag = opt(z.boolean());
export const intOrName = opt(z.union([z.number(), z.string()]));

/** Labels, annotations, quantities. */
export const strings = opt(z.record(z.string(), z.coerce.string()));

/** The keys of a mapping; its values are dropped at once. */
export const keysOnly = z
  .unknown()
  .optional()
  .transform((value): string[] | undefined => {
    if (typeof value !== "object" || value === null) return undefined;
    return Array.isArray(value) ? value.filter((key) => typeof key === "string") : Object.keys(value).sort();
  });

export const metadata = z.object({
  name: z.string(),
  namespace: text,
  uid: text,
  labels: strings,
  annotations: strings,
  generation: number,
  creationTimestamp: text,
  deletionTimestamp: text,
  finalizers: opt(z.array(z.string())),
  ownerReferences: many(z.object({ kind: z.string(), name: z.string(), uid: text, controller: flag })),
  /** Who last wrote it, and when: what changed last. */
  managedFields: many(z.object({ manager: text, operation: text, time: text, subresource: text })),
});

export const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: text,
  message: text,
  lastTransitionTime: text,
  lastHeartbeatTime: text,
});

const expression = z.object({ key: z.string(), operator: z.string(), values: opt(z.array(z.string())) });
export const selector = z.object({ matchLabels: strings, matchExpressions: many(expression) });
export type LabelSelector = z.output<typeof selector>;

const nodeSelectorTerm = z.object({ matchExpressions: many(expression), matchFields: many(expression) });
export const nodeSelector = z.object({ nodeSelectorTerms: many(nodeSelectorTerm) });

export const resources = z.object({ requests: strings, limits: strings });
