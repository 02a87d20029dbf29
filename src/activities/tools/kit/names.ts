/** Name-like params: what may stand in them, so that no name can be read as something else further on. */
import { z } from "zod";

const noTraversal = (text: string): boolean => !text.includes("..");

/** The name of a source, target or channel of config.yaml. */
export const declaredNameSchema = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/, "a name of 1 to 63 letters, digits, _, . or -")
  .refine(noTraversal, "a name without two dots in a row");

/** A version, tag or digest (`2`, `v1.4.2`, `sha256:4f…`), or a whole image (`registry.example.com:5000/shop/web:v2`). */
export const versionSchema = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9_.+:@-]{0,127}(?:\/[a-zA-Z0-9][a-zA-Z0-9_.+:@-]{0,127}){0,7}$/,
    "a version of 1 to 128 letters, digits, _, ., +, :, @ or -, or an image of such parts with / between them",
  )
  .max(500)
  .refine(noTraversal, "a version without two dots in a row");

/** A setting's name: `LOG_LEVEL`, `cache.size`. */
export const settingNameSchema = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_.-]{0,127}$/, "a setting's name of letters, digits, _, . or -")
  .refine(noTraversal, "a setting's name without two dots in a row");

/** A setting's text: data, on one line. */
const CONTROL = /[\x00-\x1f\x7f]/;
export const settingTextSchema = z
  .string()
  .max(2_000)
  .refine((text) => !CONTROL.test(text), "one line without control characters");
