/** Payload keys as they stand in the variable: several, in two spellings, and never repeated in a message. */
import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { readEnvironment } from "../../../src/platform/environment.js";
import { newPayloadKey, readPayloadKeys } from "../../../src/platform/payloads/keys.js";

const ids = (text: string) => {
  const read = readPayloadKeys(text);
  return read.ok ? read.keys.map(({ id }) => id) : read.mustBe;
};

test("a key has one id, in hexadecimal, in base64 and in base64url", () => {
  const bytes = Buffer.from(`fb${"ff".repeat(31)}`, "hex");
  const texts = [bytes.toString("hex"), bytes.toString("base64"), bytes.toString("base64url")];
  expect(new Set(texts).size).toBe(3);
  expect(new Set(texts.flatMap(ids)).size).toBe(1);
  expect(ids(texts[0] as string)).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
  expect(ids(newPayloadKey())).not.toEqual(ids(newPayloadKey()));
});

test("several keys keep their order, apart by commas, spaces or lines; one that stands twice counts once", () => {
  const keys = [newPayloadKey(), newPayloadKey(), newPayloadKey()];
  const each = keys.flatMap(ids);
  for (const text of [keys.join(","), keys.join(" "), `${keys.join("\n")}\n`, [...keys, keys[1]].join(", ")]) {
    expect(ids(text)).toEqual(each);
  }
});

test("what is no key is refused without a word of it", () => {
  const key = newPayloadKey();
  const wrong = [randomBytes(16).toString("base64"), key.slice(1), `${key}${key}`, "0".repeat(63), "correct horse"];
  for (const text of wrong) {
    for (const [value, told] of [
      [text, text],
      [`${key} ${text}`, text],
    ] as const) {
      const read = readEnvironment({ AUTOOPS_PAYLOAD_KEY: value });
      if (read.ok) throw new Error(`taken: ${value}`);
      const [problem] = read.problems;
      expect(problem).toMatchObject({ code: "environment-variable-invalid", at: "AUTOOPS_PAYLOAD_KEY" });
      const said = JSON.stringify(read.problems);
      for (const word of told.split(" ")) expect(said).not.toContain(word);
      expect(said).not.toContain(key);
    }
  }
  expect(ids("")).toContain("got 0");
  expect(ids(Array.from({ length: 17 }, newPayloadKey).join(" "))).toContain("got 17");
});

test("what was read can be printed, and shows the ids alone", () => {
  const key = newPayloadKey();
  const read = readEnvironment({ AUTOOPS_PAYLOAD_KEY: key });
  if (!read.ok) throw new Error("refused");
  const { variables: _, ...rest } = read.environment;
  const shown = `${inspect(rest, { depth: 9 })} ${JSON.stringify(rest)}`;
  expect(shown).toContain(read.environment.payloadKeys[0]?.id);
  for (const form of [key, Buffer.from(key, "base64").toString("hex")]) expect(shown).not.toContain(form);
});

test("no secret reference reaches the key, and what is required needs one", () => {
  const read = readEnvironment({ AUTOOPS_PAYLOAD_KEY: newPayloadKey(), OTHER: "x" });
  expect(read.ok && [read.environment.secretFrom("AUTOOPS_PAYLOAD_KEY"), read.environment.secretFrom("OTHER")]).toEqual(
    [undefined, "x"],
  );
  expect(readEnvironment({ AUTOOPS_PAYLOAD_REQUIRED: "true" })).toMatchObject({
    ok: false,
    problems: [{ code: "environment-variable-invalid", at: "AUTOOPS_PAYLOAD_KEY" }],
  });
});
