import { describe, expect, test } from "vitest";
import { asAsked, themesOf } from "../../../../../src/activities/tools/kit/investigation/themes.js";
import type { Evidence } from "../../../../../src/core/investigation/evidence.js";

const sign = (service: string, code: string, text: string, sure = 0.6): Evidence => ({
  ...{ service, code, text, sure, sign: "saturated", kind: "health", own: true, current: true, node: "n", query: "q" },
});
const HOSTS = new Set(["box"]);
const weight = (goal: string, one: Evidence) => asAsked([one], themesOf(goal), HOSTS)[0]?.sure ?? 0;

describe("what a goal is about", () => {
  test.each([
    ["memory of the shop grows and grows", ["memory"]],
    ["something leaks", ["memory"]],
    ["no space left on the server", ["disk"]],
    ["browsers complain about https", ["certificate"]],
    ["something blocks in postgres", ["locks"]],
    ["customers cannot pay", []],
    ["the shop is down", []],
    ["a memorable blockage of the clockwork page", []],
  ])("%s", (goal, names) => expect(themesOf(goal)).toEqual(names));

  test("makes signs of the same surer, and other shortages of the machine less", () => {
    const grows = sign("shop", "memory-grows", "shop:1 grew to 300 MB");
    const busy = sign("box", "cpu-full", "all CPUs are busy");
    expect(weight("memory grows", grows)).toBeGreaterThan(grows.sure);
    expect(weight("memory grows", busy)).toBeLessThan(busy.sure);
    expect(weight("the CPU is busy", busy)).toBeGreaterThan(busy.sure);
    expect(weight("customers cannot pay", busy)).toBe(busy.sure);
    expect(weight("memory grows", sign("shop", "cpu-jump", "uses 2 CPUs"))).toBe(0.6);
  });

  test("makes nothing of what hardly tells anything", () => {
    const weak = sign("shop", "memory-low", "memory", 0.2);
    expect(weight("memory grows", weak)).toBe(0.2);
    expect(weight("memory grows", { ...sign("shop", "memory-grows", "grew to 1 GB"), current: false })).toBe(0.6);
  });
});
