/**
 * Checks the audit log against itself and against checkpoints. Within the log every line must be byte for byte a record
 * that fits its own hash and chains to the one before. What a cut end or a chain computed anew would hide, a
 * checkpoint finds: the record of its number must be there and have its hash.
 */
import { join } from "node:path";
import type { AuditRecord, Checkpoint } from "../../schema/audit.js";
import { PROBLEMS_MAX } from "../../vocabulary/limits.js";
import { digestOf } from "../digest.js";
import type { Signer } from "../signing.js";
import { readCheckpoints } from "./checkpoints.js";
import { type AuditFile, CHECKPOINTS_FILE, fileNamed, linesOf, listAuditFiles } from "./files.js";
import { type TornLine, tornLine } from "./log.js";
import { EMPTY_HEAD, type Head, parseLine } from "./record.js";

export type AuditProblemKind =
  /** A line that is no record, or not as it was written. */
  | "line-changed"
  /** A record that does not follow the one before: something was taken out, put in, moved or changed. */
  | "chain-broken"
  | "file-missing"
  | "file-empty"
  /** A last line without its end that no later record tells of. */
  | "line-torn"
  /** A record tells of an incomplete line that is not there. */
  | "torn-line-missing"
  /** A checkpoint whose record is not there any more: the end is missing, or that one. */
  | "cut"
  | "record-missing"
  /** A checkpoint whose record has another hash. */
  | "rewritten"
  | "checkpoint-forged";

export interface AuditFinding {
  file: string;
  /** From 1; 0 where the file as a whole is meant. */
  line: number;
  kind: AuditProblemKind | "checkpoint-unreadable";
  message: string;
}

export interface AuditVerdict {
  /** Whether nothing was found. Notices are no findings. */
  ok: boolean;
  records: number;
  /** The first ones, at most `PROBLEMS_MAX`. */
  problems: AuditFinding[];
  /** How many there are. */
  found: number;
  /** Traces of crashes, which the log itself tells of. */
  notices: AuditFinding[];
  /** The last record: keep it elsewhere, and give it back as a checkpoint. */
  last?: Head;
  /** Checkpoints that the log was held against. */
  checkpoints: number;
}

export interface VerifyOptions {
  /** Kept elsewhere: trusted as given, except that a token which does not prove it is a finding. */
  checkpoints?: readonly Checkpoint[];
  /** Checks the tokens; absent, only numbers and hashes are compared. */
  signer?: Pick<Signer, "isAttested">;
}

export async function verifyAudit(directory: string, options: VerifyOptions = {}): Promise<AuditVerdict> {
  const beside = await readCheckpoints(directory);
  const held = [
    ...beside.checkpoints.map(({ checkpoint, line }) => ({ checkpoint, file: CHECKPOINTS_FILE, line })),
    ...(options.checkpoints ?? []).map((checkpoint, index) => ({
      checkpoint,
      file: "given checkpoint",
      line: index + 1,
    })),
  ];
  const walk = new Walk(new Set(held.map(({ checkpoint }) => checkpoint.sequence)));
  for (const line of beside.unreadable) {
    const message = "this line holds no checkpoint: a crash left it incomplete, or it was changed";
    walk.notices.push({ file: CHECKPOINTS_FILE, line, kind: "checkpoint-unreadable", message });
  }
  let number = 0;
  const files = await listAuditFiles(directory);
  for (const file of files) {
    for (number++; number < file.number; number++) {
      walk.find(fileNamed(number).name, 0, "file-missing", "this file of the log is missing");
    }
    await walkFile(walk, directory, file, file === files.at(-1));
  }
  walk.endTorn();
  for (const one of held) await compare(walk, one, options.signer);
  const { records, problems, found, notices, head } = walk;
  const last = head.sequence === 0 ? {} : { last: head };
  return { ok: found === 0, records, problems, found, notices, ...last, checkpoints: held.length };
}

