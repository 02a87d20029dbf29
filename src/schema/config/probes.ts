/** Sources of config.yaml that probes ask: resolvers of DNS. */
import { z } from "zod";
import { commonKeys } from "./keys.js";

/** A resolver other than those of the worker's machine. */
const dnsSource = z.strictObject({
  kind: z.literal("dns"),
  /** Name or address; its address is checked like any other that is connected to. */
  server: z.string().regex(/^[A-Za-z0-9._:-]{1,253}$/, "a resolver's name or address, without a port"),
  port: z.int().min(1).max(65_535).default(53),
  ...commonKeys,
});

export const probeSources = [dnsSource] as const;
export const PROBE_SOURCE_KINDS = ["dns"] as const;
