/** `temporal-dev.yaml`: the server that `autoops dev` and the tests start, and where its program comes from. Strict. */
import { z } from "zod";

const portSchema = z.int().min(1).max(65_535);
const versionSchema = z.string().regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/, "a version such as 1.28.0");
/** A server of this machine: nothing here may open a port to others. */
const addressSchema = z.string().regex(/^127\.0\.0\.1:[1-9]\d{0,4}$/, "127.0.0.1 and a port, such as 127.0.0.1:7233");
const keySchema = z.string().regex(/^[A-Za-z][A-Za-z0-9._]{0,127}$/, "letters, digits, dots and _");
const templateSchema = z
  .string()
  .regex(/^https:\/\/[^\s]+$/, "an https URL; {version}, {platform}, {arch} are filled in");

export const SEARCH_ATTRIBUTE_TYPES = ["Text", "Keyword", "Int", "Double", "Bool", "Datetime", "KeywordList"] as const;
export type SearchAttributeType = (typeof SEARCH_ATTRIBUTE_TYPES)[number];

export const temporalDevSchema = z.strictObject({
  address: addressSchema,
  ui_port: portSchema,
  namespace: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/, "1 to 63 letters, digits, _, . or -"),
  /** Hours that a finished run stays in the namespace: a day to a year. */
  retention_hours: z.int().min(24).max(8_760),
  database: z.strictObject({
    /** Relative to AUTOOPS_HOME, inside it; absent = in memory. */
    file: z
      .string()
      .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,100}$/, "a plain file name")
      .optional(),
    pragmas: z.record(keySchema, z.union([z.string().regex(/^[a-zA-Z0-9_]{1,40}$/), z.int()])).default({}),
  }),
  search_attributes: z.record(keySchema, z.enum(SEARCH_ATTRIBUTE_TYPES)),
  dynamic_config: z.record(keySchema, z.union([z.boolean(), z.number(), z.string().max(200)])),
  cli: z.strictObject({
    version: versionSchema,
    minimum_server: versionSchema,
    archive_url: templateSchema,
    checksums_url: templateSchema,
    go_module: z.string().regex(/^[a-z0-9][a-zA-Z0-9._/-]{1,200}$/, "a Go package path"),
  }),
});

export type TemporalDevSettings = z.infer<typeof temporalDevSchema>;
export type TemporalCliSource = TemporalDevSettings["cli"];
