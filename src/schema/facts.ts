/** What is known of a goal beside its text; apart, so that the inputs of workflows need no more. */

/** What in a goal or an alert can fill a parameter. */
export const FACT_NAMES = [
  "service",
  "version",
  "window",
  "url",
  "namespace",
  "pod",
  "container",
  "host",
  "environment",
  "severity",
  "job",
  "queue",
  "database",
  "mountpoint",
] as const;
export type FactName = (typeof FACT_NAMES)[number];
