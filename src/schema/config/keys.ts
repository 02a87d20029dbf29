/** Keys that several parts of config.yaml have: addresses, headers, references to secrets, environment, description. */
import { z } from "zod";
import { ENVIRONMENTS } from "../../vocabulary/node-types.js";

export const urlSchema = z.url({ protocol: /^https?$/, error: "an http or https URL" }).max(2_000);
/** `env:NAME`: resolved inside the activity that uses it, and written nowhere. */
export const secretReferenceSchema = z
  .string()
  .regex(/^env:[A-Za-z_][A-Za-z0-9_]{0,127}$/, "a reference such as env:NAME");

/** Header values: plain text that is no secret, or a reference, optionally behind a word (`Bearer env:TOKEN`). */
export const headersSchema = z.record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), z.string().max(1_000));
/** Where a target lies in its cluster: the policy may forbid namespaces. */
export const namespaceSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "a namespace of small letters, digits and -");
export const commonKeys = {
  environment: z.enum(ENVIRONMENTS).optional(),
  description: z.string().max(400).optional(),
};
