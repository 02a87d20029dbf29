import { describe, expect, test } from "vitest";
import { diagnose } from "../../../src/core/investigation/diagnose.js";
import type { Component, Evidence } from "../../../src/core/investigation/evidence.js";

const NOW = Date.parse("2026-11-22T10:00:00Z");
const at = (minutesAgo: number) => NOW - minutesAgo * 60_000;

const COMPONENTS: Component[] = [
  { name: "front", kinds: ["nginx"], role: "proxy", calls: ["orders"], runsOn: ["host"] },
  { name: "orders", kinds: ["service"], role: "app", calls: ["store"], runsOn: ["host"] },
  { name: "store", kinds: ["postgres"], role: "database", calls: [], runsOn: ["host"] },
  { name: "mailer", kinds: ["service"], role: "app", calls: ["broker"], runsOn: ["host"] },
  { name: "broker", kinds: ["rabbitmq"], role: "queue", calls: [], runsOn: ["host"] },
  { name: "rates-import", kinds: [], role: "app", calls: [], runsOn: [] },
  { name: "island", kinds: ["service"], role: "app", calls: [], runsOn: [] },
  { name: "host", kinds: ["node"], role: "host", calls: [], runsOn: [] },
];

function sign(service: string, more: Partial<Evidence>): Evidence {
  return {
    ...{ service, code: "x", sign: "errors", kind: "health", own: false, sure: 0.7, text: "text", current: true },
    ...{ node: "health", query: "q", onset: { fromMs: at(6), toMs: at(5) } },
    ...more,
  };
}
/** Since some minutes before anything else: another trouble. */
const DOWN: Partial<Evidence> = { sign: "down", own: true, sure: 0.95, onset: { fromMs: at(9), toMs: at(8) } };
const best = (evidence: Evidence[], target?: string) => diagnose(evidence, COMPONENTS, target).suspects[0]?.service;

