/** Results in a bucket: signed, by content, verified, and told apart when something is wrong. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { configuredStore } from "../../../src/platform/blobs/configured.js";
import { createContents } from "../../../src/platform/blobs/contents.js";
import { blobStoreOn } from "../../../src/platform/blobs.js";
import { loadConfig } from "../../../src/platform/config-file.js";
import { readEnvironment } from "../../../src/platform/environment.js";
import { newPayloadKey } from "../../../src/platform/payloads/keys.js";
import { ACCESS_KEY, BUCKET, type S3, SECRET_KEY, startS3 } from "../../support/s3.js";

let s3: S3;
let home: string;
const key = newPayloadKey();
beforeAll(async () => {
  s3 = await startS3();
  home = mkdtempSync(join(tmpdir(), "autoops-bucket-"));
});
afterAll(async () => {
  await s3.stop();
  rmSync(home, { recursive: true, force: true });
});
beforeEach(() => {
  s3.received.length = 0;
});

interface Wish {
  blobs?: object;
  variables?: Record<string, string>;
  network?: object;
}

/** As the worker makes it: from the files and variables of a machine. */
async function contentsWith({ blobs = {}, variables = {}, network = {} }: Wish = {}) {
  const settings = {
    kind: "s3",
    endpoint: s3.endpoint,
    bucket: BUCKET,
    region: "eu-central-1",
    access_key: "env:S3_KEY",
    secret_key: "env:S3_SECRET",
    ...blobs,
  };
  writeFileSync(join(home, "config.yaml"), JSON.stringify({ version: "1.0", blobs: settings }), { mode: 0o600 });
  const given = { AUTOOPS_HOME: home, S3_KEY: ACCESS_KEY, S3_SECRET: SECRET_KEY, ...variables };
  const read = readEnvironment(given);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const loaded = await loadConfig(read.environment);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const local = { config: loaded.config, environment: read.environment };
  const shelf = configuredStore(local, async () => ({ ok: true, policy: { network } }));
  return createContents(shelf, read.environment.payloadKeys);
}
const storeWith = async (wish?: Wish) => blobStoreOn(await contentsWith(wish));
const paths = () => s3.received.map(({ method, path }) => `${method} ${path}`);

test("what was put comes back by its reference, from under its digest; each request carries a good signature", async () => {
  const store = await storeWith();
  const reference = await store.put("line one\nZeile zwei ü\n");
  expect(await store.get(reference)).toBe("line one\nZeile zwei ü\n");
  const path = `/${BUCKET}/autoops/${reference.slice("blob:sha256:".length)}`;
  expect(paths()).toEqual([`PUT ${path}`, `GET ${path}`]);
  expect(s3.received[0]?.headers["x-amz-server-side-encryption"]).toBeUndefined();
  expect((await s3.object(path)).toString()).toBe("line one\nZeile zwei ü\n");
});

test("bytes of any kind and more than an answer may usually have come back as they were", async () => {
  const contents = await contentsWith();
  const bytes = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), randomBytes(11_000_000)]);
  const digest = await contents.put(bytes);
  expect(digest).toBe(createHash("sha256").update(bytes).digest("hex"));
  expect((await contents.get(digest))?.equals(bytes)).toBe(true);
});

test("with a payload key the bucket holds ciphertext, under names that tell nothing", async () => {
  const store = await storeWith({ variables: { AUTOOPS_PAYLOAD_KEY: key } });
  const reference = await store.put("plover in the bucket");
  expect(await store.get(reference)).toBe("plover in the bucket");
  const [put] = s3.received;
  expect(put?.path).not.toContain(reference.slice("blob:sha256:".length));
  expect(put?.body.toString("latin1")).not.toContain("plover");
  expect(put?.body.toString("latin1")).toMatch(/^autoops-sealed 1 [0-9a-f]{16}\n/);
});

test("what was stored in plain, or under an earlier key, is found after the key has changed", async () => {
  const plain = await (await storeWith()).put("from before");
  const earlier = await (await storeWith({ variables: { AUTOOPS_PAYLOAD_KEY: key } })).put("by the first key");
  const rotated = await storeWith({ variables: { AUTOOPS_PAYLOAD_KEY: `${newPayloadKey()} ${key}` } });
  expect(await rotated.get(plain)).toBe("from before");
  expect(await rotated.get(earlier)).toBe("by the first key");
  const other = await storeWith({ variables: { AUTOOPS_PAYLOAD_KEY: newPayloadKey() } });
  await expect(other.get(earlier)).rejects.toMatchObject({ code: "file-not-found" });
});

