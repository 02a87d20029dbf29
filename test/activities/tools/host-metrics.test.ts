/** host_metrics: the formats of /proc as proc(5) gives them, and a look at the machine that the test runs on. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { describe, expect, onTestFinished, test } from "vitest";
import { hostMetrics } from "../../../src/activities/tools/host-metrics.js";
import {
  cpuTimes,
  interfaceCounts,
  memoryFields,
  mounts,
  processTimes,
} from "../../../src/activities/tools/kit/host/proc-format.js";
import type { HostReading } from "../../../src/activities/tools/kit/host/schema.js";
import { findingsOf } from "../../../src/activities/tools/kit/host/thresholds.js";
import { cpuUsage, networkUsage, processUsage } from "../../../src/activities/tools/kit/host/usage.js";
import { configOf, contextOf, failureOf } from "../../support/tool-context.js";

describe("a file of /proc", () => {
  test("stat gives the processors' ticks", () => {
    expect(cpuTimes("cpu  100 10 30 800 40 5 5 10 0 0\ncpu0 1 2 3 4\n")).toEqual({
      user: 110,
      system: 40,
      idle: 800,
      iowait: 40,
      steal: 10,
      total: 1000,
    });
    expect(cpuTimes("")).toBeUndefined();
  });

  test("meminfo gives bytes", () => {
    const fields = memoryFields("MemTotal:       16000 kB\nActive(anon):  10 kB\nHugePages_Total:       3\n");
    expect([...fields]).toEqual([
      ["MemTotal", 16_384_000],
      ["Active(anon)", 10_240],
      ["HugePages_Total", 3],
    ]);
  });

  test("net/dev gives bytes, errors and drops of each interface", () => {
    const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 10 1 0 0 0 0 0 0 10 1 0 0 0 0 0 0
  eth0:2000 20 1 2 0 0 0 0 3000 30 3 4 0 0 0 0
`;
    expect(interfaceCounts(text)).toEqual([
      { name: "lo", rxBytes: 10, txBytes: 10, errors: 0, drops: 0 },
      { name: "eth0", rxBytes: 2000, txBytes: 3000, errors: 4, drops: 6 },
    ]);
  });

  test("mounts has its blanks undone", () => {
    expect(mounts("/dev/sda1 /mnt/my\\040disk ext4 rw 0 0\nproc /proc proc rw 0 0\n")).toEqual([
      { device: "/dev/sda1", path: "/mnt/my disk", type: "ext4" },
      { device: "proc", path: "/proc", type: "proc" },
    ]);
  });

  test("PID/stat is read whatever the process calls itself", () => {
    const rest = "S 1 1 1 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 1 0 12345 1000000 300 18446744073709551615 1 1";
    expect(processTimes(`42 (a) b (c)\u001b) ${rest}\n`)).toEqual({
      pid: 42,
      name: "a) b (c)?",
      state: "S",
      cpu: 300,
      pages: 300,
      started: 12345,
    });
    expect(processTimes("")).toBeUndefined();
  });
});

describe("two looks", () => {
  const look = (atMs: number, parts: object) => ({
    atMs,
    interfaces: [],
    processes: new Map(),
    pageBytes: 4_096,
    processCount: 0,
    ...parts,
  });

  test("give what the processors did in between", () => {
    const cpu = { user: 100, system: 50, idle: 1000, iowait: 0, steal: 0, total: 1150 };
    const later = { user: 160, system: 60, idle: 1020, iowait: 10, steal: 0, total: 1250 };
    expect(cpuUsage({ before: look(0, { cpu }), after: look(1, { cpu: later }) })).toEqual({
      used_percent: 70,
      user_percent: 60,
      system_percent: 10,
      iowait_percent: 10,
      steal_percent: 0,
    });
    expect(cpuUsage({ before: look(0, {}), after: look(1, {}) })).toBeNull();
  });

  test("give rates of the network, the busiest first, and no loopback", () => {
    const one = (name: string, rxBytes: number) => ({ name, rxBytes, txBytes: 0, errors: 0, drops: 0 });
    const before = look(1_000, { interfaces: [one("lo", 0), one("a", 100), one("b", 100)] });
    const after = look(3_000, { interfaces: [one("lo", 9e9), one("a", 300), one("b", 700)] });
    expect(networkUsage({ before, after }).map((usage) => [usage.name, usage.rx_bytes_per_second])).toEqual([
      ["b", 300],
      ["a", 100],
    ]);
  });

  test("do not take a new process for an old one of its number", () => {
    const one = (cpu: number, started: number) => ({ pid: 7, name: "job", state: "R", cpu, pages: 2, started });
    const of = (first: object, last: object) =>
      processUsage(
        {
          before: look(0, { processes: new Map([[7, first]]) }),
          after: look(1_000, { processes: new Map([[7, last]]) }),
        },
        5,
      );
    expect(of(one(100, 5), one(150, 5)).by_cpu).toEqual([
      { pid: 7, name: "job", cpu_percent: 50, memory_bytes: 8_192 },
    ]);
    expect(of(one(100, 5), one(150, 6)).by_cpu).toEqual([]);
  });
});

describe.skipIf(!existsSync("/proc/stat"))("this machine (skipped where there is no /proc)", () => {
  test("is told with its name, load, memory, disks and busiest processes", async () => {
    const busy = spawn(process.execPath, ["-e", "for(;;);", "--", "password=hunter2-on-a-command-line"], {
      stdio: "ignore",
    });
    onTestFinished(() => void busy.kill("SIGKILL"));
    const params = hostMetrics.params.parse({ processes: 20 });
    const found = hostMetrics.output.parse(await hostMetrics.run(params, contextOf(configOf())));
    expect(found.host).toBe(hostname());
    expect(found.memory.used_percent).toBeGreaterThan(0);
    expect(found.memory.available_bytes).toBeLessThan(found.memory.total_bytes);
    expect(found.cpu?.used_percent).toBeGreaterThan(0);
    expect(found.disks.length).toBeGreaterThan(0);
    expect(found.processes.count).toBeGreaterThan(1);
    expect(found.processes.by_cpu.map(({ pid }) => pid)).toContain(busy.pid);
    expect(found.findings[0]?.statement).toContain(hostname());
    const text = JSON.stringify(found);
    expect(text).not.toContain("hunter2");
    expect(text).not.toContain(process.execPath);
  });

  test("is left when the node is cancelled", async () => {
    const context = contextOf(configOf(), { signal: AbortSignal.abort() });
    expect((await failureOf(hostMetrics.run(hostMetrics.params.parse({}), context))).code).toBe("cancelled");
  });
});

test("each limit that is reached is a finding of its own", () => {
  const reading: HostReading = {
    host: "web-1",
    system: "linux",
    uptime_seconds: 1,
    cpus: 2,
    load: [9, 4, 2],
    cpu: { used_percent: 97, user_percent: 50, system_percent: 10, iowait_percent: 25, steal_percent: 12 },
    memory: { total_bytes: 2 ** 30, available_bytes: 2 ** 26, used_percent: 93.8 },
    swap: { total_bytes: 2 ** 30, used_bytes: 2 ** 29, used_percent: 50 },
    disks: [
      { path: "/", type: "ext4", total_bytes: 2 ** 34, free_bytes: 2 ** 30, used_percent: 95, inodes_used_percent: 99 },
      {
        path: "/data",
        type: "xfs",
        total_bytes: 2 ** 34,
        free_bytes: 2 ** 33,
        used_percent: 50,
        inodes_used_percent: null,
      },
    ],
    network: [],
    processes: { count: 3, by_cpu: [{ pid: 7, name: "java", cpu_percent: 180, memory_bytes: 2 ** 29 }], by_memory: [] },
    left_out: ["file systems of other machines: /mnt/nfs"],
  };
  const found = findingsOf(reading, hostMetrics.params.parse({}) as Parameters<typeof findingsOf>[1]);
  expect(found.map(({ statement }) => statement)).toEqual([
    "web-1 is over 8 limits: processors 97 % used, load 9 4 2, memory 93.8 % used",
    "web-1: the processors are 97 % used",
    "web-1: the load is 9 on 2 processors",
    "web-1: the processors wait for disks 25 % of the time",
    "web-1: other machines on the same hardware take 12 % of its time",
    "web-1: the memory is 93.8 % used",
    "web-1: the swap space is 50 % used",
    "web-1: / is 95 % full",
    "web-1: / has used 99 % of its inodes",
  ]);
  expect(found[1]?.evidence).toEqual(["java (7) 180 %"]);
  const calm = { ...reading, load: [0.1, 0.1, 0.1] as [number, number, number], cpu: null, swap: null, disks: [] };
  const quiet = findingsOf(
    { ...calm, memory: { ...reading.memory, used_percent: 40 } },
    hostMetrics.params.parse({}) as Parameters<typeof findingsOf>[1],
  );
  expect(quiet.map(({ statement }) => statement)).toEqual([
    "web-1 is below every limit: load 0.1 0.1 0.1, memory 40 % used",
  ]);
});
