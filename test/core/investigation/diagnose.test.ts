import { describe, expect, test } from "vitest";
import { diagnose } from "../../../src/core/investigation/diagnose.js";
import type { Component, Evidence } from "../../../src/core/investigation/evidence.js";

const NOW = Date.parse("2026-11-22T10:00:00Z");
const at = (minutesAgo: number) => NOW - minutesAgo * 60_000;

const COMPONENTS: Component[] = [
  { name: "front", kinds: ["nginx"], role: "proxy", calls: ["orders"], runsOn: ["host"] },
  { name: "orders", kinds: ["service"], role: "app", calls: ["store", "cache"], runsOn: ["host"] },
  { name: "store", kinds: ["postgres"], role: "database", calls: [], runsOn: ["host"] },
  { name: "cache", kinds: ["redis"], role: "cache", calls: [], runsOn: ["host"] },
  { name: "worker", kinds: ["service"], role: "app", calls: ["broker"], runsOn: [] },
  { name: "broker", kinds: ["rabbitmq"], role: "queue", calls: [], runsOn: [] },
  { name: "host", kinds: ["node"], role: "host", calls: [], runsOn: [] },
];

function sign(service: string, more: Partial<Evidence>): Evidence {
  return {
    ...{ service, code: "x", sign: "errors", kind: "health", own: false, sure: 0.7, text: "text", current: true },
    ...{ node: "health", query: "q", onset: { fromMs: at(6), toMs: at(5) } },
    ...more,
  };
}
const DOWN: Partial<Evidence> = { sign: "down", own: true, sure: 0.95 };

