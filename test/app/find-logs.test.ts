import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, utimesSync, writeFileSync, writeSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findLogs } from "../../src/app/find-logs.js";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "find-logs-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, ageDays = 0): void {
  const file = join(home, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, "a line\n");
  const seconds = Date.now() / 1_000 - ageDays * 86_400;
  utimesSync(file, seconds, seconds);
}
const noProc = () => join(home, "no-proc");
const found = async () => (await findLogs({ home, proc: noProc() })).map((path) => path.slice(home.length + 1));

describe("logs of this machine", () => {
  test("a team's own programs have folders that nobody can list beforehand", async () => {
    for (const name of ["billing", "web_front", "worker2"]) write(`${name}/${name}.log`);
    expect(await found()).toEqual(["billing", "web_front", "worker2"]);
  });

  test("single files of programs are taken, as syslog writes them", async () => {
    write("haproxy.log");
    write("billing.log");
    expect(await found()).toEqual(["billing.log", "haproxy.log"]);
  });

  test("the system's own logs, old ones, rotated ones and empty folders are nobody's", async () => {
    for (const name of ["apt/history", "journal/a", "dpkg", "auth", "kern", "unattended-upgrades/u", "boot"])
      write(`${name}.log`);
    write("retired/old.log", 30);
    write("rotated/app.log.1");
    mkdirSync(join(home, "empty"));
    expect(await found()).toEqual([]);
  });

  test("a known program's folder is taken though it is silent", async () => {
    write("postgresql/postgresql-15-main.log", 30);
    expect(await found()).toEqual(["postgresql"]);
  });
});

describe.skipIf(process.platform !== "linux")("logs that processes hold open", () => {
  let server: Server;
  let handles: number[];
  beforeEach(async () => {
    handles = [];
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    for (const handle of handles) closeSync(handle);
    await new Promise((resolve) => server.close(resolve));
  });
  const open = (path: string, flags: string) => {
    const handle = openSync(path, flags);
    handles.push(handle);
    return handle;
  };

  test("in a folder of logs any plain ending will do, and what jobs wrote beside it is taken", async () => {
    for (const name of ["logs/import.log", "logs/notes.md", "data/import.log"]) write(`srv/${name}`);
    write("srv/logs/gone.log", 30);
    for (const name of ["logs/edge.json", "logs/ledger.txt", "data/state.json"])
      writeSync(open(join(home, "srv", name), "a"), "{}\n");
    const all = (await findLogs({ home: join(home, "none") })).filter((path) => path.startsWith(home));
    const folder = join(home, "srv", "logs");
    expect(all).toEqual(["edge.json", "import.log", "ledger.txt"].map((name) => join(folder, name)));
  });

  test("what a process that listens writes is its log, wherever it lies; what it reads is not", async () => {
    mkdirSync(join(home, "srv"));
    const path = join(home, "srv", "orders.log");
    writeSync(open(path, "a"), "a line\n");
    const read = join(home, "srv", "import.log");
    writeFileSync(read, "a line\n");
    open(read, "r");
    const all = await findLogs({ home: join(home, "none") });
    expect(all).toContain(path);
    expect(all).not.toContain(read);
    expect(await findLogs({ home: join(home, "none"), own: join(home, "srv") })).not.toContain(path);
  });

  test("a file in a folder that is taken is not named again", async () => {
    mkdirSync(join(home, "orders"));
    writeSync(open(join(home, "orders", "orders.log"), "a"), "a line\n");
    const all = await findLogs({ home });
    expect(all.filter((path) => path.includes(home))).toEqual([join(home, "orders")]);
  });
});
