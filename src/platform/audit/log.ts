/**
 * Writes the audit log: JSON lines, each chained to the one before by its hash. Several processes may write at once.
 *
 * A line is on the disk (fdatasync) before its promise resolves; lines that wait together go together, with one sync.
 * A file that a crash left with an incomplete last line is never touched again: the next writer goes on in a new file,
 * whose first record chains to the last whole one and tells what it found.
 */
import { createHash } from "node:crypto";
import { chmod, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { AuditEntry, Checkpoint } from "../../schema/audit.js";
import { AUDIT_CHECKPOINT_EVERY, AUDIT_FILE_MAX_BYTES, AUDIT_LOCK_WAIT_MS } from "../../vocabulary/audit-limits.js";
import { ToolFailure, toolFailure } from "../failure.js";
import { withLock } from "../lock.js";
import type { Signer } from "../signing.js";
import { faultOf } from "../trusted-file.js";
import { addCheckpoints } from "./checkpoints.js";
import { type AuditFile, appendDurably, fileNamed, listAuditFiles, readEnding } from "./files.js";
import { EMPTY_HEAD, type Head, lineOf, parseLine, sealRecord, type TimedEntry } from "./record.js";

/** The rule: what has an effect waits for `record` and is not done if that fails; what only reads uses `note`. */
export interface AuditLog {
  /** Resolves when the line is on the disk; rejects with the `ToolFailure` `audit-not-written`. */
  record(entry: AuditEntry): Promise<void>;
  /** Resolves when the line is on the disk or could not be written; the loss is told, and recorded later. */
  note(entry: AuditEntry): Promise<void>;
  /** Signs what the log is now; undefined where it is empty or nobody can sign. */
  checkpoint(): Promise<Checkpoint | undefined>;
}

export interface AuditLogOptions {
  directory: string;
  /** Absent: no checkpoints. */
  signer?: Pick<Signer, "attest">;
  now(): number;
  /** Values of secrets that no line may hold, whatever they look like. */
  secrets?: readonly string[];
  /** Called when lines or a checkpoint could not be written. */
  onProblem(message: string): void;
  fileMaxBytes?: number;
  checkpointEvery?: number;
  lockWaitMs?: number;
}

interface Waiting extends TimedEntry {
  /** Whether nobody is told of the loss but the log itself. */
  isNote: boolean;
  resolve(): void;
  reject(error: Error): void;
}

const BATCH_MAX = 200;
const LOCK_POLL_MS = 7;
const OTHERS = 0o077;

export function createAuditLog(options: AuditLogOptions): AuditLog {
  const waiting: Waiting[] = [];
  let working = false;
  let lost: { lines: number; sinceMs: number } | undefined;

  const add = (entry: AuditEntry, isNote: boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ entry, timeMs: options.now(), isNote, resolve, reject });
      void work();
    });

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH_MAX);
      try {
        await locked(options, () => append(options, lost === undefined ? batch : [lostEntry(lost), ...batch]));
        lost = undefined;
        for (const { resolve } of batch) resolve();
      } catch (error) {
        const failure = notWritten(options.directory, error);
        const notes = batch.filter(({ isNote }) => isNote);
        const [first] = notes;
        if (first !== undefined) {
          lost = { lines: (lost?.lines ?? 0) + notes.length, sinceMs: lost?.sinceMs ?? first.timeMs };
        }
        options.onProblem(failure.message);
        for (const { reject } of batch) reject(failure);
      }
    }
    working = false;
  }

  const lostEntry = ({ lines, sinceMs }: { lines: number; sinceMs: number }): TimedEntry => ({
    entry: {
      event: "lines-lost",
      code: "audit-not-written",
      details: { lines, since: new Date(sinceMs).toISOString() },
    },
    timeMs: options.now(),
  });

  return {
    record: (entry) => add(entry, false),
    note: (entry) => add(entry, true).catch(() => undefined),
    async checkpoint() {
      const { signer, directory } = options;
      if (signer === undefined) return undefined;
      try {
        return await locked(options, async () => {
          const { head } = await findPlace(directory, Number.POSITIVE_INFINITY);
          if (head.sequence === 0) return undefined;
          return (await addCheckpoints(directory, [head], options.now(), signer))[0];
        });
      } catch (error) {
        throw notWritten(directory, error);
      }
    },
  };
}

