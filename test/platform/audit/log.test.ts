/** Writing the audit log: chained, private, redacted, durable through crashes, rotated, and refused where it cannot be. */
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { verifyAudit } from "../../../src/platform/audit/verify.js";
import { cutFile, entryOf, linesIn, logFiles, openLog, recordsIn, signerIn, temporaryFolder } from "./support.js";

test("each record names the hash of the one before, and the first names none", async () => {
  const { log, directory } = openLog(temporaryFolder());
  for (let n = 0; n < 5; n++) await log.record(entryOf(n));
  const records = recordsIn(directory);
  expect(records.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
  expect(records.map(({ previous }) => previous)).toEqual([
    "0".repeat(64),
    ...records.slice(0, 4).map(({ hash }) => hash),
  ]);
  expect(records[2]).toMatchObject({
    event: "tool-called",
    run: "checkout-2",
    node: "mend-2",
    time: "2026-03-01T10:00:03.000Z",
  });
  expect(await verifyAudit(directory)).toMatchObject({ ok: true, records: 5, problems: [], notices: [] });
});

test("the directory is its owner's alone, and so are the files, also where it stood open", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "audit"));
  chmodSync(join(folder, "audit"), 0o755);
  const { log, directory } = openLog(folder, { signer: await signerIn(folder), checkpointEvery: 1 });
  await log.record(entryOf(0));
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  for (const name of ["audit-000001.jsonl", "checkpoints.jsonl"]) {
    expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  }
});

test("lines that are asked for at once keep their order and are all there", async () => {
  const { log, directory } = openLog(temporaryFolder());
  await Promise.all(Array.from({ length: 500 }, (_, n) => log.note({ event: "node-started", node: `n${n}` })));
  expect(recordsIn(directory).map(({ node }) => node)).toEqual(Array.from({ length: 500 }, (_, n) => `n${n}`));
  expect(await verifyAudit(directory)).toMatchObject({ ok: true, records: 500 });
});

test("two logs of one process on the same directory keep one chain", async () => {
  const folder = temporaryFolder();
  const logs = [openLog(folder), openLog(folder)];
  await Promise.all(logs.flatMap(({ log }) => Array.from({ length: 20 }, (_, n) => log.record(entryOf(n)))));
  expect(await verifyAudit(logs[0]?.directory ?? "")).toMatchObject({ ok: true, records: 40 });
});

test("secrets are in no field of any line", async () => {
  const { log, directory } = openLog(temporaryFolder());
  const token = `ghp_${"A1b2C3d4".repeat(5).slice(0, 36)}`;
  const canary = "canary-hunter2-canary";
  await log.record({
    event: "tool-called",
    actor: `rita ${token}`,
    channel: token,
    run: token,
    node: token,
    details: {
      params: { password: canary, url: `https://u:${canary}@shop.internal/` },
      text: `Bearer ${token}`,
      [token]: 1,
    },
  });
  const text = linesIn(directory).join("");
  expect(text).not.toContain(canary);
  expect(text).not.toContain(token);
  expect(text).toContain("[redacted:");
});

test("a secret that no pattern knows is in no line either, where its value is told", async () => {
  const { log, directory } = openLog(temporaryFolder(), { secrets: ["plain words"] });
  await log.record({ event: "node-finished", actor: "plain words", details: { reason: "said plain words twice" } });
  expect(linesIn(directory).join("")).not.toContain("plain words");
});

test("digests, hashes and run ids are recorded as they are", async () => {
  const { log, directory } = openLog(temporaryFolder());
  const digest = "0f".repeat(32);
  const run = "checkout-returns-500s-k3x9f0a1b2";
  const runKey = "0196a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
  await log.record({ event: "gate-requested", run, runKey, node: "mend", digest, details: { policy_digest: digest } });
  expect(recordsIn(directory)[0]).toMatchObject({ run, run_key: runKey, digest, details: { policy_digest: digest } });
});

test("details beyond the cap are left out with their size and digest, and what JSON cannot hold breaks nothing", async () => {
  const { log, directory } = openLog(temporaryFolder());
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  await log.record({ event: "tool-called", details: { text: "x".repeat(20_000) } });
  await log.record({ event: "tool-called", details: cycle });
  await log.record({
    event: "tool-called",
    actor: "\ud800a",
    details: { lone: "\udfff", written: "\\ud800", big: Number.POSITIVE_INFINITY },
  });
  await log.record({ event: "tool-called", actor: "y".repeat(5_000) });
  const [large, looped, odd, long] = recordsIn(directory);
  expect(large?.details).toMatchObject({ omitted: { bytes: 20_011 } });
  expect(looped?.details).toEqual({ omitted: "not representable" });
  expect(odd).toMatchObject({ actor: "\ufffda", details: { lone: "\ufffd", written: "\\ud800", big: null } });
  expect(long?.actor).toHaveLength(300);
  expect(await verifyAudit(directory)).toMatchObject({ ok: true, records: 4 });
});

