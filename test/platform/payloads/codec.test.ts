/** The payload codec: what it hides, what it gives back, and what it refuses. */
import { defaultPayloadConverter, type Payload } from "@temporalio/common";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPayloadCodec } from "../../../src/platform/payloads/codec.js";
import { newPayloadKey, type PayloadKey, readPayloadKeys } from "../../../src/platform/payloads/keys.js";
import { createSealer } from "../../../src/platform/payloads/seal.js";

const [first, second] = keysOf(newPayloadKey(), newPayloadKey()) as [PayloadKey, PayloadKey];
const codec = createPayloadCodec(createSealer([first]));
const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value) as Payload;
const plainOf = (payload: Payload | undefined): unknown => defaultPayloadConverter.fromPayload(payload as Payload);
const one = async (payload: Payload): Promise<Payload> => (await codec.encode([payload]))[0] as Payload;
const text = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString("utf8");

function keysOf(...keys: string[]): PayloadKey[] {
  const read = readPayloadKeys(keys.join(" "));
  if (!read.ok) throw new Error(read.mustBe);
  return read.keys;
}

test("every value comes back as it was, of whatever kind", async () => {
  const values = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.uint8Array());
  await fc.assert(
    fc.asyncProperty(fc.array(values, { maxLength: 5 }), async (given) => {
      const encoded = await codec.encode(given.map(payloadOf));
      expect((await codec.decode(encoded)).map(plainOf)).toEqual(given.map(payloadOf).map(plainOf));
    }),
    { numRuns: 50 },
  );
});

test("nothing of a value is left but its length, its own kind included; the id of the key is told", async () => {
  const sealed = await one(payloadOf({ word: "plover", words: "plover ".repeat(50) }));
  expect(text(sealed.metadata?.encoding)).toBe("binary/encrypted");
  expect(text(sealed.metadata?.["encryption-key-id"])).toBe(first.id);
  expect(Object.keys(sealed)).toEqual(["metadata", "data"]);
  const all = JSON.stringify(sealed) + text(sealed.data);
  expect(all).not.toContain("plover");
  expect(all).not.toContain("json/plain");
});

test("the same value is never the same twice", async () => {
  const seen = new Set<string>();
  for (let count = 0; count < 500; count++) seen.add(text((await one(payloadOf("again"))).data?.subarray(0, 12)));
  expect(seen.size).toBe(500);
});

describe("what was changed is refused", () => {
  test("any flipped bit of the data, and any end cut off", async () => {
    const sealed = await one(payloadOf({ a: 1 }));
    const data = sealed.data as Uint8Array;
    for (let at = 0; at < data.length; at++) {
      const changed = Uint8Array.from(data);
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      await expect(codec.decode([{ ...sealed, data: changed }])).rejects.toMatchObject({ code: "payload-damaged" });
    }
    for (const length of [0, 5, 27, data.length - 1]) {
      await expect(codec.decode([{ ...sealed, data: data.subarray(0, length) }])).rejects.toMatchObject({
        code: "payload-damaged",
      });
    }
  });

  test("the id of another key that is here", async () => {
    const both = createPayloadCodec(createSealer([first, second]));
    const sealed = await one(payloadOf("x"));
    const metadata = { ...sealed.metadata, "encryption-key-id": new Uint8Array(Buffer.from(second.id)) };
    expect((await both.decode([sealed])).map(plainOf)).toEqual(["x"]);
    await expect(both.decode([{ ...sealed, metadata }])).rejects.toMatchObject({ code: "payload-damaged" });
  });

  test("what was sealed for another use", async () => {
    const sealer = createSealer([first]);
    for (const use of ["blob", "report"] as const) {
      const { keyId, bytes } = sealer.seal(use, Buffer.from("x"));
      expect(() => sealer.open("payload", { keyId, bytes })).toThrow("not what was encrypted");
    }
  });
});

describe("keys that come and go", () => {
  test("after a rotation the new key encrypts, and both decrypt", async () => {
    const before = await one(payloadOf("before"));
    const rotated = createPayloadCodec(createSealer([second, first]));
    const [after] = await rotated.encode([payloadOf("after")]);
    expect(text(after?.metadata?.["encryption-key-id"])).toBe(second.id);
    expect((await rotated.decode([before, after as Payload])).map(plainOf)).toEqual(["before", "after"]);
  });

  test("a key that is not here is named, with those that are", async () => {
    const sealed = await one(payloadOf("x"));
    await expect(createPayloadCodec(createSealer([second])).decode([sealed])).rejects.toMatchObject({
      code: "payload-key-missing",
      message: expect.stringContaining(`key ${first.id}, which is not here: here are ${second.id}`),
      hint: `add the key ${first.id} to AUTOOPS_PAYLOAD_KEY`,
    });
    await expect(createPayloadCodec(createSealer([])).decode([sealed])).rejects.toMatchObject({
      code: "payload-key-missing",
      message: expect.stringContaining("AUTOOPS_PAYLOAD_KEY is not set"),
    });
  });

  test("without any, plain payloads go through as they are", async () => {
    const plain = createPayloadCodec(createSealer([]));
    const payloads = [payloadOf("x")];
    expect(await plain.encode(payloads)).toEqual(payloads);
    expect(await plain.decode(payloads)).toEqual(payloads);
  });
});

test("what came in plain is read, and where encryption is required a note stands in its place", async () => {
  const plain = payloadOf({ node_id: "mend", approver: "eve" });
  expect((await codec.decode([plain])).map(plainOf)).toEqual([{ node_id: "mend", approver: "eve" }]);
  const strict = createPayloadCodec(createSealer([first]), true);
  const sealed = await one(payloadOf("sealed"));
  const values = (await strict.decode([plain, sealed])).map(plainOf);
  expect(values[1]).toBe("sealed");
  expect(JSON.stringify(values[0])).not.toContain("eve");
  expect(Object.keys(values[0] as object)).toEqual(["payload-not-encrypted"]);
});
