/** What two looks at /proc tell: processors, network, processes. */
import { HOST_ENTRIES_MAX } from "../../../../vocabulary/probe-limits.js";
import { percent } from "./disks.js";
import type { Sample } from "./sample.js";

/** Linux tells programs ticks of a hundredth of a second, whatever its own clock does. */
const TICKS_PER_SECOND = 100;

export interface CpuUsage {
  used_percent: number;
  user_percent: number;
  system_percent: number;
  iowait_percent: number;
  /** Taken by other machines on the same hardware. */
  steal_percent: number;
}

/** Null where /proc does not tell. */
export function cpuUsage({ before, after }: Sample): CpuUsage | null {
  if (before.cpu === undefined || after.cpu === undefined) return null;
  const [first, last] = [before.cpu, after.cpu];
  const total = last.total - first.total;
  const share = (key: "user" | "system" | "iowait" | "steal" | "idle"): number =>
    percent(Math.max(0, last[key] - first[key]), total);
  const used_percent = percent(
    total - Math.max(0, last.idle - first.idle) - Math.max(0, last.iowait - first.iowait),
    total,
  );
  return {
    used_percent,
    user_percent: share("user"),
    system_percent: share("system"),
    iowait_percent: share("iowait"),
    steal_percent: share("steal"),
  };
}

export interface NetworkUsage {
  name: string;
  rx_bytes_per_second: number;
  tx_bytes_per_second: number;
  /** Since the interface came up. */
  errors: number;
  drops: number;
}

/** The busiest first; the loopback interface is left out. */
export function networkUsage({ before, after }: Sample): NetworkUsage[] {
  const seconds = Math.max(0.001, (after.atMs - before.atMs) / 1_000);
  const first = new Map(before.interfaces.map((one) => [one.name, one]));
  const usage = after.interfaces
    .filter(({ name }) => name !== "lo")
    .map(({ name, rxBytes, txBytes, errors, drops }): NetworkUsage => {
      const since = first.get(name);
      const rate = (now: number, then: number | undefined) => Math.max(0, Math.round((now - (then ?? now)) / seconds));
      const rates = {
        rx_bytes_per_second: rate(rxBytes, since?.rxBytes),
        tx_bytes_per_second: rate(txBytes, since?.txBytes),
      };
      return { name, ...rates, errors, drops };
    });
  const busy = (one: NetworkUsage): number => one.rx_bytes_per_second + one.tx_bytes_per_second;
  return usage.sort((a, b) => busy(b) - busy(a)).slice(0, HOST_ENTRIES_MAX);
}

export interface ProcessUsage {
  pid: number;
  name: string;
  /** Of one processor: more than 100 on several. */
  cpu_percent: number;
  memory_bytes: number;
}

/** The busiest and the largest processes. */
export function processUsage(
  { before, after }: Sample,
  most: number,
): { by_cpu: ProcessUsage[]; by_memory: ProcessUsage[] } {
  const seconds = Math.max(0.001, (after.atMs - before.atMs) / 1_000);
  const all = [...after.processes.values()].map(({ pid, name, cpu, pages, started }): ProcessUsage => {
    const since = before.processes.get(pid);
    const ticks = since?.started === started ? cpu - since.cpu : 0;
    return {
      pid,
      name,
      cpu_percent: percent(ticks / TICKS_PER_SECOND, seconds),
      memory_bytes: pages * after.pageBytes,
    };
  });
  const top = (key: "cpu_percent" | "memory_bytes") => all.toSorted((a, b) => b[key] - a[key]).slice(0, most);
  return { by_cpu: top("cpu_percent").filter((one) => one.cpu_percent > 0), by_memory: top("memory_bytes") };
}
