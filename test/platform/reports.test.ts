/** Reports on the disk: sealed where there is a key, readable where there was none, refused where they were changed. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Report } from "../../src/core/report.js";
import { newPayloadKey, type PayloadKey, readPayloadKeys } from "../../src/platform/payloads/keys.js";
import { createReportStore } from "../../src/platform/reports.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "autoops-reports-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const keys = (...texts: string[]): PayloadKey[] => {
  const read = readPayloadKeys(texts.join(" "));
  if (!read.ok) throw new Error(read.mustBe);
  return read.keys;
};
const report = (runId: string) => ({ runId, name: "plover" }) as unknown as Report;

test("with a key a report is ciphertext on the disk, and comes back as it was, also after a rotation", async () => {
  const [before, now] = [newPayloadKey(), newPayloadKey()];
  await createReportStore(folder, keys(before)).put(report("one"));
  const file = join(folder, "one.json");
  expect(readdirSync(folder)).toEqual(["one.json"]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, "latin1")).not.toContain("plover");
  expect(await createReportStore(folder, keys(now, before)).get("one")).toEqual(report("one"));
  await expect(createReportStore(folder, keys(now)).get("one")).rejects.toMatchObject({ code: "payload-key-missing" });
  await expect(createReportStore(folder).get("one")).rejects.toMatchObject({ code: "payload-key-missing" });
});

test("one from before there was a key is read as it is", async () => {
  await createReportStore(folder).put(report("old"));
  expect(readFileSync(join(folder, "old.json"), "utf8")).toContain("plover");
  expect(await createReportStore(folder, keys(newPayloadKey())).get("old")).toEqual(report("old"));
});

test("one that was changed is refused", async () => {
  const own = keys(newPayloadKey());
  const store = createReportStore(folder, own);
  await store.put(report("one"));
  const bytes = readFileSync(join(folder, "one.json"));
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  writeFileSync(join(folder, "one.json"), bytes);
  await expect(store.get("one")).rejects.toMatchObject({ code: "payload-damaged" });
});

test.each([
  "a b c",
  "münchen-checkout",
  "team/checkout/1",
  "../../etc/passwd",
  "-leading-dash",
  ".hidden",
  "emoji 🚀",
  "a".repeat(213),
  "ü".repeat(500),
  `_${"0".repeat(64)}`,
])("a report under the id %j is kept and found, within its folder", async (id) => {
  const store = createReportStore(folder);
  await store.put(report("plain"));
  await store.put(report(id));
  expect(await store.get(id)).toEqual(report(id));
  expect(await store.get("plain")).toEqual(report("plain"));
  expect(await store.get(`${id}x`)).toBeUndefined();
  expect(readdirSync(folder)).toHaveLength(2);
});

test.each(["", "{", '{"runId": ', "null", "[1]"])(
  "a stored report that holds %j is damaged, and said so by its file",
  async (text) => {
    const store = createReportStore(folder);
    await store.put(report("one"));
    writeFileSync(join(folder, "one.json"), text);
    await expect(store.get("one")).rejects.toMatchObject({
      code: "file-unreadable",
      message: `the stored report ${join(folder, "one.json")} is damaged and cannot be read`,
    });
  },
);