async function locked<T>({ directory, lockWaitMs = AUDIT_LOCK_WAIT_MS }: AuditLogOptions, work: () => Promise<T>) {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (((await stat(directory)).mode & OTHERS) !== 0) await chmod(directory, 0o700);
  const fault = process.platform === "win32" ? undefined : faultOf(directory, await stat(directory));
  if (fault !== undefined) throw new Error(fault);
  const signal = AbortSignal.timeout(lockWaitMs);
  const lock = { doing: "writes the audit log", say: () => undefined, signal, pollMs: LOCK_POLL_MS };
  return withLock(join(directory, "lock"), lock, work);
}

async function append(options: AuditLogOptions, entries: readonly TimedEntry[]): Promise<void> {
  const { directory, signer, checkpointEvery = AUDIT_CHECKPOINT_EVERY } = options;
  const place = await findPlace(directory, options.fileMaxBytes ?? AUDIT_FILE_MAX_BYTES);
  const told = place.torn.length === 0 ? entries : [tornEntry(place.torn, options.now()), ...entries];
  const due: Head[] = place.isRotated ? [place.head] : [];
  let { head } = place;
  let text = "";
  for (const entry of told) {
    const record = sealRecord(entry, head, options.secrets);
    text += `${lineOf(record)}\n`;
    head = record;
    if (record.sequence % checkpointEvery === 0) due.push({ sequence: record.sequence, hash: record.hash });
  }
  await appendDurably(directory, place.file.name, text);
  if (signer === undefined) return;
  await addCheckpoints(directory, due, options.now(), signer).catch((error: unknown) => {
    // The lines themselves are written; the next checkpoint covers them too.
    options.onProblem(`a checkpoint of the audit log could not be written: ${reasonOf(error)}`);
  });
}

/** An incomplete last line of a file, as the record about it tells it. */
export interface TornLine {
  file: string;
  bytes: number;
  sha256: string;
}

export function tornLine(file: string, bytes: Buffer): TornLine {
  return { file, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

const tornEntry = (files: TornLine[], timeMs: number): TimedEntry => ({
  entry: { event: "line-torn", details: { files } },
  timeMs,
});

interface Place {
  file: AuditFile;
  head: Head;
  /** Whether the file is new because the one before is full. */
  isRotated: boolean;
  torn: TornLine[];
}

/** Where the next record goes and what it chains to. Throws where the last record is not as it was written. */
async function findPlace(directory: string, fileMaxBytes: number): Promise<Place> {
  const files = await listAuditFiles(directory);
  const last = files.at(-1);
  const torn: TornLine[] = [];
  let head = EMPTY_HEAD;
  let lastSize = 0;
  for (const file of files.toReversed()) {
    const ending = await readEnding(join(directory, file.name));
    if (ending === undefined) continue;
    if (file === last) lastSize = ending.size;
    if (ending.torn.length > 0) torn.unshift(tornLine(file.name, ending.torn));
    if (ending.lastLine === undefined) continue;
    const parsed = parseLine(ending.lastLine);
    // Going on would turn a changed record into one that a crash left.
    if (!parsed.ok) throw new Error(`the last line of ${file.name} was changed: ${parsed.reason}`);
    head = { sequence: parsed.record.sequence, hash: parsed.record.hash };
    break;
  }
  const isFull = lastSize >= fileMaxBytes;
  const goesOn = last !== undefined && torn.length === 0 && !isFull;
  const file = goesOn ? last : fileNamed((last?.number ?? 0) + 1);
  return { file, head, isRotated: isFull && head.sequence > 0, torn };
}

function notWritten(directory: string, error: unknown): ToolFailure {
  if (error instanceof ToolFailure) return error;
  const message = `the audit log in ${directory} cannot be written: ${reasonOf(error)}`;
  return toolFailure("audit-not-written", message, { hint: "see what stands there: autoops audit verify" });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "it failed";
  if (error.name === "TimeoutError" || error.name === "AbortError") return "another process holds its lock";
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? error.message : `it failed with ${code}`;
}