describe("diagnose", () => {
  test("names what is ill itself, below those that only suffer", () => {
    const evidence = [
      sign("front", {}),
      sign("orders", {}),
      sign("store", DOWN),
      sign("store", { ...DOWN, kind: "alert" }),
    ];
    const told = diagnose(evidence, COMPONENTS, "front");
    expect(told.suspects[0]).toMatchObject({ service: "store", explains: ["front", "orders"] });
    expect(told).toMatchObject({ trouble: true, certainty: "confirmed" });
    expect(told.suffers.sort()).toEqual(["front", "orders"]);
  });

  test("with nothing ill below it, names the service that fails, and is less sure", () => {
    const told = diagnose([sign("front", {}), sign("orders", {})], COMPONENTS);
    expect(told.suspects[0]?.service).toBe("orders");
    expect(told.certainty).not.toBe("confirmed");
  });

  test("a service that fails and was changed, with nothing ill below it, is likely the cause", () => {
    const change = { sign: "changed", own: true, sure: 0.49 };
    const told = diagnose([sign("front", {}), sign("orders", {}), sign("orders", change)], COMPONENTS);
    expect(told).toMatchObject({ certainty: "likely", suspects: [{ service: "orders" }, {}] });
    expect(diagnose([sign("orders", change)], COMPONENTS).trouble).toBe(false);
  });

  test("stays quiet where nothing holds, where it is over, and where signs are weak", () => {
    expect(diagnose([], COMPONENTS)).toMatchObject({ trouble: false, suspects: [] });
    expect(diagnose([sign("store", { ...DOWN, current: false })], COMPONENTS).trouble).toBe(false);
    expect(diagnose([sign("store", { sign: "restarted", own: true, sure: 0.4 })], COMPONENTS).trouble).toBe(false);
  });

  test("sets nothing aside for seconds that were not measured, and counts less what began minutes later", () => {
    const lateBy = (minutes: number) =>
      diagnose(
        [sign("orders", {}), sign("store", { ...DOWN, onset: { fromMs: at(6 - minutes), toMs: at(5.8 - minutes) } })],
        COMPONENTS,
      ).suspects.find(({ service }) => service === "store")?.score ?? 0;
    expect(lateBy(0.5)).toBe(lateBy(0));
    expect(lateBy(4)).toBeLessThan(lateBy(0));
  });

  test("what was away all along is less likely what began just now; what was full all along may be", () => {
    const scoreOf = (more: Partial<Evidence>) =>
      diagnose([sign("orders", {}), sign("store", { ...DOWN, ...more })], COMPONENTS).suspects.find(
        ({ service }) => service === "store",
      )?.score ?? 0;
    expect(scoreOf({ onset: { toMs: at(55) } })).toBeLessThan(scoreOf({}));
    expect(scoreOf({ sign: "full", onset: { toMs: at(55) } })).toBe(scoreOf({ sign: "full" }));
  });

  test("that people took the only server out is told first, before what its users see of that", () => {
    const seen = [
      sign("front", { kind: "log", sure: 0.45, asked: true, text: "503" }),
      sign("front", { sign: "backend-down", sure: 0.85 }),
      sign("front", { code: "server-maintenance", sign: "misconfigured", own: true, sure: 0.6, text: "by hand" }),
    ];
    expect(diagnose(seen, COMPONENTS).suspects[0]).toMatchObject({
      service: "front",
      evidence: [{ text: "by hand" }, {}, {}],
    });
  });

  describe("work piles up in a queue", () => {
    const pile = sign("broker", { sign: "stalled", sure: 0.65, code: "backlog" });
    const components = [
      ...COMPONENTS,
      { name: "intake", kinds: ["service"], role: "app", calls: ["broker"], runsOn: [] },
    ];
    const fell = (service: string, more: Partial<Evidence>) =>
      sign(service, { ...more, text: "worker_messages_processed_total fell from 5.9 to 0.2 a second" });

    test.each([
      ["a series that all but stopped", fell("worker", { kind: "series", sign: "stalled", sure: 0.5 })],
      ["a rule", sign("worker", { sign: "traffic", sure: 0.5, text: "hardly any request arrives" })],
      ["a series that halved", fell("worker", { kind: "series", sign: "changed", sure: 0.2, code: "events_total" })],
    ])("who takes less from it is ill itself: %s", (_, less) => {
      const started = sign("broker", { sign: "restarted", own: true, sure: 0.4 });
      const slow = sign("orders", { sign: "slow", sure: 0.55 });
      const told = diagnose([pile, less, started, slow], components);
      expect(told.suspects[0]).toMatchObject({ service: "worker", evidence: [{ own: true }] });
      expect(told.suspects[0]?.evidence[0]?.text).toContain("while work waits for it in broker");
    });

    test("nobody is blamed where the queue itself is ill, or where all that use it do less", () => {
      const full = sign("broker", { sign: "full", own: true, sure: 0.95 });
      const less = fell("worker", { kind: "series", sign: "stalled", sure: 0.5 });
      expect(diagnose([pile, less, full], components).suspects[0]?.service).toBe("broker");
      const both = ["worker", "intake"].map((name) =>
        fell(name, { kind: "series", sign: "changed", sure: 0.2, code: "events_total" }),
      );
      const told = diagnose([pile, ...both], components);
      expect(told.suspects.some(({ evidence }) => evidence.some(({ text }) => text.includes("while work")))).toBe(
        false,
      );
    });
  });

  test("what refused all along, while others suffer since minutes only, is not confirmed", () => {
    const refuses = sign("store", { sign: "refusing", own: true, sure: 0.85, onset: { toMs: at(55) } });
    const told = diagnose([sign("orders", {}), refuses], COMPONENTS);
    expect(told.certainty).not.toBe("confirmed");
  });

  test("a proxy whose servers were taken out by hand is the cause, unless they are down besides", () => {
    const out = sign("front", { code: "server-maintenance", sign: "misconfigured", own: true, sure: 0.6 });
    const none = sign("orders", { sign: "backend-down", own: true, sure: 0.85, teller: "front" });
    expect(diagnose([none], COMPONENTS).suspects[0]?.service).toBe("orders");
    expect(diagnose([out, none], COMPONENTS).suspects[0]).toMatchObject({ service: "front" });
    expect(diagnose([out, none, sign("orders", DOWN)], COMPONENTS).suspects[0]?.service).toBe("orders");
  });

  test("that nobody can see a thing is a trouble of its own, and hardly what others suffer from", () => {
    const unseen = sign("cache", { sign: "unreachable", own: true, sure: 0.55 });
    expect(diagnose([unseen], COMPONENTS).suspects[0]?.score).toBeGreaterThanOrEqual(0.5);
    const slow = sign("store", { sign: "slow", own: true, sure: 0.5 });
    expect(diagnose([unseen, slow, sign("front", {})], COMPONENTS).suspects[0]?.service).toBe("store");
  });

  test("a complaint that has nothing to do with a service sets it aside for no lateness", () => {
    const leftOver = sign("broker", { sign: "stalled", sure: 0.6, onset: { fromMs: at(21), toMs: at(20) } });
    const told = diagnose([leftOver, sign("front", DOWN)], COMPONENTS);
    expect(told.suspects[0]?.service).toBe("front");
    const behind = sign("orders", { onset: { fromMs: at(21), toMs: at(20) } });
    const late = diagnose([behind, sign("store", DOWN)], COMPONENTS).suspects.find(
      ({ service }) => service === "store",
    );
    expect(late?.score).toBeLessThan(told.suspects[0]?.score ?? 0);
  });

  test("of two that only suffer the one below comes first, however much its caller shows", () => {
    const evidence = [
      sign("front", {}),
      sign("front", { kind: "alert" }),
      sign("front", { kind: "log", sure: 0.5 }),
      sign("orders", { sure: 0.6 }),
    ];
    expect(diagnose(evidence, COMPONENTS).suspects[0]).toMatchObject({ service: "orders", explains: ["front"] });
    const shifted = sign("orders", { kind: "series", sure: 0.5 });
    expect(diagnose([...evidence.slice(0, 3), shifted], COMPONENTS).suspects[0]?.service).toBe("front");
  });

  test("an alert that never ended between two troubles tells nothing of when the second began", () => {
    const still = sign("front", { kind: "alert", onset: { fromMs: at(9), toMs: at(8) } });
    const scoreOf = (...more: Evidence[]) =>
      diagnose([still, ...more, sign("store", { ...DOWN, sure: 0.7 })], COMPONENTS).suspects.find(
        ({ service }) => service === "store",
      )?.score ?? 0;
    expect(scoreOf(sign("front", {}))).toBeGreaterThan(scoreOf(sign("front", { sign: "slow" })));
  });

  describe("what stopped at the moment when something with no known link began to suffer", () => {
    const stopped = sign("broker", { ...DOWN, sure: 0.72, kind: "log" });
    const suffers = [sign("front", { kind: "alert" }), sign("orders", {}), sign("orders", { kind: "alert" })];

    test("is presumed to be needed by it, and is never confirmed so", () => {
      const told = diagnose([...suffers, stopped], COMPONENTS, "front");
      expect(told.suspects[0]).toMatchObject({ service: "broker", explains: ["front", "orders"] });
      const twice = diagnose([...suffers, stopped, sign("broker", { ...DOWN, kind: "alert" })], COMPONENTS, "front");
      expect(twice).toMatchObject({ certainty: "likely", suspects: [{ service: "broker" }, {}, {}] });
    });

    test.each([
      ["it stopped minutes before", [{ ...stopped, onset: { fromMs: at(10), toMs: at(9) } }]],
      ["something that is needed is ill", [stopped, sign("store", DOWN)]],
      ["what suffers is ill itself", [stopped, sign("orders", { own: true, sure: 0.65 })]],
      ["it is only busy", [sign("broker", { sign: "saturated", own: true, sure: 0.72 })]],
    ])("is another trouble where %s", (_, others) => {
      expect(diagnose([...suffers, ...others], COMPONENTS, "front").suspects[0]?.service).not.toBe("broker");
    });
  });

  test("what was so before the window counts less than what is new, unless it is down", () => {
    const standing = sign("host", { sign: "saturated", own: true, sure: 0.72, onset: { toMs: at(60) } });
    expect(
      diagnose([standing, sign("store", { ...DOWN, sure: 0.7, onset: { toMs: at(60) } })], COMPONENTS).suspects[0]
        ?.service,
    ).toBe("store");
  });

  test("what is so all along is no trouble, unless somebody is alerted by it", () => {
    const standing = { sign: "saturated", own: true, sure: 0.72, onset: { toMs: at(60) } };
    expect(diagnose([sign("host", standing)], COMPONENTS).trouble).toBe(false);
    expect(diagnose([sign("host", { ...standing, kind: "alert" })], COMPONENTS).trouble).toBe(true);
  });

  test("a queue that nobody empties suffers from the one that should", () => {
    const evidence = [sign("broker", { sign: "stalled", sure: 0.8 }), sign("worker", { ...DOWN, sure: 0.9 })];
    expect(diagnose(evidence, COMPONENTS).suspects[0]?.service).toBe("worker");
  });

  test("much more traffic than before, at the front, explains what it overloads below", () => {
    const surge = { sign: "traffic", own: true, sure: 0.6 };
    const evidence = [
      sign("front", surge),
      sign("orders", surge),
      sign("orders", { sign: "slow" }),
      sign("store", { sign: "slow", own: false }),
    ];
    const told = diagnose(evidence, COMPONENTS);
    expect(told.suspects[0]).toMatchObject({ service: "front", explains: ["orders", "store"] });
    expect(diagnose([...evidence, sign("store", DOWN)], COMPONENTS).suspects[0]?.service).toBe("store");
  });

  test("a store gets more than before because the cache beside it is ill", () => {
    const evidence = [
      sign("store", { sign: "traffic", own: true, sure: 0.6 }),
      sign("cache", { sign: "evicting", own: true, sure: 0.6 }),
    ];
    expect(diagnose(evidence, COMPONENTS, "store").suspects[0]?.service).toBe("cache");
  });

  test("that nothing arrives any more is explained by what fails above", () => {
    const gone = { sign: "traffic", own: false, sure: 0.5 };
    const evidence = [
      sign("front", { sign: "misconfigured", own: true, sure: 0.66 }),
      sign("orders", gone),
      sign("store", gone),
      sign("cache", { sign: "stalled", own: false, sure: 0.5 }),
    ];
    const told = diagnose(evidence, COMPONENTS);
    expect([told.certainty, told.suspects[0]?.service]).toEqual(["likely", "front"]);
  });

  test("a service that says itself what fails, and fails, is likely the cause", () => {
    const evidence = [sign("front", {}), sign("orders", {}), sign("orders", { kind: "log", own: true, sure: 0.68 })];
    expect(diagnose(evidence, COMPONENTS)).toMatchObject({
      certainty: "likely",
      suspects: [{ service: "orders" }, {}],
    });
  });

  test("an illness that the complaint cannot come from counts less", () => {
    const evidence = [
      sign("orders", {}),
      sign("cache", { own: true, sure: 0.7 }),
      sign("broker", { own: true, sure: 0.8 }),
    ];
    expect(diagnose(evidence, COMPONENTS, "front").suspects[0]?.service).toBe("cache");
    expect(diagnose(evidence, COMPONENTS).suspects[0]?.service).toBe("broker");
  });

  test("a shift of a series some time ago does not make late what rules and alerts tell of now", () => {
    const evidence = [
      sign("orders", { own: true, sure: 0.68, kind: "log" }),
      sign("front", {}),
      sign("front", { kind: "series", sign: "stalled", sure: 0.5, onset: { fromMs: at(20), toMs: at(19) } }),
      sign("worker", { sure: 0.5 }),
    ];
    const told = diagnose(evidence, COMPONENTS);
    expect(told.suspects[0]?.service).toBe("orders");
    expect(told.suspects[0]?.score).toBeGreaterThan(0.68);
  });

  test("that everything needs it makes no cause of what hardly shows a sign of its own", () => {
    const weak = { sure: 0.45, sign: "changed" as const };
    const evidence = [
      sign("orders", { own: true, sure: 0.55 }),
      sign("front", {}),
      ...["series", "health", "log"].map((kind) => sign("host", { ...weak, kind: kind as Evidence["kind"] })),
    ];
    const told = diagnose(evidence, COMPONENTS);
    expect(told.suspects[0]?.service).toBe("orders");
    expect(told.suspects.find(({ service }) => service === "host")?.score).toBe(0.45);
  });

  test("what people complain about is told, however little it shows beside the cause", () => {
    const evidence = [sign("store", DOWN), sign("orders", { sure: 0.5 })];
    expect(diagnose(evidence, COMPONENTS, "orders").suspects.map(({ service }) => service)).toEqual([
      "store",
      "orders",
    ]);
    expect(diagnose(evidence, COMPONENTS).suspects.map(({ service }) => service)).toEqual(["store"]);
  });

  test("that series shifted is alone no trouble, and beside a rule that holds it tells", () => {
    const shift = sign("store", { kind: "series", sign: "stalled", sure: 0.5 });
    expect(diagnose([shift], COMPONENTS)).toMatchObject({ trouble: false, suspects: [{ service: "store" }] });
    expect(diagnose([shift, sign("orders", {})], COMPONENTS).trouble).toBe(true);
  });

  describe("a busy machine", () => {
    const busy = (more: Partial<Evidence> = {}) => sign("host", { sign: "saturated", own: true, sure: 0.72, ...more });
    const standing = { onset: { toMs: at(60) } };

    test("is the cause where something on it became slow with it, and nothing nearer explains that", () => {
      const told = diagnose(
        [busy(), busy({ kind: "alert", sure: 0.65 }), sign("orders", { sign: "slow" })],
        COMPONENTS,
      );
      expect(told.suspects[0]?.service).toBe("host");
    });

    test.each([
      ["the store is down", sign("store", DOWN)],
      ["the cache refuses", sign("cache", { sign: "refusing", own: true, sure: 0.7 })],
      ["the service says what fails in it", sign("orders", { kind: "log", own: true, sure: 0.65 })],
    ])("is none where %s", (_, nearer) => {
      const told = diagnose([busy(), busy({ kind: "alert" }), sign("front", {}), nearer], COMPONENTS);
      expect(told.suspects[0]?.service).toBe(nearer.service);
      expect(told.suspects[1]?.score ?? 0).toBeLessThan((told.suspects[0]?.score ?? 0) - 0.1);
    });

    test.each([
      ["for as long as anybody looked", standing],
      ["for minutes before", { onset: { fromMs: at(31), toMs: at(30) } }],
    ])("is none for trouble that began later, where it was busy %s", (_, more) => {
      const told = diagnose([busy(more), busy({ ...more, kind: "alert" }), sign("orders", {})], COMPONENTS);
      expect(told.suspects[0]?.service).toBe("orders");
    });

    test("on which nothing suffers is no trouble, but where it alerts, and then nobody is sure of it", () => {
      expect(diagnose([busy(), busy(standing)], COMPONENTS).trouble).toBe(false);
      const alerted = diagnose([busy(), busy({ kind: "alert" })], COMPONENTS);
      expect(alerted).toMatchObject({ trouble: true, certainty: "inconclusive" });
    });

    test("makes nobody sure of another sign of it", () => {
      const told = diagnose([busy(standing), sign("host", { kind: "log", sure: 0.6 })], COMPONENTS);
      expect(told).toMatchObject({ certainty: "inconclusive" });
    });

    test("is named surely where the question is about it", () => {
      const told = diagnose([busy(), busy({ kind: "alert" })], COMPONENTS, "host");
      expect(told).toMatchObject({ certainty: "likely", suspects: [{ service: "host" }] });
    });

    test("that is full, not busy, is its own trouble as before", () => {
      const told = diagnose([sign("host", { sign: "full", own: true, sure: 0.93 }), sign("orders", {})], COMPONENTS);
      expect(told.suspects[0]?.service).toBe("host");
    });
  });

  describe("a proxy that finds a server down", () => {
    const lost = [
      sign("front", { sign: "backend-down", sure: 0.85 }),
      sign("front", { sign: "backend-down", sure: 0.6, kind: "alert" }),
    ];

    test("while all that it calls is well has a wrong configuration", () => {
      const told = diagnose(lost, COMPONENTS);
      expect(told).toMatchObject({ certainty: "likely", suspects: [{ service: "front" }] });
      expect(told.suspects[0]?.evidence[0]).toMatchObject({ own: true, next: expect.stringContaining("address") });
    });

    test.each([
      ["is down", sign("orders", DOWN)],
      ["fails", sign("orders", { sure: 0.9 })],
    ])("suffers from it where what it calls %s", (_, ill) => {
      expect(diagnose([...lost, ill], COMPONENTS).suspects[0]?.service).toBe("orders");
    });

    test("of which nobody knows what stands behind it is not surely ill itself", () => {
      const alone = COMPONENTS.map((one) => (one.name === "front" ? { ...one, calls: [] } : one));
      expect(diagnose(lost, alone).certainty).toBe("inconclusive");
    });
  });
});
