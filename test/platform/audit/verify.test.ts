/** Tampering: whatever is done to a log is found by a checkpoint that was kept, and most of it without one. */
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readCheckpoints } from "../../../src/platform/audit/checkpoints.js";
import { lineOf } from "../../../src/platform/audit/record.js";
import { type AuditVerdict, verifyAudit } from "../../../src/platform/audit/verify.js";
import { digestOf } from "../../../src/platform/digest.js";
import type { AuditRecord, Checkpoint } from "../../../src/schema/audit.js";
import { entryOf, linesIn, logFiles, openLog, recordsIn, signerIn, temporaryFolder } from "./support.js";

const RECORDS = 18;

/** A log of several files with a checkpoint of its last record. */
async function written(): Promise<{ folder: string; directory: string; checkpoint: Checkpoint }> {
  const folder = temporaryFolder();
  const signer = await signerIn(folder);
  const { log, directory } = openLog(folder, { signer, fileMaxBytes: 2_500, checkpointEvery: 10 });
  for (let n = 0; n < RECORDS; n++) await log.record(entryOf(n));
  const checkpoint = await log.checkpoint();
  if (checkpoint === undefined) throw new Error("no checkpoint was signed");
  expect(logFiles(directory).length).toBeGreaterThan(2);
  return { folder, directory, checkpoint };
}

type Logs = Map<string, Buffer>;
const readLogs = (directory: string): Logs =>
  new Map(logFiles(directory).map((name) => [name, readFileSync(join(directory, name))]));

function writeLogs(directory: string, logs: Logs): void {
  for (const name of logFiles(directory)) if (!logs.has(name)) rmSync(join(directory, name));
  for (const [name, bytes] of logs) writeFileSync(join(directory, name), bytes);
}

/** Any number, made to fit: where, how much, what. */
const anywhere = fc.nat({ max: 1_000_000 });

type Tampering = { kind: string; change(logs: Logs): Logs };

const nth = (logs: Logs, n: number): [string, Buffer] => [...logs][n % logs.size] as [string, Buffer];
const splice = (bytes: Buffer, at: number, remove: number, insert: Buffer = Buffer.alloc(0)): Buffer =>
  Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
const withFile = (logs: Logs, name: string, bytes: Buffer): Logs => new Map(logs).set(name, bytes);
const linesOf = (bytes: Buffer): string[] => bytes.toString("utf8").trimEnd().split("\n");
const fileOf = (lines: string[]): Buffer => Buffer.from(lines.map((line) => `${line}\n`).join(""));

/** The lines of all files, changed, and put back into the same files. */
function withLines(logs: Logs, change: (lines: string[]) => string[]): Logs {
  const sizes = [...logs].map(([name, bytes]) => ({ name, count: linesOf(bytes).length }));
  const lines = change([...logs.values()].flatMap(linesOf));
  const result: Logs = new Map();
  let from = 0;
  for (const [index, { name, count }] of sizes.entries()) {
    const to = index === sizes.length - 1 ? lines.length : from + count;
    result.set(name, fileOf(lines.slice(from, to)));
    from = to;
  }
  return result;
}

/** Changes record `k` and makes every hash from there fit again, as one who knows the format would. */
function rewriteFrom(lines: string[], k: number, change: (record: AuditRecord) => AuditRecord[]): string[] {
  const records = lines.map((line) => JSON.parse(line) as AuditRecord);
  const changed = [...records.slice(0, k), ...change(records[k] as AuditRecord), ...records.slice(k + 1)];
  let previous = changed[k - 1]?.hash ?? "0".repeat(64);
  return changed.map((record, index) => {
    if (index < k) return lineOf(record);
    const { hash: _, ...content } = { ...record, sequence: index + 1, previous };
    previous = digestOf(content);
    return lineOf({ ...content, hash: previous });
  });
}

const rewrites: Record<string, (record: AuditRecord) => AuditRecord[]> = {
  "rewrite: another actor": (record) => [{ ...record, actor: `${record.actor ?? ""}x` }],
  "rewrite: a record taken out": () => [],
  "rewrite: a record put in": (record) => [{ ...record, node: "never" }, record],
  "rewrite: another time": (record) => [{ ...record, time: "2020-01-01T00:00:00.000Z" }],
};

