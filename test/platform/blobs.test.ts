/** The blob store: content by its digest, for the owner alone, verified on the way back. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createBlobStore } from "../../src/platform/blobs.js";
import { newPayloadKey, readPayloadKeys } from "../../src/platform/payloads/keys.js";
import { BLOB_MAX_BYTES } from "../../src/vocabulary/limits.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "blobs-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("what was put comes back by its reference, the same content under the same one", async () => {
  const store = createBlobStore(join(folder, "new"));
  const reference = await store.put("line one\nZeile zwei ü\n");
  expect(reference).toMatch(/^blob:sha256:[0-9a-f]{64}$/);
  expect(await store.put("line one\nZeile zwei ü\n")).toBe(reference);
  expect(await createBlobStore(join(folder, "new")).get(reference)).toBe("line one\nZeile zwei ü\n");
  expect(readdirSync(join(folder, "new"))).toEqual([reference.slice("blob:sha256:".length)]);
});

test("the directory and its files are the owner's alone, also where the directory was open before", async () => {
  const open = join(folder, "open");
  mkdirSync(open, { mode: 0o755 });
  const reference = await createBlobStore(open).put("x");
  expect(statSync(open).mode & 0o777).toBe(0o700);
  expect(statSync(join(open, reference.slice(12))).mode & 0o777).toBe(0o600);
});

test("content that was changed on the disk is refused, and mended by storing it again", async () => {
  const store = createBlobStore(folder);
  const reference = await store.put("true");
  writeFileSync(join(folder, reference.slice(12)), "false");
  await expect(store.get(reference)).rejects.toMatchObject({ code: "file-unreadable" });
  await store.put("true");
  expect(await store.get(reference)).toBe("true");
});

test("a reference that is unknown, a link, or no reference at all is refused", async () => {
  const store = createBlobStore(folder);
  const unknown = "0".repeat(64);
  await expect(store.get(`blob:sha256:${unknown}`)).rejects.toMatchObject({ code: "file-not-found" });
  symlinkSync("/etc/passwd", join(folder, unknown));
  await expect(store.get(`blob:sha256:${unknown}`)).rejects.toMatchObject({ code: "file-unreadable" });
  for (const text of ["../../etc/passwd", "blob:sha256:../x", `blob:sha256:${unknown}/..`, ""]) {
    await expect(store.get(text)).rejects.toMatchObject({ code: "params-invalid" });
  }
});

test("content over the limit is refused, and nothing is written", async () => {
  await expect(createBlobStore(folder).put("a".repeat(BLOB_MAX_BYTES + 1))).rejects.toMatchObject({
    code: "output-too-large",
  });
  expect(readdirSync(folder)).toEqual([]);
});

test("with a payload key the folder holds ciphertext under names that tell nothing", async () => {
  const read = readPayloadKeys(newPayloadKey());
  const keys = read.ok ? read.keys : [];
  const before = await createBlobStore(folder).put("from before");
  const store = createBlobStore(folder, keys);
  const reference = await store.put("plover on the disk");
  expect(await store.put("plover on the disk")).toBe(reference);
  const [name = ""] = readdirSync(folder).filter((other) => other !== before.slice(12));
  expect(name).toMatch(/^[0-9a-f]{64}$/);
  expect(name).not.toBe(reference.slice(12));
  expect(readFileSync(join(folder, name), "latin1")).not.toContain("plover");
  expect([await store.get(reference), await store.get(before)]).toEqual(["plover on the disk", "from before"]);
  await expect(createBlobStore(folder).get(reference)).rejects.toMatchObject({ code: "file-not-found" });
});