async function walkFile(walk: Walk, directory: string, { name }: AuditFile, isLast: boolean): Promise<void> {
  let lines = 0;
  for await (const { bytes, number, isWhole } of linesOf(join(directory, name))) {
    lines++;
    if (!isWhole) {
      walk.torn.push({ ...tornLine(name, bytes), line: number });
      continue;
    }
    const parsed = parseLine(bytes);
    if (parsed.ok) walk.take(name, number, parsed.record);
    else walk.find(name, number, "line-changed", `this line was changed: ${parsed.reason}`);
  }
  // A crash may leave the newest file empty: it is used by the next writer.
  if (lines === 0 && !isLast) walk.find(name, 0, "file-empty", "this file of the log is empty");
}

/** What has been read so far, and what the next record must fit. */
class Walk {
  head: Head = EMPTY_HEAD;
  records = 0;
  found = 0;
  readonly problems: AuditFinding[] = [];
  readonly notices: AuditFinding[] = [];
  /** Incomplete lines that no record has told of yet. */
  torn: Array<TornLine & { line: number }> = [];
  /** Hashes of the records that checkpoints name. */
  readonly hashes = new Map<number, string>();

  constructor(private readonly wanted: ReadonlySet<number>) {}

  find(file: string, line: number, kind: AuditProblemKind, message: string): void {
    this.found++;
    if (this.problems.length < PROBLEMS_MAX) this.problems.push({ file, line, kind, message });
  }

  take(file: string, line: number, record: AuditRecord): void {
    const { sequence, hash, previous } = record;
    if (sequence !== this.head.sequence + 1) {
      const message = `record ${sequence} follows record ${this.head.sequence}: records were taken out, put in or moved`;
      this.find(file, line, "chain-broken", message);
    } else if (previous !== this.head.hash) {
      const message = `record ${sequence} does not chain to the one before, which was changed or replaced`;
      this.find(file, line, "chain-broken", message);
    }
    this.explainTorn(file, line, record);
    // Going on from here, so that one change is not told of at every later record.
    this.head = { sequence, hash };
    this.records++;
    if (this.wanted.has(sequence)) this.hashes.set(sequence, hash);
  }

  private explainTorn(file: string, line: number, record: AuditRecord): void {
    const seen = this.torn.map(({ line: _, ...torn }) => torn);
    if (record.event === "line-torn") {
      if (digestOf(seen) === digestOf(record.details?.files)) {
        for (const torn of this.torn) {
          const message = `a crash left this line incomplete (${torn.bytes} bytes); record ${record.sequence} tells of it`;
          this.notices.push({ file: torn.file, line: torn.line, kind: "line-torn", message });
        }
        this.torn = [];
        return;
      }
      this.find(file, line, "torn-line-missing", "this record tells of an incomplete line that is not there as it was");
    }
    this.endTorn();
  }

  endTorn(): void {
    for (const { file, line, bytes } of this.torn) {
      const message = `this line has no end (${bytes} bytes): a crash left it so, or the file was cut`;
      this.find(file, line, "line-torn", message);
    }
    this.torn = [];
  }
}

async function compare(
  walk: Walk,
  { checkpoint, file, line }: { checkpoint: Checkpoint; file: string; line: number },
  signer: VerifyOptions["signer"],
): Promise<void> {
  const { sequence, hash, time, token } = checkpoint;
  const isSigned = file !== CHECKPOINTS_FILE || token !== undefined;
  if (!isSigned || (token !== undefined && (await signer?.isAttested(token, checkpoint)) === false)) {
    walk.find(file, line, "checkpoint-forged", `this checkpoint of ${time} was not signed by this machine's key`);
    return;
  }
  const present = walk.hashes.get(sequence);
  if (present === undefined) {
    const gone = `record ${sequence} was there at ${time} and is not any more`;
    if (sequence > walk.head.sequence) walk.find(file, line, "cut", `${gone}: the log was cut`);
    else walk.find(file, line, "record-missing", gone);
  } else if (present !== hash) {
    walk.find(
      file,
      line,
      "rewritten",
      `record ${sequence} is not the one that was there at ${time}: the log was rewritten`,
    );
  }
}