const tampering: fc.Arbitrary<Tampering> = fc.oneof(
  fc.tuple(anywhere, anywhere, fc.integer({ min: 1, max: 255 })).map(([f, p, flip]) => ({
    kind: "edit a byte",
    change(logs: Logs) {
      const [name, bytes] = nth(logs, f);
      const at = p % bytes.length;
      return withFile(logs, name, splice(bytes, at, 1, Buffer.from([(bytes[at] ?? 0) ^ flip])));
    },
  })),
  fc.tuple(anywhere, anywhere, fc.integer({ min: 1, max: 400 })).map(([f, p, count]) => ({
    kind: "delete bytes",
    change(logs: Logs) {
      const [name, bytes] = nth(logs, f);
      return withFile(logs, name, splice(bytes, p % bytes.length, count));
    },
  })),
  fc.tuple(anywhere, anywhere, fc.uint8Array({ minLength: 1, maxLength: 40 })).map(([f, p, more]) => ({
    kind: "insert bytes",
    change(logs: Logs) {
      const [name, bytes] = nth(logs, f);
      return withFile(logs, name, splice(bytes, p % (bytes.length + 1), 0, Buffer.from(more)));
    },
  })),
  fc.constantFrom(" ", "\n", "\r", "\t", "\ufeff", "{}\n", "\u0000").chain((text) =>
    fc.tuple(anywhere, anywhere).map(([f, p]) => ({
      kind: `insert ${JSON.stringify(text)} at a line's start or end`,
      change(logs: Logs) {
        const [name, bytes] = nth(logs, f);
        const lines = linesOf(bytes);
        const edge = fileOf(lines.slice(0, p % (lines.length + 1))).length;
        const at = p % 2 === 0 || edge === 0 ? edge : edge - 1;
        return withFile(logs, name, splice(bytes, at, 0, Buffer.from(text)));
      },
    })),
  ),
  anywhere.map((p) => ({
    kind: "delete a line",
    change: (logs: Logs) => withLines(logs, (lines) => lines.filter((_, index) => index !== p % lines.length)),
  })),
  fc.tuple(anywhere, anywhere).map(([p, q]) => ({
    kind: "put a copy of a line elsewhere",
    change: (logs: Logs) =>
      withLines(logs, (lines) => lines.toSpliced(q % (lines.length + 1), 0, lines[p % lines.length] ?? "")),
  })),
  fc.tuple(anywhere, anywhere).map(([p, q]) => ({
    kind: "swap two lines",
    change: (logs: Logs) =>
      withLines(logs, (lines) => {
        const a = p % lines.length;
        const b = (a + 1 + (q % (lines.length - 1))) % lines.length;
        return lines.with(a, lines[b] ?? "").with(b, lines[a] ?? "");
      }),
  })),
  anywhere.map((p) => ({
    kind: "cut all after a line",
    change: (logs: Logs) => withLines(logs, (lines) => lines.slice(0, p % lines.length)),
  })),
  fc.tuple(anywhere, anywhere).map(([f, p]) => ({
    kind: "cut a file in the middle",
    change(logs: Logs) {
      const [name, bytes] = nth(logs, f);
      return withFile(logs, name, bytes.subarray(0, p % bytes.length));
    },
  })),
  anywhere.map((f) => ({
    kind: "delete a file",
    change: (logs: Logs) => new Map([...logs].filter(([name]) => name !== nth(logs, f)[0])),
  })),
  anywhere.map((f) => ({
    kind: "swap two files",
    change(logs: Logs) {
      const [a, ofA] = nth(logs, f);
      const [b, ofB] = nth(logs, f + 1);
      return withFile(withFile(logs, a, ofB), b, ofA);
    },
  })),
  fc.tuple(anywhere, fc.constantFrom(...Object.keys(rewrites))).map(([p, kind]) => ({
    kind,
    change: (logs: Logs) =>
      withLines(logs, (lines) => rewriteFrom(lines, p % lines.length, (record) => rewrites[kind]?.(record) ?? [])),
  })),
);

test("1,000 random tamperings are all found by a kept checkpoint, and without it all but cuts and rewrites", async () => {
  const { directory, checkpoint } = await written();
  const whole = readLogs(directory);
  rmSync(join(directory, "checkpoints.jsonl"));
  expect(await verifyAudit(directory, { checkpoints: [checkpoint] })).toMatchObject({ ok: true, records: RECORDS });
  const original = Buffer.concat([...whole.values()]);
  const kinds = new Set<string>();
  let alone = 0;
  await fc.assert(
    fc.asyncProperty(tampering, async ({ kind, change }) => {
      const tampered = change(whole);
      writeLogs(directory, tampered);
      const same =
        tampered.size === whole.size && [...tampered].every(([name, bytes]) => whole.get(name)?.equals(bytes));
      const verdict = await verifyAudit(directory, { checkpoints: [checkpoint] });
      expect(verdict.ok, kind).toBe(same);
      expect(verdict.problems.length === 0, kind).toBe(same);
      kinds.add(kind);
      if (same || kind.startsWith("rewrite")) return;
      // Of the others only a log that was cut, and is whole up to there, hides without the checkpoint.
      const left = Buffer.concat([...tampered.values()]);
      if (left.equals(original.subarray(0, left.length))) return;
      expect((await verifyAudit(directory)).ok, kind).toBe(false);
      alone++;
    }),
    { numRuns: 1_000 },
  );
  expect(kinds.size).toBeGreaterThanOrEqual(20);
  expect(alone).toBeGreaterThan(500);
}, 180_000);