test("a full file is followed by the next, whose first record names the last hash, and a checkpoint is signed", async () => {
  const folder = temporaryFolder();
  const signer = await signerIn(folder);
  const { log, directory } = openLog(folder, { fileMaxBytes: 1_000, signer });
  for (let n = 0; n < 12; n++) await log.record(entryOf(n));
  expect(logFiles(directory).length).toBeGreaterThan(2);
  const first = readFileSync(join(directory, "audit-000001.jsonl"), "utf8").trimEnd().split("\n");
  const [second = ""] = readFileSync(join(directory, "audit-000002.jsonl"), "utf8").split("\n");
  const last = JSON.parse(first.at(-1) ?? "");
  expect(JSON.parse(second).previous).toBe(last.hash);
  const [checkpoint = ""] = readFileSync(join(directory, "checkpoints.jsonl"), "utf8").split("\n");
  expect(JSON.parse(checkpoint)).toMatchObject({ sequence: last.sequence, hash: last.hash });
  expect(await signer.isAttested(JSON.parse(checkpoint).token, JSON.parse(checkpoint))).toBe(true);
  const verdict = await verifyAudit(directory, { signer });
  expect(verdict).toMatchObject({ ok: true, records: 12, checkpoints: logFiles(directory).length - 1 });
});

test("a checkpoint is signed every so many records, and on demand", async () => {
  const folder = temporaryFolder();
  const signer = await signerIn(folder);
  const { log, directory } = openLog(folder, { signer, checkpointEvery: 10 });
  expect(await log.checkpoint()).toBeUndefined();
  for (let n = 0; n < 25; n++) await log.record(entryOf(n));
  const now = await log.checkpoint();
  expect(now).toMatchObject({ sequence: 25, hash: recordsIn(directory)[24]?.hash });
  const lines = readFileSync(join(directory, "checkpoints.jsonl"), "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).sequence)).toEqual([10, 20, 25]);
  expect(await verifyAudit(directory, { signer })).toMatchObject({ ok: true, checkpoints: 3 });
});

test.each([1, 7, 40])(
  "a line that a crash cut by %i bytes stays where it is; the chain goes on and tells of it",
  async (bytes) => {
    const folder = temporaryFolder();
    const { log, directory } = openLog(folder);
    for (let n = 0; n < 3; n++) await log.record(entryOf(n));
    const file = join(directory, "audit-000001.jsonl");
    cutFile(file, bytes);
    const torn = readFileSync(file, "utf8");
    expect(await verifyAudit(directory)).toMatchObject({
      ok: false,
      records: 2,
      problems: [{ line: 3, kind: "line-torn" }],
    });
    await log.record(entryOf(3));
    expect(readFileSync(file, "utf8")).toBe(torn);
    const records = linesIn(directory)
      .slice(-2)
      .map((line) => JSON.parse(line));
    expect(records).toMatchObject([
      { sequence: 3, event: "line-torn", details: { files: [{ file: "audit-000001.jsonl" }] } },
      { sequence: 4, event: "node-finished" },
    ]);
    const verdict = await verifyAudit(directory);
    expect(verdict).toMatchObject({
      ok: true,
      records: 4,
      notices: [{ file: "audit-000001.jsonl", line: 3, kind: "line-torn" }],
    });
  },
  20_000,
);

test("a crash while the crash is told of is told of too, also where nothing else was written", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "audit"), { mode: 0o700 });
  writeFileSync(join(folder, "audit", "audit-000001.jsonl"), '{"actor":"ri');
  writeFileSync(join(folder, "audit", "audit-000002.jsonl"), '{"det');
  const { log, directory } = openLog(folder);
  await log.record(entryOf(0));
  expect(logFiles(directory)).toHaveLength(3);
  const verdict = await verifyAudit(directory);
  expect(verdict).toMatchObject({ ok: true, records: 2 });
  expect(verdict.notices.map(({ file }) => file)).toEqual(["audit-000001.jsonl", "audit-000002.jsonl"]);
});

