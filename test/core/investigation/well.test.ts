import { describe, expect, test } from "vitest";
import { diagnose } from "../../../src/core/investigation/diagnose.js";
import type { Component, Evidence } from "../../../src/core/investigation/evidence.js";
import type { Well } from "../../../src/core/investigation/well.js";

const NOW = Date.parse("2026-11-22T10:00:00Z");
const ago = (seconds: number) => NOW - seconds * 1_000;
const COMPONENTS: Component[] = [
  { name: "edge", kinds: ["nginx"], role: "proxy", calls: ["seats"], runsOn: [] },
  { name: "seats", kinds: ["service"], role: "app", calls: ["store"], runsOn: [] },
  { name: "store", kinds: ["postgres"], role: "database", calls: [], runsOn: [] },
];
const REFUSED =
  "it cannot be connected to, says the log of edge (40 lines, the last: connect() failed (111: Connection refused))";
const line = (more: Partial<Evidence>): Evidence => ({
  ...{ service: "seats", code: "cannot-connect", sign: "down", kind: "log", own: true, sure: 0.72, text: REFUSED },
  ...{ current: true, teller: "edge", node: "logs", query: "q", onset: { fromMs: ago(61), toMs: ago(60) } },
  ...more,
});
const well = (service: string, since: number): Well => ({ service, fromMs: ago(since), toMs: ago(5) });
const told = (signs: Evidence[], spans: Well[]) => diagnose(signs, COMPONENTS, undefined, spans);

describe("what answers is not down", () => {
  test("lines of a time before it answered again are over", () => {
    expect(told([line({})], []).trouble).toBe(true);
    expect(told([line({})], [well("seats", 40)]).trouble).toBe(false);
  });

  test("its own word that it stopped is over, once it answers", () => {
    const stopped = line({ teller: undefined, code: "shuts-down", service: "store", text: "it was told to stop" });
    expect(told([stopped], []).suspects[0]?.service).toBe("store");
    expect(told([stopped], [well("store", 600)]).trouble).toBe(false);
  });

  test("a restart that no scrape saw is one", () => {
    const restart = line({ kind: "health", sign: "restarted", sure: 0.4, teller: undefined });
    const restarted = { ...restart, onset: { fromMs: ago(62), toMs: ago(57) } };
    expect(told([line({}), restarted], [well("seats", 3_000)]).trouble).toBe(false);
  });

  test.each(["Connection refused", "No route to host", "EHOSTUNREACH"])(
    "who meets '%s' while it answers all along has a wrong way to it",
    (says) => {
      const { suspects } = told(
        [line({ text: `it cannot be connected to (9 lines, the last: ${says})` })],
        [well("seats", 3_000)],
      );
      expect(suspects[0]).toMatchObject({ service: "edge", evidence: [{ sign: "misconfigured", own: true }] });
      expect(suspects[0]?.evidence[0]?.text).toContain("seats, which answers all the while");
      expect(suspects.map(({ service }) => service)).not.toContain("seats");
    },
  );

  test("who was cut off, and what began after its last sample, are told as before", () => {
    const cut = line({ text: "it cannot be connected to (9 lines, the last: connection reset by peer)" });
    expect(told([cut], [well("seats", 3_000)]).suspects[0]?.service).toBe("seats");
    const justNow = line({ onset: { fromMs: ago(9), toMs: ago(8) } });
    expect(told([justNow], [well("seats", 3_000)]).suspects[0]?.service).toBe("seats");
  });

  test("one line of a proxy that lost a server for a moment blames nobody's way", () => {
    const once = told([line({ sure: 0.58 })], [well("seats", 3_000)]);
    expect(once.trouble).toBe(false);
  });

  test("a store whose exporter sees it down, while sign-ins at it are refused, runs", () => {
    const down = line({ service: "store", sign: "down", kind: "health", code: "down", sure: 0.95, teller: undefined });
    const denied = line({ service: "seats", sign: "misconfigured", code: "auth-fails", sure: 0.75, teller: undefined });
    expect(told([down, denied], []).suspects[0]).toMatchObject({
      service: "store",
      evidence: [{ sign: "misconfigured" }],
    });
    const refuses = line({ service: "store" });
    const signs = told([down, denied, refuses], []).suspects[0]?.evidence.map(({ sign }) => sign);
    expect(signs).toContain("down");
    expect(told([down], []).suspects[0]?.evidence[0]?.sign).toBe("down");
  });

  test("what cannot be seen, and is used without a complaint, is most likely well", () => {
    const unseen = line({
      service: "store",
      sign: "unreachable",
      kind: "health",
      sure: 0.55,
      text: "its exporter does not answer",
    });
    expect(told([unseen], []).suspects[0]?.evidence[0]?.text).toContain("most likely well");
    const complaint = line({ service: "seats", sign: "errors", kind: "health", own: false, sure: 0.7, text: "fails" });
    const both = told([unseen, complaint], []).suspects.find(({ service }) => service === "store");
    expect(both?.evidence[0]?.text).not.toContain("most likely well");
  });
});

describe("who works off what others hand over", () => {
  const stores: Component[] = [
    { name: "seats", kinds: ["service"], role: "app", calls: ["queue", "store"], runsOn: [] },
    { name: "mails", kinds: ["service"], role: "app", calls: ["queue"], runsOn: [] },
    { name: "queue", kinds: ["redis"], role: "cache", calls: [], runsOn: [] },
    { name: "store", kinds: ["postgres"], role: "database", calls: [], runsOn: [] },
  ];
  const idle = line({
    service: "mails",
    sign: "stalled",
    kind: "alert",
    own: true,
    sure: 0.65,
    text: "no mail was sent",
  });
  const fails = line({ service: "seats", sign: "errors", kind: "health", own: false, sure: 0.7, text: "fails" });
  test("is no cause where nothing is handed over, for who should is ill", () => {
    expect(diagnose([idle, fails], stores).suspects[0]?.service).toBe("seats");
    const noTraffic = { ...fails, sign: "traffic", text: "hardly any request arrives", sure: 0.5 };
    expect(diagnose([idle, noTraffic], stores).suspects[0]?.score).toBeLessThan(0.6);
    expect(diagnose([idle], stores).suspects[0]?.service).toBe("mails");
  });
});
