/** What the Temporal Web UI and CLI send to a codec server, and get back: payloads as JSON, bytes in base64. */
import { z } from "zod";
import { CODEC_PAYLOADS_MAX } from "../vocabulary/payload-limits.js";

const bytesSchema = z.string().regex(/^[A-Za-z0-9+/_-]*={0,2}$/, "base64");

/** Other keys are left out of the answer: what a payload may have beside these is not for people. */
const payloadSchema = z.object({
  metadata: z.record(z.string().min(1).max(200), bytesSchema).nullish(),
  data: bytesSchema.nullish(),
});
export const payloadsSchema = z.object({ payloads: z.array(payloadSchema).max(CODEC_PAYLOADS_MAX) });
export type PayloadsDocument = z.infer<typeof payloadsSchema>;

export const payloadsAnswer = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), z.string()), data: z.string() })),
});

/** `X-Namespace`, which the Web UI always sends. */
export const namespaceSchema = z.string().max(300).optional();
