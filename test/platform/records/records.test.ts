/** Records are made once, by one of many who try, in a folder and in a bucket; a store that cannot hold that is told apart. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { storeBeside } from "../../../src/platform/blobs/configured.js";
import { loadConfig } from "../../../src/platform/config-file.js";
import { readEnvironment } from "../../../src/platform/environment.js";
import { newPayloadKey } from "../../../src/platform/payloads/keys.js";
import { createRecords, type Records } from "../../../src/platform/records/records.js";
import { ACCESS_KEY, BUCKET, type S3, SECRET_KEY, startS3 } from "../../support/s3.js";
import { canMount, mountSmallDisk } from "../../support/small-disk.js";

let s3: S3;
let home: string;
beforeAll(async () => {
  s3 = await startS3();
});
afterAll(() => s3.stop());
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "autoops-records-"));
  s3.ignoresConditions = false;
  return () => rmSync(home, { recursive: true, force: true });
});

let count = 0;

/** As the worker makes it: from the files and variables of a machine. */
async function recordsIn(kind: "folder" | "bucket", variables: Record<string, string> = {}): Promise<Records> {
  const bucket = {
    kind: "s3",
    endpoint: s3.endpoint,
    bucket: BUCKET,
    region: "eu-central-1",
    prefix: `t${count}/`,
    access_key: "env:S3_KEY",
    secret_key: "env:S3_SECRET",
  };
  const config = { version: "1.0", ...(kind === "bucket" ? { blobs: bucket } : {}) };
  writeFileSync(join(home, "config.yaml"), JSON.stringify(config), { mode: 0o600 });
  const read = readEnvironment({ AUTOOPS_HOME: home, S3_KEY: ACCESS_KEY, S3_SECRET: SECRET_KEY, ...variables });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const { environment } = read;
  const loaded = await loadConfig(environment);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const policy = async () => ({ ok: true as const, policy: { network: {} } });
  const shelf = storeBeside("approvals", { config: loaded.config, environment }, policy as never);
  return createRecords(shelf, environment.payloadKeys);
}

describe.each(["folder", "bucket"] as const)("in a %s", (kind) => {
  beforeEach(() => {
    count++;
  });

  test("a record is made once, by one of many who try at the same time, and stays as it is", async () => {
    const stores = await Promise.all([recordsIn(kind), recordsIn(kind)]);
    const tries = Array.from({ length: 20 }, (_, by) => stores[by % 2]?.create("use-1", { by }));
    const answers = await Promise.all(tries);
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
    const winner = { by: answers.indexOf(undefined) };
    expect(answers.filter((answer) => answer !== undefined)).toEqual(Array.from({ length: 19 }, () => winner));
    expect(await stores[0]?.read("use-1")).toEqual(winner);
    expect(await stores[0]?.read("use-2")).toBeUndefined();
  });

  test("the store has an id of its own that all who share it see", async () => {
    const ids = await Promise.all([(await recordsIn(kind)).id(), (await recordsIn(kind)).id()]);
    expect(new Set(ids).size).toBe(1);
    count++;
    rmSync(join(home, "approvals"), { recursive: true, force: true });
    expect(await (await recordsIn(kind)).id()).not.toBe(ids[0]);
  });

  test("a name that is a path is none", async () => {
    const records = await recordsIn(kind);
    for (const name of ["../use", "a/b", "", "A", ".x"]) await expect(records.create(name, {})).rejects.toThrow();
  });
});

test("with a payload key nothing of a record stands in plain", async () => {
  const records = await recordsIn("folder", { AUTOOPS_PAYLOAD_KEY: newPayloadKey() });
  await records.create("use-1", { output: "a-canary" });
  expect(await records.read("use-1")).toEqual({ output: "a-canary" });
  const folder = join(home, "approvals");
  for (const file of readdirSync(folder)) expect(readFileSync(join(folder, file), "latin1")).not.toContain("canary");
});

test("a bucket that ignores the condition is refused before anything is recorded in it", async () => {
  count++;
  s3.ignoresConditions = true;
  const records = await recordsIn("bucket");
  await expect(records.create("use-1", {})).rejects.toMatchObject({ code: "records-unreachable" });
  await expect(records.id()).rejects.toMatchObject({ message: expect.stringContaining("If-None-Match") });
});

test("a folder that cannot be written is a failure and no answer", async () => {
  writeFileSync(join(home, "approvals"), "");
  const records = await recordsIn("folder");
  await expect(records.create("use-1", {})).rejects.toMatchObject({ code: "records-unreachable" });
});

describe("what is no record, in the place of one", () => {
  const contents = ["", "{", "null", "[]", '"x"', "7", "{}{}", "\u0000".repeat(40)];
  test.each(contents)("%j is a failure, and no answer", async (content) => {
    const records = await recordsIn("folder");
    await records.create("use-1", {});
    writeFileSync(join(home, "approvals", "use-1"), content);
    await expect(records.read("use-1")).rejects.toMatchObject({ code: "records-unreachable" });
    await expect(records.create("use-1", {})).rejects.toMatchObject({ code: "records-unreachable" });
  });

  test("nor is what was sealed with another key", async () => {
    const first = await recordsIn("folder", { AUTOOPS_PAYLOAD_KEY: newPayloadKey() });
    await first.create("use-1", {});
    const second = await recordsIn("folder", { AUTOOPS_PAYLOAD_KEY: newPayloadKey() });
    await expect(second.read("use-1")).rejects.toMatchObject({ code: "records-unreachable" });
    await expect(second.create("use-1", {})).rejects.toMatchObject({ code: "records-unreachable" });
  });

  test("an id that says nothing is none: two such stores would be one", async () => {
    const records = await recordsIn("folder");
    await records.id();
    writeFileSync(join(home, "approvals", "store-id"), "{}");
    await expect(records.id()).rejects.toMatchObject({ code: "records-unreachable" });
  });
});

test("a full disk is a failure and no answer, and leaves no half of a record", { skip: !canMount() }, async () => {
  const disk = mountSmallDisk(join(home, "approvals"), 64);
  try {
    const records = await recordsIn("folder");
    await records.create("use-1", { kept: true });
    disk.fill();
    await expect(records.create("use-2", { by: "x".repeat(8_000) })).rejects.toMatchObject({
      code: "records-unreachable",
    });
    expect(await records.read("use-2")).toBeUndefined();
    expect(await records.read("use-1")).toEqual({ kept: true });
    disk.empty();
    expect(await records.create("use-2", { by: "x" })).toBeUndefined();
    expect(await records.create("use-2", { by: "y" })).toEqual({ by: "x" });
  } finally {
    disk.remove();
  }
});
