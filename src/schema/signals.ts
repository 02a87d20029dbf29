/** How exporters give the signals of a service (`data/signals.yaml`). */
import { z } from "zod";
import { NAMINGS, SIGNALS, UNITS } from "../vocabulary/signals.js";

const word = z.string().regex(/^[a-zA-Z_:][\w:]{0,120}$/);
const labelSchema = z.union([
  word.transform((label) => ({ label, naming: "exact" as const })),
  z
    .partialRecord(z.enum(NAMINGS), word)
    .refine((one) => Object.keys(one).length === 1, "one way of naming and its label")
    .transform((one) => {
      const [[naming, label] = ["exact" as const, ""]] = Object.entries(one) as Array<
        [(typeof NAMINGS)[number], string]
      >;
      return { label, naming };
    }),
]);
const labels = z.array(labelSchema).min(1);
const exporter = z.string().min(2).max(120);
const text = z.string().min(1).max(500);

export const signalsSchema = z.strictObject({
  program_labels: labels,
  requests: z.array(
    z.strictObject({
      exporter,
      labels: labels.optional(),
      count: word,
      failed: z.array(text).min(1),
      only: text.optional(),
      duration: z
        .strictObject({ name: word, per_second: z.number().positive(), buckets: z.boolean().default(true) })
        .optional(),
    }),
  ),
  exporters: z.array(
    z.strictObject({
      exporter,
      labels: labels.optional(),
      signals: z.array(
        z.strictObject({
          signal: z.enum(SIGNALS),
          unit: z.enum(UNITS),
          metrics: z.array(word).min(1),
          query: text,
        }),
      ),
    }),
  ),
});
export type Requests = z.infer<typeof signalsSchema>["requests"][number];
