/** The file formats as JSON Schema: for editors, and for whoever writes such files by program. */
import { z } from "zod";
import { configFileSchema } from "./config.js";
import { graphSchema } from "./graph.js";
import { playbookSchema } from "./playbook.js";
import { policyFileSchema } from "./policy.js";

const FORMATS = { graph: graphSchema, policy: policyFileSchema, config: configFileSchema, playbook: playbookSchema };
export type Format = keyof typeof FORMATS;
export const FORMAT_NAMES = Object.keys(FORMATS) as Format[];

/** What may be written; a rule that JSON Schema cannot say is left to the check. */
export function jsonSchemaOf(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Record<string, unknown>;
}

export function publishedSchema(format: Format): Record<string, unknown> {
  return { title: `AutoOps Architect: ${format}`, ...jsonSchemaOf(FORMATS[format] as z.ZodType) };
}
