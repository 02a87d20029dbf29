/**
 * Checkpoints: what the log was at one moment, signed. They stand in a file of their own beside the log; a copy kept
 * elsewhere also finds a log that was cut or written anew together with this file.
 */
import { join } from "node:path";
import canonicalize from "canonicalize";
import { type Checkpoint, checkpointSchema } from "../../schema/audit.js";
import type { Signer } from "../signing.js";
import { appendDurably, CHECKPOINTS_FILE, linesOf, readEnding } from "./files.js";
import type { Head } from "./record.js";

/** Signs what the log is now and appends it; the caller holds the log's lock. */
export async function addCheckpoints(
  directory: string,
  heads: readonly Head[],
  timeMs: number,
  signer: Pick<Signer, "attest">,
): Promise<Checkpoint[]> {
  const time = new Date(timeMs).toISOString();
  const signed = await Promise.all(
    heads.map(async ({ sequence, hash }) => {
      const token = await signer.attest({ sequence, hash, time });
      return { sequence, hash, time, token };
    }),
  );
  if (signed.length === 0) return signed;
  const ending = await readEnding(join(directory, CHECKPOINTS_FILE));
  // What a crash left incomplete stays as a line of its own: the next checkpoint makes up for it.
  const start = ending !== undefined && ending.torn.length > 0 ? "\n" : "";
  await appendDurably(directory, CHECKPOINTS_FILE, `${start}${signed.map((one) => `${canonicalize(one)}\n`).join("")}`);
  return signed;
}

export interface ReadCheckpoints {
  checkpoints: Array<{ checkpoint: Checkpoint; line: number }>;
  /** Numbers of lines that hold none. */
  unreadable: number[];
}

/** The checkpoints beside the log. */
export async function readCheckpoints(directory: string): Promise<ReadCheckpoints> {
  const read: ReadCheckpoints = { checkpoints: [], unreadable: [] };
  for await (const { bytes, number } of linesOf(join(directory, CHECKPOINTS_FILE))) {
    if (bytes.length === 0) continue;
    const checkpoint = parseCheckpoint(bytes.toString("utf8"));
    if (checkpoint === undefined) read.unreadable.push(number);
    else read.checkpoints.push({ checkpoint, line: number });
  }
  return read;
}

export function parseCheckpoint(text: string): Checkpoint | undefined {
  try {
    return checkpointSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