test("an empty newest file, which a crash may leave, is used", async () => {
  const folder = temporaryFolder();
  const { log, directory } = openLog(folder);
  await log.record(entryOf(0));
  writeFileSync(join(directory, "audit-000002.jsonl"), "");
  await log.record(entryOf(1));
  expect(await verifyAudit(directory)).toMatchObject({ ok: true, records: 2, notices: [] });
});

test("a torn line that is taken away afterwards is found", async () => {
  const folder = temporaryFolder();
  const { log, directory } = openLog(folder);
  await log.record(entryOf(0));
  await log.record(entryOf(1));
  const file = join(directory, "audit-000001.jsonl");
  cutFile(file, 9);
  await log.record(entryOf(2));
  writeFileSync(file, readFileSync(file, "utf8").replace(/[^\n]*$/, ""));
  expect(await verifyAudit(directory)).toMatchObject({ ok: false, problems: [{ kind: "torn-line-missing" }] });
});

test("nothing is written after a last record that was changed: it must not pass for a crash", async () => {
  const folder = temporaryFolder();
  const { log, directory, troubles } = openLog(folder);
  await log.record(entryOf(0));
  const file = join(directory, "audit-000001.jsonl");
  const changed = readFileSync(file, "utf8").replace("rita", "rosa");
  writeFileSync(file, changed);
  await expect(log.record(entryOf(1))).rejects.toMatchObject({ code: "audit-not-written" });
  expect(troubles[0]).toContain("was changed");
  expect(readFileSync(file, "utf8")).toBe(changed);
  expect(logFiles(directory)).toEqual(["audit-000001.jsonl"]);
});

test("where the log cannot be written a record is refused, a note is not, and the loss is recorded later", async () => {
  const folder = temporaryFolder();
  // Even root cannot make a directory under a file.
  const blocked = join(folder, "audit");
  writeFileSync(blocked, "");
  const { log, directory, troubles } = openLog(folder);
  await expect(log.record(entryOf(0))).rejects.toMatchObject({ code: "audit-not-written" });
  await log.note(entryOf(1));
  await log.note(entryOf(2));
  expect(troubles).toHaveLength(3);
  rmSync(blocked);
  await log.record(entryOf(3));
  expect(recordsIn(directory)).toMatchObject([
    {
      sequence: 1,
      event: "lines-lost",
      code: "audit-not-written",
      details: { lines: 2, since: "2026-03-01T10:00:02.000Z" },
    },
    { sequence: 2, event: "node-finished" },
  ]);
  await log.note(entryOf(4));
  expect(recordsIn(directory).filter(({ event }) => event === "lines-lost")).toHaveLength(1);
});

test("a link in place of the newest file is not followed", async () => {
  const folder = temporaryFolder();
  const elsewhere = join(folder, "elsewhere");
  writeFileSync(elsewhere, "");
  const { log, directory } = openLog(folder);
  mkdirSync(directory, { mode: 0o700 });
  symlinkSync(elsewhere, join(directory, "audit-000001.jsonl"));
  await expect(log.record(entryOf(0))).rejects.toMatchObject({ code: "audit-not-written" });
  expect(readFileSync(elsewhere, "utf8")).toBe("");
});

test("a lock that a living writer holds is waited for, and at last the line counts as not written", async () => {
  const folder = temporaryFolder();
  const { log, directory } = openLog(folder, { lockWaitMs: 50 });
  mkdirSync(directory, { mode: 0o700 });
  writeFileSync(join(directory, "lock"), JSON.stringify({ pid: process.ppid, host: hostname(), token: "another" }));
  await expect(log.record(entryOf(0))).rejects.toMatchObject({
    code: "audit-not-written",
    message: expect.stringContaining("another process holds its lock"),
  });
  expect(logFiles(directory)).toEqual([]);
});

test("an incomplete checkpoint, which a crash may leave, hides none of the others", async () => {
  const folder = temporaryFolder();
  const signer = await signerIn(folder);
  const { log, directory } = openLog(folder, { signer, checkpointEvery: 1 });
  await log.record(entryOf(0));
  appendFileSync(join(directory, "checkpoints.jsonl"), '{"hash":"00');
  await log.record(entryOf(1));
  const verdict = await verifyAudit(directory, { signer });
  expect(verdict).toMatchObject({ ok: true, checkpoints: 2, notices: [{ line: 2, kind: "checkpoint-unreadable" }] });
});
