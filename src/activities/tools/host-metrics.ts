/** Tool `host_metrics`: the machine that the worker runs on. Processes by name only: no command lines, no variables. */
import { arch, availableParallelism, freemem, hostname, loadavg, platform, release, totalmem, uptime } from "node:os";
import type { z } from "zod";
import { HOST_ENTRIES_MAX, HOST_PROCESSES_MAX } from "../../vocabulary/probe-limits.js";
import { defineTool, type ToolContext, toolFailure } from "../define-tool.js";
import { percent, readDisks } from "./kit/host/disks.js";
import { memoryFields, mounts } from "./kit/host/proc-format.js";
import { procText, takeSample } from "./kit/host/sample.js";
import type { HostParams, HostReading } from "./kit/host/schema.js";
import { outputSchema, paramsSchema } from "./kit/host/schema.js";
import { findingsOf } from "./kit/host/thresholds.js";
import { cpuUsage, networkUsage, processUsage } from "./kit/host/usage.js";

export const hostMetrics = defineTool({
  name: "host_metrics",
  description: "Looks at the machine the worker runs on: load, processors, memory, disks, network, busiest processes.",
  nodeTypes: ["metric_query"],
  effect: "read",
  params: paramsSchema,
  output: outputSchema,
  run: read,
});

async function read(params: HostParams, context: ToolContext): Promise<z.infer<typeof outputSchema>> {
  const sample = await takeSample(params.sample_seconds, context.signal).catch((error: unknown) => {
    throw context.signal.aborted ? toolFailure("cancelled", "the sample was cancelled") : error;
  });
  const [memory = "", mounted = ""] = await Promise.all([procText("meminfo"), procText("self/mounts")]);
  const { disks, remote } = await readDisks(mounts(mounted));
  const cpu = cpuUsage(sample);
  const { processCount } = sample.after;
  const left_out = [
    ...(cpu === null
      ? [`this system (${platform()}) has no /proc: processors, swap, disks, network and processes`]
      : []),
    ...(remote.length === 0 ? [] : [`file systems of other machines: ${remote.slice(0, 10).join(", ")}`]),
    ...(disks.length > HOST_ENTRIES_MAX ? [`${disks.length - HOST_ENTRIES_MAX} less full file systems`] : []),
    ...(processCount > HOST_PROCESSES_MAX ? [`${processCount - HOST_PROCESSES_MAX} processes`] : []),
  ];
  const [load1 = 0, load5 = 0, load15 = 0] = loadavg().map((value) => Math.round(value * 100) / 100);
  const reading: HostReading = {
    host: hostname(),
    system: `${platform()} ${release()} ${arch()}`,
    uptime_seconds: Math.round(uptime()),
    cpus: availableParallelism(),
    load: [load1, load5, load15],
    cpu,
    ...memoryOf(memoryFields(memory)),
    disks: disks.slice(0, HOST_ENTRIES_MAX),
    network: networkUsage(sample),
    processes: { count: processCount, ...processUsage(sample, params.processes) },
    left_out,
  };
  return { ...reading, findings: findingsOf(reading, params) };
}

/** What is free and what can be had back at once; where /proc does not tell, what is free. */
function memoryOf(fields: ReadonlyMap<string, number>): Pick<HostReading, "memory" | "swap"> {
  const total_bytes = fields.get("MemTotal") ?? totalmem();
  const available_bytes = fields.get("MemAvailable") ?? freemem();
  const memory = { total_bytes, available_bytes, used_percent: percent(total_bytes - available_bytes, total_bytes) };
  const swapTotal = fields.get("SwapTotal");
  if (swapTotal === undefined) return { memory, swap: null };
  const used_bytes = swapTotal - (fields.get("SwapFree") ?? swapTotal);
  return { memory, swap: { total_bytes: swapTotal, used_bytes, used_percent: percent(used_bytes, swapTotal) } };
}
