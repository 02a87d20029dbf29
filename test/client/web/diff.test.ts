import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diffLines } from "../../../src/client/web/diff.js";

const text = fc
  .array(fc.constantFrom("a", "b", "c", ""), { minLength: 1, maxLength: 12 })
  .map((lines) => lines.join("\n"));
const sideOf = (before: string, after: string, gone: "gone" | "new"): string =>
  (diffLines(before, after) ?? [])
    .filter((line) => line.kind === "same" || line.kind === gone)
    .map((line) => line.text)
    .join("\n");

describe("the lines that change between two texts", () => {
  test("are marked where they stood and where they come", () => {
    expect(diffLines("a\nb\nc", "a\nx\nc")).toEqual([
      { kind: "same", text: "a" },
      { kind: "gone", text: "b" },
      { kind: "new", text: "x" },
      { kind: "same", text: "c" },
    ]);
  });

  test("give both texts back, whatever they are", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(sideOf(before, after, "gone")).toBe(before);
        expect(sideOf(before, after, "new")).toBe(after);
      }),
    );
  });

  test("are none where nothing changes", () => {
    fc.assert(
      fc.property(text, (same) => {
        expect(diffLines(same, same)?.every((line) => line.kind === "same")).toBe(true);
      }),
    );
  });

  test("are not sought in texts that are too long", () => {
    expect(diffLines("a\n".repeat(700), "b")).toBeUndefined();
  });
});
