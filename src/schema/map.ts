/** `map.yaml`: what this stack consists of, as `autoops discover` found it and people read it. Strict; the same stack gives the same text. */
import { z } from "zod";

const SERVICES_MAX = 500;
const nameSchema = z.string().regex(/^[\p{L}\p{N}_][\p{L}\p{N}_./:@-]{0,199}$/u, "1 to 200 letters, digits and _./:@-");
const queryText = z.string().min(1).max(2_000);

/** Questions that a service's own metrics answer, in the names that they have here. */
export const SIGNAL_NAMES = ["requests", "errors", "latency", "in_flight"] as const;
export type SignalName = (typeof SIGNAL_NAMES)[number];

const callSchema = z.strictObject({
  to: nameSchema,
  /** What says so. */
  from: z.enum([
    "config",
    "proxy",
    "service-graph",
    "traces",
    "kubernetes",
    "probe",
    "sockets",
    "settings",
    "logs",
    "names",
    "person",
  ]),
});

export const mapServiceSchema = z.strictObject({
  /** What it is, the most telling first: names of files below `data/health`. */
  kinds: z.array(z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, "a kind such as postgres")).max(10),
  /** The Prometheus source that knows it; absent where only logs or config.yaml tell of it. */
  source: z.string().max(63).optional(),
  /** Labels that all of its series carry. */
  labels: z.record(z.string(), z.string().max(300)).optional(),
  instances: z.array(z.string().max(300)).max(200).default([]),
  /** Other names that people, alerts and logs give it. */
  also: z.array(z.string().max(200)).max(30).default([]),
  calls: z.array(callSchema).max(200).default([]),
  /** Services of kind node: the machines that it runs on. */
  runs_on: z.array(nameSchema).max(50).default([]),
  /** Declared sources that hold its log. */
  logs: z.array(z.string().max(63)).max(20).default([]),
  /** Declared sources that hold its traces, and its name there. */
  traces: z
    .array(z.strictObject({ source: z.string().max(63), name: z.string().min(1).max(200) }))
    .max(10)
    .default([]),
  /** Of a workload of Kubernetes. */
  namespace: z.string().max(63).optional(),
  environment: z.string().max(63).optional(),
  /** PromQL that returns data here; `[$w]` stands for the window. */
  signals: z.partialRecord(z.enum(SIGNAL_NAMES), queryText).default({}),
});
export type MapService = z.infer<typeof mapServiceSchema>;

export const mapSchema = z.strictObject({
  version: z.literal("1.0", { error: '"1.0" (in quotes)' }),
  /** Seconds between two scrapes: no onset is known better than that. */
  scrape_seconds: z.number().min(1).max(3_600).default(15),
  services: z
    .record(nameSchema, mapServiceSchema)
    .refine((all) => Object.keys(all).length <= SERVICES_MAX, `at most ${SERVICES_MAX} services`),
  /** The team's own rules, by the source that evaluates them. */
  recording_rules: z
    .array(z.strictObject({ source: z.string().max(63), name: z.string().max(200), expr: z.string().max(4_000) }))
    .max(1_000)
    .default([]),
  alert_rules: z
    .array(z.strictObject({ source: z.string().max(63), name: z.string().max(200), expr: z.string().max(4_000) }))
    .max(1_000)
    .default([]),
});
export type StackMap = z.infer<typeof mapSchema>;
