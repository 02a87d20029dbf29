/** Who calls whom on this machine: by real processes, and by a made-up `/proc` for what a test cannot start. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { FoundService } from "../../../src/activities/discover/found.js";
import { discoverSockets } from "../../../src/activities/discover/sockets.js";

const found = (name: string, kind: string, ...instances: string[]): FoundService => ({
  ...{ name, kinds: [kind], source: "prom", labels: { job: name }, instances, also: [], signals: {}, metrics: [] },
});

const children: ChildProcess[] = [];
let proc: string | undefined;
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  if (proc !== undefined) rmSync(proc, { recursive: true, force: true });
  proc = undefined;
});

/** A process that listens, holds a connection to `callee` where one is given, and says its port once both are so. */
function started(callee?: number): Promise<number> {
  const source = `
    const net = require("node:net");
    const server = net.createServer(() => {}).listen(0, "127.0.0.1", () => {
      const said = () => console.log(server.address().port);
      ${callee === undefined ? "said()" : `net.connect(${callee}, "127.0.0.1", said)`};
    });`;
  const child = spawn(process.execPath, ["-e", source], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  return new Promise((resolve) => child.stdout?.once("data", (chunk) => resolve(Number(chunk))));
}

describe.runIf(process.platform === "linux")("connections between processes", () => {
  test("tell who calls whom, and where each listens", async () => {
    const till = await started();
    const web = await started(till);
    const services = [found("web", "service", `127.0.0.1:${web}`), found("till", "service", `localhost:${till}`)];
    const { calls, addresses } = await discoverSockets(services);
    expect(calls).toEqual([{ caller: "web", callee: "till", from: "sockets" }]);
    expect(addresses.get("till")).toEqual([`127.0.0.1:${till}`]);
  });
});

/** What a made-up `/proc` shows stays as it is: two looks tell all. */
const seen = (services: FoundService[], path: string) => discoverSockets(services, path, 0);

const hex = (port: number) => port.toString(16).padStart(4, "0").toUpperCase();
const LOOPBACK = "0100007F";
let slot = 0;
const row = (port: number, state: "0A" | "01", inode: number, remotePort = 0) =>
  `  ${slot++}: ${LOOPBACK}:${hex(port)} ${state === "0A" ? "00000000" : LOOPBACK}:${hex(remotePort)} ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0 100 0`;

/** `rows` of the table of connections, and per process its program and what it holds. */
function made(rows: string[], programs: Record<string, [string, number[]]>): string {
  proc = mkdtempSync(join(tmpdir(), "proc-"));
  mkdirSync(join(proc, "net"));
  writeFileSync(join(proc, "net", "tcp"), ["  sl  local_address rem_address   st", ...rows, ""].join("\n"));
  for (const [pid, [name, inodes]] of Object.entries(programs)) {
    mkdirSync(join(proc, pid, "fd"), { recursive: true });
    writeFileSync(join(proc, pid, "comm"), `${name}\n`);
    for (const [index, inode] of inodes.entries()) symlinkSync(`socket:[${inode}]`, join(proc, pid, "fd", `${index}`));
  }
  return proc;
}

describe.runIf(process.platform === "linux")("logs that processes hold open", () => {
  const SERVICES = [found("web", "service", "127.0.0.1:8000"), found("redis", "redis", "127.0.0.1:9121")];
  const ROWS = [row(8000, "0A", 1), row(9121, "0A", 2), row(6379, "0A", 3)];
  const PROGRAMS: Record<string, [string, number[]]> = {
    "10": ["python3", [1]],
    "11": ["redis_exporter", [2]],
    "12": ["redis-server", [3]],
  };
  async function files(held: Array<[pid: string, path: string, flags: string]>) {
    const path = made(ROWS, PROGRAMS);
    for (const [index, [pid, file, flags]] of held.entries()) {
      symlinkSync(file, join(path, pid, "fd", `${90 + index}`));
      mkdirSync(join(path, pid, "fdinfo"), { recursive: true });
      writeFileSync(join(path, pid, "fdinfo", `${90 + index}`), `pos:\t0\nflags:\t${flags}\n`);
    }
    return [...(await seen(SERVICES, path)).files];
  }

  test("are theirs, whatever they are called; an exporter's is that of what it watches", async () => {
    expect(
      await files([
        ["10", "/srv/logs/out.log", "02102001"],
        ["11", "/srv/logs/rx.log", "0100001"],
        ["12", "/srv/logs/cache.log", "0102002"],
      ]),
    ).toEqual([
      ["/srv/logs/out.log", "web"],
      ["/srv/logs/cache.log", "redis"],
      ["/srv/logs/rx.log", "redis"],
    ]);
  });

  test("that are only read, or that several services write, are nobody's", async () => {
    expect(
      await files([
        ["10", "/srv/logs/in.log", "0100000"],
        ["10", "/srv/logs/all.log", "02102001"],
        ["12", "/srv/logs/all.log", "02102001"],
      ]),
    ).toEqual([]);
  });
});

describe("what an exporter watches", () => {
  const SERVICES = [
    found("shop", "service", "127.0.0.1:8000"),
    found("postgres", "postgres", "127.0.0.1:9187"),
    found("prometheus", "prometheus", "127.0.0.1:9090"),
    found("box", "node", "127.0.0.1:9100"),
  ];
  const ROWS = [
    ...[row(8000, "0A", 1), row(9187, "0A", 2), row(5433, "0A", 3), row(9090, "0A", 4), row(3000, "0A", 7)],
    ...[row(40001, "01", 11, 5433), row(40002, "01", 12, 5433), row(40003, "01", 13, 8000)],
  ];
  const PROGRAMS: Record<string, [string, number[]]> = {
    "10": ["python3", [1, 11]],
    "11": ["postgres_export", [2, 12]],
    "12": ["postgres", [3]],
    "13": ["prometheus", [4, 13]],
    // A program of Node is no machine.
    "16": ["node", [7]],
  };

  test("is the program that it asks: neither the exporter nor who scrapes calls anything", async () => {
    const { calls, addresses } = await seen(SERVICES, made(ROWS, PROGRAMS));
    expect(calls).toEqual([{ caller: "shop", callee: "postgres", from: "sockets" }]);
    expect(addresses.get("postgres")).toEqual(["127.0.0.1:5433"]);
  });

  test("of two of a kind, the one that its own exporter asks is meant, and else neither", async () => {
    const second = found("postgres-2", "postgres", "127.0.0.1:9188");
    const rows = [...ROWS, row(9188, "0A", 5), row(5434, "0A", 6), row(40004, "01", 14, 5434)];
    const programs = { ...PROGRAMS, "14": ["postgres_export", [5]], "15": ["postgres", [6]] } as typeof PROGRAMS;
    const { calls, addresses } = await seen([...SERVICES, second], made(rows, programs));
    expect(calls).toEqual([{ caller: "shop", callee: "postgres", from: "sockets" }]);
    expect(addresses.get("postgres-2")).toEqual([]);
  });

  test.each([
    ["redis-server", "redis"],
    ["mysqld", "mysql"],
    ["memcached", "memcached"],
    ["mongod", "mongodb"],
    ["nginx", "nginx"],
  ])("is known by the name of its program: %s", async (program, kind) => {
    const services = [found("shop", "service", "127.0.0.1:8000"), found("it", kind, "127.0.0.1:9187")];
    const { calls } = await seen(services, made(ROWS, { ...PROGRAMS, "12": [program, [3]] }));
    expect(calls).toEqual([{ caller: "shop", callee: "it", from: "sockets" }]);
  });

  test("is not looked for where no target is on this machine", async () => {
    const far = SERVICES.map((one) => ({ ...one, instances: ["10.9.8.7:9100"] }));
    expect(await seen(far, made(ROWS, PROGRAMS))).toEqual({
      calls: [],
      addresses: new Map(),
      files: new Map(),
      unmonitored: [],
    });
  });
});

describe.runIf(process.platform === "linux")("programs that nobody watches", () => {
  const SERVICES = [
    found("web", "service", "127.0.0.1:8000"),
    found("postgres", "postgres", "127.0.0.1:9187"),
    found("doors", "blackbox", "127.0.0.1:11211", "https://localhost:8443/healthz"),
  ];
  const ROWS = [
    ...[row(8000, "0A", 1), row(9187, "0A", 2), row(5432, "0A", 3), row(6432, "0A", 4), row(11211, "0A", 5)],
    ...[row(7000, "0A", 6), row(22, "0A", 7), row(8443, "0A", 8), row(7100, "0A", 9)],
    ...[row(40001, "01", 21, 6432), row(40002, "01", 22, 5432), row(40003, "01", 23, 7000), row(40004, "01", 24, 5432)],
    ...[row(40005, "01", 25, 7100)],
  ];
  const PROGRAMS: Record<string, [string, number[]]> = {
    "10": ["python3", [1, 21, 23, 25]],
    "11": ["postgres_export", [2, 22]],
    "12": ["postgres", [3]],
    "13": ["pgbouncer", [4, 24]],
    "14": ["memcached", [5]],
    "15": ["node", [6]],
    "16": ["sshd", [7]],
    "17": ["my-door", [8]],
    "18": ["otelcol", [9]],
  };
  async function unmonitored(more: Record<string, [string, number[]]> = {}, cmdline: string[] = []) {
    const path = made(ROWS, { ...PROGRAMS, ...more });
    writeFileSync(join(path, "15", "cmdline"), cmdline.join("\0"));
    const { calls, unmonitored } = await seen(SERVICES, path);
    const told = calls.map(({ caller, callee }) => `${caller} ${callee}`).sort();
    return { told, names: unmonitored.map(({ name, kinds, also }) => [name, kinds, also]).sort() };
  }

  test("are on the map where a service or a probe reaches them, and call on", async () => {
    const { told, names } = await unmonitored({}, ["node", "--inspect", "/srv/rates/server.js"]);
    expect(names).toEqual([
      ["memcached", ["memcached"], ["127.0.0.1:11211"]],
      ["my-door", [], ["127.0.0.1:8443"]],
      ["pgbouncer", ["pgbouncer"], ["127.0.0.1:6432"]],
      ["rates", [], ["127.0.0.1:7000"]],
    ]);
    expect(told).toEqual(["pgbouncer postgres", "web pgbouncer", "web rates"]);
  });

  test.each([
    [["node", "/srv/shop/charge.mjs"], "charge"],
    [["java", "-Xmx1g", "-jar", "/opt/ledger.jar"], "ledger"],
    [["python3", "-m", "scorer"], "scorer"],
  ])("that an interpreter runs are called by their file: %j", async (cmdline, name) => {
    const { names } = await unmonitored({}, cmdline);
    expect(names.map(([own]) => own)).toContain(name);
  });

  test("that say no name of their own, and such as only gather, are left out", async () => {
    const { names } = await unmonitored({}, ["node", "-e", "0"]);
    expect(names.map(([own]) => own)).toEqual(["memcached", "my-door", "pgbouncer"]);
  });

  test("workers that hold one socket are one; two of a name are told apart by their ports", async () => {
    const { names } = await unmonitored({
      "14": ["memcached", [5]],
      "19": ["memcached", [5]],
      "15": ["memcached", [6]],
    });
    expect(names.map(([own]) => own)).toEqual(["memcached-11211", "memcached-7000", "my-door", "pgbouncer"]);
  });
});

describe.runIf(process.platform === "linux")("settings of processes", () => {
  const SERVICES = [
    found("web", "service", "127.0.0.1:8000"),
    found("till", "service", "127.0.0.1:8100"),
    found("redis", "redis", "127.0.0.1:9121"),
    found("front", "haproxy", "127.0.0.1:8404"),
  ];
  const ROWS = [row(8000, "0A", 1), row(8100, "0A", 2), row(6379, "0A", 3), row(8404, "0A", 4), row(80, "0A", 5)];
  const PROGRAMS: Record<string, [string, number[]]> = {
    "10": ["python3", [1]],
    "11": ["node", [2]],
    "12": ["redis-server", [3]],
    "13": ["haproxy", [4, 5]],
  };
  async function told(pid: string, more: { environ?: string[]; cmdline?: string[]; files?: Record<string, string> }) {
    const path = made(ROWS, PROGRAMS);
    const folder = join(path, pid);
    if (more.environ) writeFileSync(join(folder, "environ"), more.environ.join("\0"));
    if (more.cmdline) writeFileSync(join(folder, "cmdline"), more.cmdline.join("\0"));
    for (const [file, text] of Object.entries(more.files ?? {})) {
      mkdirSync(join(folder, "root", file, ".."), { recursive: true });
      writeFileSync(join(folder, "root", file), text);
    }
    const { calls } = await seen(SERVICES, path);
    return calls.map(({ caller, callee, from }) => `${caller} ${callee} ${from}`);
  }

  test.each([
    ["TILL_URL=http://localhost:8100/charge", "web till settings"],
    ["CACHE=redis://:secret@127.0.0.1/0", "web redis settings"],
    ["REDIS_HOST=localhost", "web redis settings"],
  ])("a variable with an address: %s", async (variable, call) => {
    expect(await told("10", { environ: ["PATH=/usr/bin", variable] })).toEqual([call]);
  });

  test("a host and its port in two variables, and names that the hosts file gives to this machine", async () => {
    const files = { "etc/hosts": "127.0.0.1 localhost till.internal\n10.0.0.9 far.internal\n" };
    expect(await told("10", { environ: ["TILL_HOST=till.internal", "TILL_PORT=8100"], files })).toEqual([
      "web till settings",
    ]);
    expect(await told("10", { environ: ["TILL_URL=http://far.internal:8100"], files })).toEqual([]);
  });

  test("the file that a command line names, and those that it includes", async () => {
    const files = {
      "etc/front.cfg": "# server 127.0.0.1:8000\nbackend b\n  server one 127.0.0.1:8100 check\n",
      "etc/n/main.conf": "http {\n  include sites/*.conf;\n}\n",
      "etc/n/sites/a.conf": "upstream u { server 127.0.0.1:8000; }\n",
    };
    expect(await told("13", { cmdline: ["haproxy", "-f", "/etc/front.cfg"], files })).toEqual(["front till settings"]);
    expect(await told("13", { cmdline: ["x", "--config=/etc/n/main.conf"], files })).toEqual(["front web settings"]);
  });

  test("an own address behind a front is no call of the front, and a far one is nobody's", async () => {
    const path = made([...ROWS, row(40001, "01", 21, 8000)], { ...PROGRAMS, "13": ["haproxy", [4, 5, 21]] });
    writeFileSync(join(path, "10", "environ"), "PUBLIC_URL=http://localhost:80\0FAR=http://till.example:8100");
    const { calls } = await seen(SERVICES, path);
    expect(calls).toEqual([{ caller: "front", callee: "web", from: "sockets" }]);
  });
});
