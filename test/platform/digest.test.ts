/** Digests of JSON values: the same for the same value, whatever the order of its members. */
import { expect, test } from "vitest";
import { digestOf } from "../../src/platform/digest.js";

test("the order of members and absent ones make no difference", () => {
  expect(digestOf({ a: 1, b: [true, null] })).toBe(digestOf({ b: [true, null], c: undefined, a: 1 }));
});

test("another value, type or order of a list is another digest", () => {
  const digests = [{ a: 1 }, { a: "1" }, { a: [1, 2] }, { a: [2, 1] }, { b: 1 }, null, []].map(digestOf);
  expect(new Set(digests).size).toBe(digests.length);
});

test("text that is not well formed has a digest all the same", () => {
  expect(digestOf({ a: "x\ud800y" })).toMatch(/^[0-9a-f]{64}$/);
  expect(digestOf({ a: "x\ud800y" })).toBe(digestOf({ a: "x\udfffy" }));
  expect(digestOf({ a: "x\u{1f600}y" })).not.toBe(digestOf({ a: "x\ufffdy" }));
});