test("a rewrite with fitting hashes and a cut at a line's end are found by the checkpoint alone", async () => {
  const { directory, checkpoint } = await written();
  const whole = readLogs(directory);
  rmSync(join(directory, "checkpoints.jsonl"));
  const rewritten = withLines(whole, (lines) => rewriteFrom(lines, 4, (record) => [{ ...record, actor: "nobody" }]));
  writeLogs(directory, rewritten);
  expect(await verifyAudit(directory)).toMatchObject({ ok: true });
  expect(await kindsWith(directory, checkpoint)).toEqual(["rewritten"]);
  writeLogs(directory, new Map([...whole].slice(0, 1)));
  expect(await verifyAudit(directory)).toMatchObject({ ok: true });
  expect(await kindsWith(directory, checkpoint)).toEqual(["cut"]);
});

const kindsOf = (verdict: AuditVerdict) => verdict.problems.map(({ kind }) => kind);
const kindsWith = async (directory: string, checkpoint: Checkpoint) =>
  kindsOf(await verifyAudit(directory, { checkpoints: [checkpoint] }));

test("without a copy, the checkpoints beside the log find a rewrite by one who has no key", async () => {
  const { folder, directory } = await written();
  const signer = await signerIn(folder);
  const whole = readLogs(directory);
  writeLogs(
    directory,
    withLines(whole, (lines) => rewriteFrom(lines, 0, (record) => [{ ...record, actor: "nobody" }])),
  );
  const verdict = await verifyAudit(directory, { signer });
  expect(new Set(kindsOf(verdict))).toEqual(new Set(["rewritten"]));
  expect(verdict.problems[0]).toMatchObject({ file: "checkpoints.jsonl", line: 1 });
  // Checkpoints made to fit again are not signed by the key.
  const other = await signerIn(folder, "other.json");
  const records = recordsIn(directory);
  const { checkpoints } = await readCheckpoints(directory);
  const forged = await Promise.all(
    checkpoints.map(async ({ checkpoint: { sequence, time } }) => {
      const says = { sequence, time, hash: records[sequence - 1]?.hash ?? "" };
      return { ...says, token: await other.attest(says) };
    }),
  );
  writeFileSync(join(directory, "checkpoints.jsonl"), forged.map((one) => `${JSON.stringify(one)}\n`).join(""));
  expect(new Set(kindsOf(await verifyAudit(directory, { signer })))).toEqual(new Set(["checkpoint-forged"]));
});

test("a checkpoint whose token was made for another one, or for a decision, is forged", async () => {
  const { folder, directory, checkpoint } = await written();
  const signer = await signerIn(folder);
  const { checkpoints } = await readCheckpoints(directory);
  const earlier = checkpoints[0]?.checkpoint.token;
  const decision = { runKey: "r", nodeId: "n", digest: checkpoint.hash, decision: "approve", subject: "a", groups: [] };
  const { token } = await signer.sign(
    { ...decision, decision: "approve", channel: "cli" },
    Date.parse(checkpoint.time),
  );
  for (const other of [earlier, token, "", "x.y.z"]) {
    const verdict = await verifyAudit(directory, { signer, checkpoints: [{ ...checkpoint, token: other }] });
    expect(kindsOf(verdict)).toEqual(["checkpoint-forged"]);
  }
  const attested = await signer.attest(checkpoint);
  expect(await signer.verify(attested, Date.parse(checkpoint.time))).toMatchObject({ ok: false });
});

test("each finding names its file and line", async () => {
  const { directory } = await written();
  const [first = "", second = ""] = logFiles(directory);
  const lines = readFileSync(join(directory, second), "utf8").trimEnd().split("\n");
  writeFileSync(
    join(directory, second),
    `${[lines[0], lines[1]?.replace('"v":1', '"v": 1'), ...lines.slice(2)].join("\n")}\n`,
  );
  const verdict = await verifyAudit(directory);
  expect(verdict.problems).toMatchObject([
    { file: second, line: 2, kind: "line-changed" },
    { file: second, line: 3, kind: "chain-broken" },
    { file: "checkpoints.jsonl", line: 2, kind: "record-missing" },
  ]);
  renameSync(join(directory, first), join(directory, "kept-elsewhere.jsonl"));
  expect((await verifyAudit(directory)).problems[0]).toMatchObject({ file: first, line: 0, kind: "file-missing" });
});

test("a log that is not there is empty; with a checkpoint it was cut", async () => {
  const { folder, directory, checkpoint } = await written();
  const nowhere = join(folder, "nowhere");
  expect(await verifyAudit(nowhere)).toMatchObject({ ok: true, records: 0 });
  expect(await verifyAudit(nowhere, { checkpoints: [checkpoint] })).toMatchObject({
    ok: false,
    problems: [{ kind: "cut" }],
  });
  expect(readdirSync(folder)).not.toContain("nowhere");
  cpSync(directory, nowhere, { recursive: true });
  expect(await verifyAudit(nowhere, { checkpoints: [checkpoint] })).toMatchObject({
    ok: true,
    last: { sequence: RECORDS },
  });
  expect(linesIn(nowhere)).toHaveLength(RECORDS);
});
