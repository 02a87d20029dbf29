/**
 * Sends the audit log elsewhere, at least once and in order: what was delivered is kept in a cursor file, and nothing
 * counts as delivered before the receiver has said so. A receiver that is away is tried again until it answers.
 */
import { randomUUID } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";
import { messageOf } from "../../vocabulary/message-of.js";
import { type ReadRecord, readAudit } from "./read.js";

/** Resolves once the receiver has the records; rejects otherwise, and then they come again. */
export type SendRecords = (records: readonly ReadRecord[], signal: AbortSignal) => Promise<void>;

export interface ShipOptions {
  directory: string;
  /** One a receiver. */
  cursorFile: string;
  send: SendRecords;
  signal: AbortSignal;
  /** Whether to go on with records that come later, until the signal. */
  follow: boolean;
  onProblem(message: string): void;
  /** Rejects where the signal comes first. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

const BATCH_MAX = 100;
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 60_000;
const LOOK_EVERY_MS = 1_000;

const cursorSchema = z.strictObject({ sequence: z.int().min(0), hash: z.string() });
type Cursor = z.infer<typeof cursorSchema>;
const START: Cursor = { sequence: 0, hash: "" };

/** Returns how many records were delivered, when all are or the signal came. */
export async function shipAudit(options: ShipOptions): Promise<number> {
  const { directory, signal, follow } = options;
  let cursor = await startAt(options);
  let delivered = 0;
  while (!signal.aborted) {
    let batch: ReadRecord[] = [];
    const deliver = async (): Promise<boolean> => {
      const last = batch.at(-1)?.record;
      if (last === undefined || !(await sendUntilTaken(options, batch))) return false;
      cursor = { sequence: last.sequence, hash: last.hash };
      await keepCursor(options.cursorFile, cursor);
      delivered += batch.length;
      batch = [];
      return true;
    };
    for await (const read of readAudit(directory, { after: cursor.sequence, onSkipped: tellSkipped(options) })) {
      batch.push(read);
      if (batch.length >= BATCH_MAX && !(await deliver())) return delivered;
    }
    if (batch.length > 0 && !(await deliver())) return delivered;
    if (!follow) return delivered;
    await options.pause(LOOK_EVERY_MS, signal).catch(() => undefined);
  }
  return delivered;
}

/** A line that is being written at this moment has no end yet; one that stays so is told once a look. */
const tellSkipped =
  ({ onProblem, follow }: ShipOptions) =>
  (file: string, line: number): void => {
    if (!follow) onProblem(`${file}:${line} is not an audit record and was not sent`);
  };

async function sendUntilTaken({ send, signal, pause, onProblem }: ShipOptions, batch: ReadRecord[]): Promise<boolean> {
  for (let waitMs = RETRY_FIRST_MS; !signal.aborted; waitMs = Math.min(waitMs * 2, RETRY_MAX_MS)) {
    try {
      await send(batch, signal);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      const reason = messageOf(error);
      onProblem(`${batch.length} audit records were not taken: ${reason}; tried again in ${waitMs / 1_000} s`);
      await pause(waitMs, signal).catch(() => undefined);
    }
  }
  return false;
}

/** Where delivery stands; at the start where the log is not the one that the cursor was in. */
async function startAt({ directory, cursorFile, onProblem }: ShipOptions): Promise<Cursor> {
  const cursor = await readCursor(cursorFile);
  if (cursor.sequence === 0) return START;
  for await (const { record } of readAudit(directory, { after: cursor.sequence - 1 })) {
    if (record.sequence === cursor.sequence && record.hash === cursor.hash) return cursor;
    break;
  }
  onProblem("the log is not the one that was sent so far: it is sent from its start");
  return START;
}

async function readCursor(file: string): Promise<Cursor> {
  try {
    return cursorSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    // Missing or unreadable: what was sent before goes again rather than not at all.
    return START;
  }
}

async function keepCursor(file: string, cursor: Cursor): Promise<void> {
  const own = `${file}.${randomUUID()}`;
  await writeFile(own, JSON.stringify(cursor), { mode: 0o600, flag: "wx" });
  await rename(own, file);
}