test("what was changed in the bucket is refused", async () => {
  const store = await storeWith();
  const reference = await store.put("true");
  await s3.change(String(s3.received[0]?.path), Buffer.from("false"));
  await expect(store.get(reference)).rejects.toMatchObject({ code: "file-unreadable" });
  const sealed = await storeWith({ variables: { AUTOOPS_PAYLOAD_KEY: key } });
  s3.received.length = 0;
  const other = await sealed.put("sealed");
  const path = String(s3.received[0]?.path);
  const bytes = await s3.object(path);
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  await s3.change(path, bytes);
  await expect(sealed.get(other)).rejects.toMatchObject({ code: "payload-damaged" });
});

test("the server is asked to encrypt where the configuration says so, and told a session's token", async () => {
  const blobs = { encryption: "aws:kms", kms_key: "alias/results", session_token: "env:S3_TOKEN", prefix: "a/b/" };
  const store = await storeWith({ blobs, variables: { S3_TOKEN: "the-session" } });
  await store.get(await store.put("x"));
  expect(s3.received.map(({ headers }) => headers["x-amz-security-token"])).toEqual(["the-session", "the-session"]);
  expect(s3.received[0]?.headers).toMatchObject({
    "x-amz-server-side-encryption": "aws:kms",
    "x-amz-server-side-encryption-aws-kms-key-id": "alias/results",
  });
  expect(s3.received[0]?.path).toMatch(/^\/autoops-results\/a\/b\/[0-9a-f]{64}$/);
});

describe("what goes wrong is told apart", () => {
  test("a wrong secret, a bucket that is not there, a server that fails, an object that is not there", async () => {
    const wrong = await storeWith({ variables: { S3_SECRET: "another" } });
    const denied = await wrong.put("x").catch((error: Error) => error);
    expect(denied).toMatchObject({
      code: "source-denied",
      message: `the bucket ${BUCKET} could not be put into: it answered 403 (SignatureDoesNotMatch)`,
    });
    expect(JSON.stringify(denied)).not.toContain("another");
    const nowhere = await storeWith({ blobs: { bucket: "not-there" } });
    await expect(nowhere.put("x")).rejects.toMatchObject({ code: "source-refused" });
    await expect(nowhere.get(`blob:sha256:${"0".repeat(64)}`)).rejects.toMatchObject({ code: "source-refused" });
    const store = await storeWith();
    s3.fails = { status: 503, text: "<Error><Code>SlowDown</Code></Error>" };
    await expect(store.put("x")).rejects.toMatchObject({ code: "source-unreachable" });
    await expect(store.get(`blob:sha256:${"0".repeat(64)}`)).rejects.toMatchObject({ code: "file-not-found" });
  });

  test("a secret that is not set, and a policy that does not let the request out: nothing is sent", async () => {
    await expect((await storeWith({ variables: { S3_SECRET: "" } })).put("x")).rejects.toMatchObject({
      code: "secret-missing",
    });
    const blocked = await storeWith({ network: { blocked_hosts: ["127.0.0.1"] } });
    await expect(blocked.put("x")).rejects.toMatchObject({ code: "host-not-allowed" });
    expect(s3.received).toEqual([]);
  });

  test("settings that cannot be meant are refused by name", async () => {
    const wrong: Array<[object, string]> = [
      [{ endpoint: "http://s3.example.com" }, "blobs.endpoint"],
      [{ endpoint: `${s3.endpoint}/path` }, "blobs.endpoint"],
      [{ bucket: "../x" }, "blobs.bucket"],
      [{ prefix: "../" }, "blobs.prefix"],
      [{ secret_key: SECRET_KEY }, "blobs.secret_key"],
      [{ kms_key: "k" }, "blobs.kms_key"],
    ];
    for (const [blobs, at] of wrong) await expect(storeWith({ blobs }), at).rejects.toThrow(at);
  });
});
