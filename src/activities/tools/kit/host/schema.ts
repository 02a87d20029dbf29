/** The params of `host_metrics`, and what it reads. */
import { z } from "zod";
import { HOST_ENTRIES_MAX } from "../../../../vocabulary/probe-limits.js";
import { findingsSchema } from "../finding.js";

const percentSchema = z.int().min(1).max(100);

export const paramsSchema = z.strictObject({
  /** Between the two looks that rates are made of. */
  sample_seconds: z.int().min(1).max(30).default(1),
  processes: z.int().min(0).max(20).default(5),
  /** From where on it is a finding. */
  cpu_percent: percentSchema.default(90),
  load_per_cpu: z.number().min(0.1).max(100).default(2),
  memory_percent: percentSchema.default(90),
  swap_percent: percentSchema.default(50),
  disk_percent: percentSchema.default(90),
});

export type HostParams = z.output<typeof paramsSchema>;

export const count = z.number().min(0);

const processSchema = z.strictObject({
  pid: z.int(),
  name: z.string(),
  cpu_percent: count,
  memory_bytes: count,
});

export const outputSchema = z.strictObject({
  /** As the worker sees it: in a container, the container's. */
  host: z.string(),
  system: z.string(),
  uptime_seconds: count,
  cpus: z.int(),
  /** Runnable processes over 1, 5 and 15 minutes. */
  load: z.tuple([count, count, count]),
  cpu: z
    .strictObject({
      used_percent: count,
      user_percent: count,
      system_percent: count,
      iowait_percent: count,
      steal_percent: count,
    })
    .nullable(),
  memory: z.strictObject({ total_bytes: count, available_bytes: count, used_percent: count }),
  swap: z.strictObject({ total_bytes: count, used_bytes: count, used_percent: count }).nullable(),
  disks: z
    .array(
      z.strictObject({
        path: z.string(),
        type: z.string(),
        total_bytes: count,
        free_bytes: count,
        used_percent: count,
        inodes_used_percent: count.nullable(),
      }),
    )
    .max(HOST_ENTRIES_MAX),
  network: z
    .array(
      z.strictObject({
        name: z.string(),
        rx_bytes_per_second: count,
        tx_bytes_per_second: count,
        errors: count,
        drops: count,
      }),
    )
    .max(HOST_ENTRIES_MAX),
  processes: z.strictObject({ count: z.int(), by_cpu: z.array(processSchema), by_memory: z.array(processSchema) }),
  /** What was not looked at, and why. */
  left_out: z.array(z.string()),
  findings: findingsSchema,
});

export type HostReading = Omit<z.infer<typeof outputSchema>, "findings">;
