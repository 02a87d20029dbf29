/** Reads the audit log: from the start, or its last records, or those that come. Lines that are no records are counted. */
import { join } from "node:path";
import type { AuditRecord } from "../../schema/audit.js";
import { linesOf, listAuditFiles } from "./files.js";
import { parseLine } from "./record.js";

export interface ReadRecord {
  record: AuditRecord;
  /** As it stands in the file. */
  text: string;
}

/** Every record after the one of number `after`, in order; `onSkipped` is called for what is no record. */
export async function* readAudit(
  directory: string,
  { after = 0, onSkipped }: { after?: number; onSkipped?: (file: string, line: number) => void } = {},
): AsyncGenerator<ReadRecord> {
  for (const { name } of await filesAfter(directory, after)) {
    for await (const { bytes, number, isWhole } of linesOf(join(directory, name))) {
      if (isWhole && after > 0 && numberOf(bytes) <= after) continue;
      const parsed = isWhole ? parseLine(bytes) : undefined;
      if (parsed?.ok !== true) onSkipped?.(name, number);
      else if (parsed.record.sequence > after) yield { record: parsed.record, text: bytes.toString("utf8") };
    }
  }
}

/** The number that a line gives itself: what is read again and again must not be checked each time. */
function numberOf(line: Buffer): number {
  const end = line.toString("latin1", Math.max(0, line.length - LINE_END_MAX_BYTES));
  return Number(/"sequence":(\d+),"time":"[^"]*","v":1\}$/.exec(end)?.[1] ?? Number.POSITIVE_INFINITY);
}
/** From the key `sequence` on, the line's last keys have at most so many bytes. */
const LINE_END_MAX_BYTES = 100;

/** The last `count` records. */
export async function tailAudit(directory: string, count: number): Promise<ReadRecord[]> {
  const last: ReadRecord[] = [];
  for (const { name } of (await listAuditFiles(directory)).toReversed()) {
    const here: ReadRecord[] = [];
    for await (const { bytes, isWhole } of linesOf(join(directory, name))) {
      const parsed = isWhole ? parseLine(bytes) : undefined;
      if (parsed?.ok === true) here.push({ record: parsed.record, text: bytes.toString("utf8") });
      if (here.length > count) here.shift();
    }
    last.unshift(...here.slice(Math.max(0, here.length - (count - last.length))));
    if (last.length >= count) break;
  }
  return last;
}

/** The files that may hold records after `after`: whole files of older ones are not read again. */
async function filesAfter(directory: string, after: number) {
  const files = await listAuditFiles(directory);
  if (after === 0) return files;
  for (let index = files.length - 1; index > 0; index--) {
    for await (const { bytes } of linesOf(join(directory, files[index]?.name ?? ""))) {
      const parsed = parseLine(bytes);
      if (parsed.ok && parsed.record.sequence <= after + 1) return files.slice(index);
      break;
    }
  }
  return files;
}
