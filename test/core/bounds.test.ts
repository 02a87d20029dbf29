/** What came from outside is bounded before anything walks it. */
import { describe, expect, test } from "vitest";
import { beyondBounds, INPUT_BOUNDS } from "../../src/core/bounds.js";
import { readAnswer } from "../../src/core/gate/answer.js";
import { addPause, emptyLedger, isWriteStart } from "../../src/core/writes/ledger.js";

/** One piece of memory: joining the parts of a text takes its time when it is first read. */
const flat = (text: string): string => Buffer.from(text).toString();

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? { a: value } : [value];
  return value;
};

describe("a value within bounds", () => {
  const bounds = { depth: 4, values: 10, chars: 20 };
  test.each([
    ["a text", "x".repeat(20), undefined],
    ["a longer text", "x".repeat(21), "must have at most 20 characters of text"],
    ["keys count as text", { ["k".repeat(21)]: 1 }, "must have at most 20 characters of text"],
    ["three levels around a number", nested(3), undefined],
    ["four of them", nested(4), "must nest at most 4 levels deep"],
    ["nine in a list", Array.from({ length: 9 }, () => 0), undefined],
    ["ten in a list", Array.from({ length: 10 }, () => 0), "must hold at most 10 values"],
    ["a sparse list", new Array(1_000_000_000), "must hold at most 10 values"],
    ["nothing", undefined, undefined],
  ])("%s", (_, value, beyond) => expect(beyondBounds(value, bounds)).toBe(beyond));

  test("no depth exhausts the stack", () => {
    expect(beyondBounds(nested(1_000_000), INPUT_BOUNDS)).toMatch(/nest at most/);
  });
});

test("a decision whose params nest twenty thousand levels is refused, not thrown over", () => {
  const read = readAnswer({ node_id: "w", approver: "ann", params: nested(20_000) });
  expect(read).toMatchObject({ ok: false, message: expect.stringContaining("params must be an object of at most") });
});

test("a pause with megabytes as its reason holds, and costs no more than one with some thousands of characters", () => {
  const given = (by: number) => ({
    id: "pause-12345",
    scope: "all",
    reason: flat(`window is wrong password=hunter2 ${"jwt=]".repeat(by)}`),
    by: flat("jwt=] ".repeat(by)),
  });
  const pause = addPause(emptyLedger(), given(400_000), 1);
  expect(pause?.reason).toMatch(/^window is wrong password=\[redacted:password\]/);
  expect([pause?.reason.length, pause?.by.length].every((length) => length !== undefined && length <= 500)).toBe(true);
  const work = (by: number): number => {
    const pauses = Array.from({ length: 5 }, () => given(by));
    const before = process.cpuUsage();
    for (const one of pauses) addPause(emptyLedger(), one, 1);
    return process.cpuUsage(before).user;
  };
  // Redacted whole, it took a hundred times as long.
  expect(work(400_000)).toBeLessThan(30 * Math.max(work(4_000), 5_000));
});

test("a write whose target is no name is not counted", () => {
  const write = { key: "k", runKey: "r", environment: "production" };
  expect(isWriteStart({ ...write, target: "shop" })).toBe(true);
  expect(isWriteStart({ ...write, target: "x".repeat(1_000_000) })).toBe(false);
  expect(isWriteStart({ ...write, namespace: nested(20_000) })).toBe(false);
});
