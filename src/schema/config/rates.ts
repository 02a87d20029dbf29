/** `rates` of config.yaml: how often other machines may be asked, by all workers together. */
import { z } from "zod";
import { RATE_BURST_MAX, RATE_MAX_PER_MINUTE } from "../../vocabulary/rate-limits.js";

const RULE = "given hosts, kinds or both";

export const rateSchema = z
  .strictObject({
    /** Host patterns, as in the network policy. */
    hosts: z.array(z.string().min(1).max(253)).max(100).default([]),
    /** Kinds of declared sources, targets, channels and the like: their hosts count. */
    kinds: z
      .array(z.string().regex(/^[a-z_]{1,40}$/, "a kind such as prometheus"))
      .max(40)
      .default([]),
    per_minute: z
      .number()
      .min(0.01)
      .max(RATE_MAX_PER_MINUTE, { error: `a number from 0.01 to ${RATE_MAX_PER_MINUTE}` }),
    /** Requests that may follow one another at once. */
    burst: z.int().min(1).max(RATE_BURST_MAX).default(1),
    /** Each host has the rate for itself; otherwise all of them share it. */
    each_host: z.boolean().default(false),
  })
  .refine(({ hosts, kinds }) => hosts.length + kinds.length > 0, RULE);
export type RateRule = z.infer<typeof rateSchema>;
