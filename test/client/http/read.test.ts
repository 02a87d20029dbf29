/** What a request carries is bounded before a schema walks it. */
import type { Request } from "express";
import { expect, test } from "vitest";
import { Refusal } from "../../../src/client/http/problem-document.js";
import { bodyOf } from "../../../src/client/http/read.js";
import { decisionBodySchema } from "../../../src/schema/api.js";

const codesOf = (body: unknown): unknown => {
  try {
    bodyOf({ body } as Request, decisionBodySchema);
    return "taken";
  } catch (error) {
    // Anything else is a bug, which callers get as 500.
    return error instanceof Refusal ? error.problems.map(({ code }) => code) : error;
  }
};

test("JSON that nests twenty thousand levels is refused with its code", () => {
  const deep: unknown = JSON.parse(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`);
  expect(codesOf({ decision: "approve", params: deep })).toEqual(["document-too-large"]);
  expect(codesOf(deep)).toEqual(["document-too-large"]);
  expect(codesOf({ decision: "approve", params: { target: "shop" } })).toBe("taken");
});

test("a body that is none is the schema's to refuse", () => {
  expect(codesOf(undefined)).toEqual(expect.arrayContaining(["field-invalid"]));
});
