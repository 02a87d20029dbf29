/** Real journal files for a test, made by systemd-journal-remote from journald's export format. */
import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const WRITER = "/lib/systemd/systemd-journal-remote";
const BOOT = "0123456789abcdef0123456789abcdef";

function isThere(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether journals can be written and read here: package systemd-journal-remote, and systemd for journalctl. */
export const hasJournals: boolean =
  isThere(WRITER) && (process.env.PATH ?? "").split(delimiter).some((folder) => isThere(join(folder, "journalctl")));

export interface JournalRecord {
  atMs: number;
  message: string | Buffer;
  fields?: Record<string, string | number>;
}

/** Writes a new journal file; oldest record first. */
export function writeJournal(path: string, records: readonly JournalRecord[]): void {
  const parts = records.flatMap(({ atMs, message, fields = {} }, index) => {
    const values = {
      __REALTIME_TIMESTAMP: Math.round(atMs * 1_000),
      __MONOTONIC_TIMESTAMP: 1_000 + index,
      _BOOT_ID: BOOT,
      ...fields,
    };
    const head = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
    return [Buffer.from(head.join("")), binaryField("MESSAGE", message), Buffer.from("\n")];
  });
  execFileSync(WRITER, ["-o", path, "-"], { input: Buffer.concat(parts), stdio: ["pipe", "ignore", "ignore"] });
}

/** The form that takes any bytes: the name, the length in 64 bits, the bytes. */
function binaryField(name: string, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, bytes, Buffer.from("\n")]);
}