describe("what a question means", () => {
  test.each([
    ["what it names suffers", [sign("orders", { sign: "slow", sure: 0.55 })], "orders", "orders"],
    [
      "what it names needs one that is ill",
      [sign("store", { sign: "locked", own: true, sure: 0.6 })],
      "front",
      "store",
    ],
    ["what it names is ill itself and needs nothing", [sign("island", { own: true, sure: 0.55 })], "island", "island"],
    [
      "a sign tells what it asks about",
      [sign("rates-import", { sign: "stalled", own: true, sure: 0.65, asked: true })],
      undefined,
      "rates-import",
    ],
    [
      "a series tells what it asks about",
      [sign("island", { kind: "series", sure: 0.5, asked: true })],
      undefined,
      "island",
    ],
  ])("comes before a surer trouble elsewhere where %s", (_, named, target, wanted) => {
    const other = sign("broker", DOWN);
    expect(best([...named, other, sign("broker", { ...DOWN, kind: "alert" })], target)).toBe(wanted);
  });

  test("words of a question that mean a service bring its trouble to the front, and claim nothing where it shows none", () => {
    const evidence = [
      sign("store", DOWN),
      sign("store", { ...DOWN, kind: "alert" }),
      sign("mailer", { ...DOWN, sure: 0.8 }),
    ];
    const called = (...names: string[]) => diagnose(evidence, COMPONENTS, undefined, [], names);
    expect(called().suspects[0]?.service).toBe("store");
    expect(called("mailer")).toMatchObject({ suspects: [{ service: "mailer" }, {}], besides: ["store"] });
    expect(called("island", "gone")).toMatchObject({ isElsewhere: false, suspects: [{ service: "store" }, {}] });
    expect(called("rates-import", "broker").suspects[0]?.service).toBe("mailer");
  });

  test("that other trouble is told beside it, and makes nobody less sure of the named one", () => {
    const told = diagnose([sign("store", DOWN), sign("broker", DOWN)], COMPONENTS, "orders");
    expect(told).toMatchObject({ certainty: "likely", besides: ["broker"], suspects: [{ service: "store" }, {}] });
    expect(diagnose([sign("store", DOWN), sign("orders", {})], COMPONENTS, "orders").besides).toEqual([]);
  });

  test("of one service the sign that tells what was asked is told first", () => {
    const stale = sign("host", { kind: "alert", sign: "stalled", sure: 0.6, asked: true });
    const busy = sign("host", { sign: "saturated", own: true, sure: 0.72 });
    expect(diagnose([busy, stale], COMPONENTS, "host").suspects[0]?.evidence[0]?.sign).toBe("stalled");
    const weak = { ...stale, sure: 0.3 };
    expect(diagnose([busy, weak], COMPONENTS, "host").suspects[0]?.evidence[0]?.sign).toBe("saturated");
  });

  test("who names a service means that one, and not whatever its words stand in besides", () => {
    const evidence = [sign("front", {}), sign("orders", { own: true, sure: 0.72 })];
    const told = diagnose(evidence, COMPONENTS, "mailer", [], ["mailer", "store"]);
    expect(told).toMatchObject({ isElsewhere: true, suspects: [{ service: "orders", score: expect.any(Number) }, {}] });
  });

  test("that callers of what it means suffer keeps no other trouble back", () => {
    const broken = [sign("front", {}), sign("orders", {}), sign("mailer", { own: true, sure: 0.9 })];
    expect(diagnose(broken, COMPONENTS, "store").suspects[0]?.service).toBe("mailer");
  });

  test("what a machine passes on of a job is about nobody that runs there", () => {
    const stale = sign("host", { kind: "alert", sign: "stalled", sure: 0.55, asked: true });
    const told = diagnose([stale, sign("mailer", DOWN), sign("mailer", { ...DOWN, kind: "alert" })], COMPONENTS);
    expect(told.suspects[0]).toMatchObject({ service: "host", evidence: [{ sign: "stalled" }] });
  });

  test("two troubles that nobody asked about in particular are both told", () => {
    const told = diagnose(
      [sign("store", DOWN), sign("broker", DOWN), sign("host", { sign: "saturated", own: true })],
      COMPONENTS,
    );
    expect([told.suspects[0]?.service, ...(told.besides ?? [])].sort()).toEqual(["broker", "store"]);
  });

  test.each([
    ["nothing shows there", []],
    [
      "what shows there is over, or hardly anything",
      [sign("orders", { current: false }), sign("store", { sure: 0.2 })],
    ],
    ["only its machine is busy", [sign("host", { sign: "saturated", own: true, sure: 0.72 })]],
    ["only a series shifted", [sign("orders", { kind: "series", sure: 0.5 })]],
  ])("where %s another trouble is elsewhere, and nobody calls it the cause", (_, near) => {
    const told = diagnose(
      [...near, sign("broker", DOWN), sign("broker", { ...DOWN, kind: "alert" })],
      COMPONENTS,
      "orders",
    );
    expect(told).toMatchObject({ trouble: true, certainty: "inconclusive", isElsewhere: true });
    expect(told.suspects[0]?.service).toBe("broker");
  });

  test("of what needs nobody knows, anything may be the cause", () => {
    const told = diagnose([sign("broker", DOWN)], COMPONENTS, "island");
    expect(told).toMatchObject({ certainty: "likely", isElsewhere: false, suspects: [{ service: "broker" }] });
    expect(best([sign("island", { sure: 0.6 }), sign("broker", DOWN)], "island")).toBe("broker");
  });

  test("who shares a store with it may hold it up", () => {
    const producer: Component = { name: "shop", kinds: ["service"], role: "app", calls: ["broker"], runsOn: [] };
    const evidence = [sign("mailer", { sign: "stalled", sure: 0.6 }), sign("shop", DOWN)];
    expect(diagnose(evidence, [...COMPONENTS, producer], "mailer").suspects[0]?.service).toBe("shop");
  });
});
