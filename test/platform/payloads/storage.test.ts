/** The net below Temporal's limits: what it keeps, what it leaves in history, and what it says of what is gone. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultPayloadConverter, type Payload, StorageDriverClaim } from "@temporalio/common";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFolder } from "../../../src/platform/blobs/folder.js";
import { createPayloadStorage } from "../../../src/platform/payloads/storage.js";
import { PAYLOAD_STORED_MAX_BYTES } from "../../../src/vocabulary/payload-limits.js";

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "autoops-storage-")), "blobs");
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value) as Payload;
const storage = (keeps: "shared" | "local" | "none") =>
  createPayloadStorage({ keeps, contentStore: async () => createFolder(folder) });
const driverOf = (keeps: "shared" | "local") => {
  const [driver] = storage(keeps).drivers;
  if (driver === undefined) throw new Error("no driver");
  return driver;
};

test("payloads come back as they were, in their order", async () => {
  const driver = driverOf("local");
  const payloads = ["one", { two: 2 }, undefined].map(payloadOf);
  const claims = await driver.store({}, payloads);
  const values = (await driver.retrieve({}, claims)).map((payload) => defaultPayloadConverter.fromPayload(payload));
  expect(values).toEqual(["one", { two: 2 }, undefined]);
});

test("a store of one machine is used only where Temporal would refuse, a shared one earlier, a client's never", () => {
  expect(storage("local").payloadSizeThreshold).toBeGreaterThan(1_000_000);
  expect(storage("local").payloadSizeThreshold).toBeLessThan(2_000_000);
  expect(storage("shared").payloadSizeThreshold).toBeLessThanOrEqual(256 * 1024);
  expect(storage("none").driverSelector({}, payloadOf("x"))).toBeNull();
  expect(storage("local").driverSelector({}, payloadOf("x"))?.name).toBe("autoops");
});

test("what is gone is named with the way out, and no reference leads outside the store", async () => {
  const driver = driverOf("local");
  mkdirSync(folder);
  writeFileSync(join(folder, "..", "secret"), "of the machine");
  for (const digest of ["0".repeat(64), "../../secret", "x/../../secret", ""]) {
    await expect(driver.retrieve({}, [new StorageDriverClaim({ digest })])).rejects.toMatchObject({
      code: "file-not-found",
      hint: expect.stringContaining("blobs in config.yaml"),
    });
  }
});

test("what is larger than any that is stored is refused, and nothing is written", async () => {
  const payload = payloadOf("x".repeat(PAYLOAD_STORED_MAX_BYTES));
  await expect(driverOf("shared").store({}, [payload])).rejects.toMatchObject({ code: "output-too-large" });
  expect(() => readdirSync(folder)).toThrow("ENOENT");
});
