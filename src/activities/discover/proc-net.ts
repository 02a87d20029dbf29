/** The tables of TCP connections of Linux (`/proc/net/tcp`, `tcp6`) and whose they are. */
import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

const TABLES = ["tcp", "tcp6"];
/** A machine with more of either is looked at in part. */
const PROCESSES_MAX = 5_000;
const DESCRIPTORS_MAX = 2_000;
const STATES: Readonly<Record<string, Socket["state"]>> = { "01": "open", "0A": "listens" };
const LINE =
  /^\s*\d+: ([0-9A-F]{8,32}):([0-9A-F]{4}) ([0-9A-F]{8,32}):([0-9A-F]{4}) (01|0A) \S+ \S+ \S+ +\d+ +\d+ (\d+)/;

export interface Socket {
  state: "open" | "listens";
  inode: string;
  port: number;
  /** Of the other end: as the table has it, in hexadecimal digits of the machine's own order. */
  remote: string;
  remotePort: number;
}

export interface Process {
  pid: string;
  /** The name of its program, at most 15 characters. */
  name: string;
  inodes: Set<string>;
}

export async function socketsOf(proc: string): Promise<Socket[]> {
  const texts = await Promise.all(TABLES.map((name) => readFile(join(proc, "net", name), "utf8").catch(() => "")));
  return texts.flatMap((text) => text.split("\n").flatMap(socketOf));
}

function socketOf(line: string): Socket[] {
  const [, , port = "", remote = "", remotePort = "", code = "", inode = ""] = LINE.exec(line) ?? [];
  const state = STATES[code];
  if (state === undefined) return [];
  return [{ state, inode, port: Number.parseInt(port, 16), remote, remotePort: Number.parseInt(remotePort, 16) }];
}

/** Processes that hold one of these sockets, as far as this user may see. */
export async function holdersOf(proc: string, inodes: ReadonlySet<string>): Promise<Process[]> {
  const entries = await readdir(proc).catch(() => []);
  const found: Process[] = [];
  for (const pid of entries.filter((name) => /^\d+$/.test(name)).slice(0, PROCESSES_MAX)) {
    const held = await inodesOf(proc, pid);
    if (![...held].some((inode) => inodes.has(inode))) continue;
    const name = (await readFile(join(proc, pid, "comm"), "utf8").catch(() => "")).trim();
    found.push({ pid, name, inodes: held });
  }
  return found;
}

export async function inodesOf(proc: string, pid: string): Promise<Set<string>> {
  const folder = join(proc, pid, "fd");
  const names = await readdir(folder).catch(() => []);
  const targets = await Promise.all(
    names.slice(0, DESCRIPTORS_MAX).map((name) => readlink(join(folder, name)).catch(() => "")),
  );
  return new Set(targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
}

/** Files of these names that a process holds open to write. */
export async function filesWrittenBy(proc: string, pid: string, names: RegExp): Promise<string[]> {
  const folder = join(proc, pid, "fd");
  const numbers = (await readdir(folder).catch(() => [])).slice(0, DESCRIPTORS_MAX);
  const held = await Promise.all(
    numbers.map(async (number) => {
      const target = await readlink(join(folder, number)).catch(() => "");
      if (!target.startsWith("/") || !names.test(target)) return [];
      const info = await readFile(join(proc, pid, "fdinfo", number), "utf8").catch(() => "");
      // The last octal digit of the flags: 1 writes, 2 reads and writes.
      return /^flags:\s*0?\d*[12]$/m.test(info) ? [target] : [];
    }),
  );
  return [...new Set(held.flat())].sort();
}
