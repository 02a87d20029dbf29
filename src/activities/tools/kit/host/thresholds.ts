/** What of a machine's state is a finding. */
import { finding, type ToolFinding } from "../finding.js";
import type { HostParams, HostReading } from "./schema.js";

const GIB = 1_073_741_824;
const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

/** One statement on how the machine is, and one for each limit that is reached. */
export function findingsOf(reading: HostReading, limits: HostParams): ToolFinding[] {
  const over = [...processors(reading, limits), ...memory(reading, limits), ...disks(reading, limits)].slice(0, 19);
  const { host, cpu, load, memory: used } = reading;
  const processor = cpu === null ? [] : [`processors ${cpu.used_percent} % used`];
  const state = [...processor, `load ${load.join(" ")}`, `memory ${used.used_percent} % used`].join(", ");
  const verdict =
    over.length === 0 ? "below every limit" : `over ${over.length} ${over.length === 1 ? "limit" : "limits"}`;
  return [
    finding(
      `${host} is ${verdict}: ${state}`,
      reading.left_out.map((what) => `not looked at: ${what}`),
    ),
    ...over,
  ];
}

const names = (list: HostReading["processes"]["by_cpu"], value: (one: (typeof list)[number]) => string): string[] =>
  list.length === 0 ? [] : [list.map((one) => `${one.name} (${one.pid}) ${value(one)}`).join(", ")];

function processors({ host, cpu, load, cpus, processes }: HostReading, limits: HostParams): ToolFinding[] {
  const busiest = names(processes.by_cpu, (one) => `${one.cpu_percent} %`);
  const found: ToolFinding[] = [];
  if (cpu !== null && cpu.used_percent >= limits.cpu_percent) {
    found.push(finding(`${host}: the processors are ${cpu.used_percent} % used`, busiest));
  }
  if (load[0] / cpus >= limits.load_per_cpu) {
    found.push(
      finding(`${host}: the load is ${load[0]} on ${cpus} ${cpus === 1 ? "processor" : "processors"}`, busiest),
    );
  }
  if (cpu !== null && cpu.iowait_percent >= 20) {
    found.push(finding(`${host}: the processors wait for disks ${cpu.iowait_percent} % of the time`));
  }
  if (cpu !== null && cpu.steal_percent >= 10) {
    found.push(finding(`${host}: other machines on the same hardware take ${cpu.steal_percent} % of its time`));
  }
  return found;
}

function memory({ host, memory: main, swap, processes }: HostReading, limits: HostParams): ToolFinding[] {
  const largest = names(processes.by_memory, (one) => gib(one.memory_bytes));
  const found: ToolFinding[] = [];
  if (main.used_percent >= limits.memory_percent) {
    const left = `${gib(main.available_bytes)} of ${gib(main.total_bytes)} are left`;
    found.push(finding(`${host}: the memory is ${main.used_percent} % used`, [left, ...largest]));
  }
  if (swap !== null && swap.total_bytes > 0 && swap.used_percent >= limits.swap_percent) {
    found.push(finding(`${host}: the swap space is ${swap.used_percent} % used`, largest));
  }
  return found;
}

function disks({ host, disks: all }: HostReading, limits: HostParams): ToolFinding[] {
  return all.flatMap((disk) => {
    const left = `${gib(disk.free_bytes)} of ${gib(disk.total_bytes)} are left`;
    const found: ToolFinding[] = [];
    if (disk.used_percent >= limits.disk_percent) {
      found.push(finding(`${host}: ${disk.path} is ${disk.used_percent} % full`, [left]));
    }
    if ((disk.inodes_used_percent ?? 0) >= limits.disk_percent) {
      found.push(finding(`${host}: ${disk.path} has used ${disk.inodes_used_percent} % of its inodes`));
    }
    return found;
  });
}
