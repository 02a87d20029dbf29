/** So many within a time: names and ids come from outside, and may be those that every object has. */
import { expect, test } from "vitest";
import { type Count, carriedCounts, countIn, isCount } from "../../../src/core/writes/counts.js";

const count = (id: string, name: string, most = 2): Count => ({ id, limits: [{ name, most }], withinMs: 60_000 });
const INHERITED = ["constructor", "toString", "valueOf", "hasOwnProperty", "isPrototypeOf"];

test.each(INHERITED)("a limit named %s counts as any, and changes nothing else", (name) => {
  expect(isCount(count("a1", name))).toBe(true);
  const before = Object.getOwnPropertyNames(Object).length;
  const state = {};
  expect(countIn(state, count("a1", name), 1_000)).toEqual({ ok: true });
  expect(countIn(state, count("a2", name), 1_001)).toEqual({ ok: true });
  expect(countIn(state, count("a3", name), 1_002)).toMatchObject({ ok: false, limit: name });
  expect(Object.getOwnPropertyNames(Object)).toHaveLength(before);
  expect(JSON.parse(JSON.stringify(state))).toEqual({ [name]: { a1: 1_000, a2: 1_001 } });
  expect(carriedCounts(JSON.parse(JSON.stringify(state)), 2_000)).toEqual(state);
});

test.each(INHERITED)("an id %s is counted, once", (id) => {
  const state = {};
  for (const atMs of [1_000, 1_001]) expect(countIn(state, count(id, "hooks", 1), atMs)).toEqual({ ok: true });
  expect(countIn(state, count("other", "hooks", 1), 1_002)).toMatchObject({ ok: false });
});
