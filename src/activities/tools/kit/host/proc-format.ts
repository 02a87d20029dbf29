/** Files of Linux's /proc, read as proc(5) describes them. Nothing here opens a file. */

/** Ticks of the clock since boot, of all processors together. */
export interface CpuTimes {
  user: number;
  system: number;
  idle: number;
  iowait: number;
  steal: number;
  total: number;
}

/** `/proc/stat`; undefined where its first line is not that of the processors. */
export function cpuTimes(text: string): CpuTimes | undefined {
  const numbers = /^cpu\s+([\d ]+)/.exec(text)?.[1]?.trim().split(/\s+/).map(Number);
  if (numbers === undefined || numbers.length < 4) return undefined;
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = numbers;
  const total = user + nice + system + idle + iowait + irq + softirq + steal;
  return { user: user + nice, system: system + irq + softirq, idle, iowait, steal, total };
}

/** `/proc/meminfo` in bytes, by its own names. */
export function memoryFields(text: string): Map<string, number> {
  const fields = new Map<string, number>();
  for (const [, name = "", amount, unit] of text.matchAll(/^([\w()]+):\s+(\d+)( kB)?$/gm)) {
    fields.set(name, Number(amount) * (unit === undefined ? 1 : 1_024));
  }
  return fields;
}

export interface InterfaceCounts {
  name: string;
  rxBytes: number;
  txBytes: number;
  errors: number;
  drops: number;
}

/** `/proc/net/dev`: counts since the interface came up. */
export function interfaceCounts(text: string): InterfaceCounts[] {
  return text.split("\n").flatMap((line) => {
    const [, name = "", rest = ""] = /^\s*([^\s:]+):([\d \t]+)$/.exec(line) ?? [];
    const counts = rest.trim().split(/\s+/).map(Number);
    if (name === "" || counts.length < 16) return [];
    const at = (index: number): number => counts[index] ?? 0;
    return [{ name, rxBytes: at(0), txBytes: at(8), errors: at(2) + at(10), drops: at(3) + at(11) }];
  });
}

export interface Mount {
  device: string;
  path: string;
  type: string;
}

/** `/proc/self/mounts`; its octal escapes are undone. */
export function mounts(text: string): Mount[] {
  const plain = (field: string) =>
    field.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
  return text.split("\n").flatMap((line) => {
    const [device = "", path = "", type = ""] = line.split(" ");
    return type === "" ? [] : [{ device: plain(device), path: plain(path), type }];
  });
}

export interface ProcessTimes {
  pid: number;
  /** The name that the kernel keeps, at most 15 characters: no command line. */
  name: string;
  state: string;
  /** Ticks since it started. */
  cpu: number;
  /** Pages in memory. */
  pages: number;
  /** Ticks after boot: tells two processes of one number apart. */
  started: number;
}

/** `/proc/PID/stat`. The name stands in parentheses and may hold any character, parentheses too. */
export function processTimes(text: string): ProcessTimes | undefined {
  const [, pid, name = "", rest = ""] = /^(\d+) \((.*)\) ([\s\S]+)$/.exec(text.trimEnd()) ?? [];
  const fields = rest.split(" ");
  if (pid === undefined || fields.length < 22) return undefined;
  const at = (index: number): number => Number(fields[index]);
  const shown = name.replace(/[^\x20-\x7e]/g, "?");
  return {
    pid: Number(pid),
    name: shown,
    state: fields[0] ?? "",
    cpu: at(11) + at(12),
    pages: at(21),
    started: at(19),
  };
}
