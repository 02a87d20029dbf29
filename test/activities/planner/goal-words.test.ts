/** What a goal names and when: whole names in any script, times of the clock, goals in other languages. */
import { beforeAll, describe, expect, test } from "vitest";
import { BUNDLED_PLAYBOOKS, draftGraph } from "../../../src/activities/planner/draft.js";
import { entitiesOf } from "../../../src/activities/planner/entities.js";
import { foreignLanguage } from "../../../src/activities/planner/language.js";
import { loadPlaybooks } from "../../../src/activities/planner/playbooks.js";
import { windowOf } from "../../../src/activities/planner/window.js";
import type { Playbook } from "../../../src/schema/playbook.js";
import { configOf } from "../../support/tool-context.js";

const config = configOf({
  sources: {
    metrics: { kind: "prometheus", url: "http://127.0.0.1:1" },
    logs: { kind: "files", path: "/srv/a.log", format: "json", time_field: "t", level_field: "l", message_field: "m" },
  },
});
let playbooks: Playbook[];
beforeAll(async () => {
  const loaded = await loadPlaybooks(BUNDLED_PLAYBOOKS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  playbooks = loaded.value;
});
const draft = (goal: string) => draftGraph({ goal, requester: "rita" }, { playbooks, config });

describe("names are whole, whatever letters they have", () => {
  test.each([
    ["CPU 100% on host münchen-1", { host: "münchen-1" }],
    ["disk of größe-12 is full", { host: "größe-12" }],
    ["disk full on node łódź.example", { host: "łódź.example" }],
    ["pod=запросы-7d9f is crash looping", { pod: "запросы-7d9f" }],
    ["errors in namespace producción", { namespace: "producción" }],
    ["the größen queue is piling up", { queue: "größen" }],
    ["the naïve-api service is slow", { service: "naïve-api" }],
    ["restart über-checkout", { service: "über-checkout" }],
    ["no space left on /daten/größe", { mountpoint: "/daten/größe" }],
    ["errors since version 2.3.1-größe", { version: "2.3.1-größe" }],
    ["container データ is OOMKilled", { container: "データ" }],
  ])("in %j", (goal, facts) => expect(entitiesOf(goal, config)).toMatchObject(facts));

  test("a known service is no part of a longer name", () => {
    const own = configOf({
      sources: {
        m: { kind: "prometheus", url: "http://127.0.0.1:1" },
        "x-logs": { kind: "prometheus", url: "http://127.0.0.1:1" },
      },
    });
    expect(entitiesOf("host mü is down", own).service).not.toBe("m");
    expect(entitiesOf("m is slow", own).service).toBe("m");
  });
});

describe("how far a goal looks back", () => {
  const now = new Date(2026, 10, 29, 16, 0, 0);
  const local = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute);
  test.each([
    ["errors in the last two days", "2d"],
    ["errors in the past three hours", "3h"],
    ["slow for the last 1.5 hours", "90m"],
    ["slow for half an hour", "30m"],
    ["slow for over 2 hours", "2h"],
    ["in the last couple of hours", "2h"],
    ["in the last few minutes", "3m"],
    ["in the last 1h30m", "90m"],
    ["within the last 1 hour and 15 minutes", "75m"],
    ["began twenty minutes ago", "20m"],
    ["in the last month", "30d"],
    ["last week", "1w"],
    ["errors of the last hour", "1h"],
    ["since 14:30", "90m"],
    ["since 2pm", "2h"],
    ["since 2:30 p.m.", "90m"],
    ["from 14:30 on", "90m"],
    ["between 10:00 and 11:00", "6h"],
    ["between 10:00-11:00", "6h"],
    ["errors since 23:00", "17h"],
    ["since yesterday 14:00", "26h"],
    ["since 14:00 yesterday", "26h"],
    ["since midnight", "16h"],
    ["since noon", "4h"],
    ["since Friday", "64h"],
    ["failed at 14:30", "2h"],
    [`since ${local(29, 10).toISOString()}`, "6h"],
    [`since ${local(27, 16).toISOString().slice(0, 19)}Z`, "2d"],
    ["since 2026-11-29 10:00", "6h"],
    ["since 2026-11-28", "40h"],
  ])("%j is %s", (goal, window) => expect(windowOf(`checkout is slow ${goal}`, now)).toEqual({ window }));

  test.each([
    "in the last 0 minutes",
    "in the last 0.0 hours",
    "in the last -5 minutes",
    "for 0 minutes",
    "since 25:00",
    "since 14:99",
    "since 2026-13-40",
    "since 2126-01-01T00:00:00Z",
    "since 14:30 CST",
  ])("%j is no span, and that is said", (goal) => {
    const read = windowOf(`checkout is slow ${goal}`, now);
    expect(read.window).toBeUndefined();
    expect(read.notice).toMatchObject({ code: "goal-time-unread", at: "goal" });
  });

  test.each([
    "checkout is slow",
    "errors since version 2.3.1",
    "errors since the last deploy",
    "errors since 2.3.1 was deployed",
    "the certificate expires in 5 days",
    "scale from 3 pods to 10",
    "connect to port 5432 fails",
  ])("%j says no time", (goal) => expect(windowOf(goal, now)).toEqual({}));

  test("what could not be used stands beside the plan", () => {
    const goal = "latency of checkout is high in the last 0 minutes";
    expect(windowOf(goal, now).notice?.code).toBe("goal-time-unread");
    const planned = draft(goal);
    if (!planned.ok) throw new Error(JSON.stringify(planned.problems));
    expect(planned.notices.map(({ code }) => code)).toContain("goal-time-unread");
    expect(JSON.stringify(planned.graph)).not.toContain('"0m"');
  });
});

describe("goals in other languages", () => {
  test.each([
    "El pod de pagos se reinicia",
    "Die Festplatte auf db-3 ist voll",
    "Le service paiement est lent depuis hier",
    "Il servizio checkout non risponde",
    "O serviço de pagamento está lento",
    "De schijf van db-3 is vol",
    "Dysk na db-3 jest pełny",
    "Tjänsten checkout svarar inte",
    "Ödeme servisi yavaş",
    "Disk penuh di db-3",
    "ổ đĩa trên db-3 bị đầy",
    "Сервис checkout не отвечает",
    "支付服务很慢",
    "checkout サービスが遅い",
    "결제 서비스가 느립니다",
    "خدمة الدفع بطيئة",
    "CPU de payments al 100%",
    "Datenbank voll",
    "kubectl zeigt Fehler für den Pod checkout, warum?",
  ])("%j is planned by no word of its own", (goal) => {
    const planned = draft(goal);
    expect(planned.ok ? planned.playbook : planned.problems[0]?.message).toMatch(/playbooks match goals in English/);
    expect(foreignLanguage(goal)).toBeDefined();
  });

  test.each([
    "CPU 100% on host münchen-1",
    "disk full on db-3",
    "pods die in us-la-1",
    "why do pods die in la",
    "the größen queue is piling up",
    "errors of the Straße service since 14:30",
    "error rate of checkout in DE is high",
    "le-checkout is slow",
    "checkout.de returns 502",
    "latency p99 > 2s on checkout",
    "KubePodCrashLooping",
    "restart checkout",
    "OOMKilled pods in namespace shop",
    "queue depth of emails grows",
    "ignore canary errors, roll back checkout",
  ])("%j is English, or may be", (goal) => expect(foreignLanguage(goal)).toBeUndefined());

  test("an alert's name is understood in any of them, and no word of theirs is a name", () => {
    const planned = draft("Die Regel KubePodCrashLooping meldet den Pod de checkout");
    expect(planned.ok ? planned.playbook : planned.problems).toBe("pod-crash");
    expect(JSON.stringify(planned.ok && planned.graph)).not.toMatch(/pod[^"]{0,12}de\b(?!p)/);
  });
});

describe("an address is no certificate", () => {
  test.each([
    "https://example.com does not respond",
    "https://shop.example/healthz does not answer",
    "GET https://shop.example/pay times out",
    "the https endpoint of checkout does not respond",
    "cannot reach https://api.example.com",
    "https://shop.example returns 502",
    "https://shop.example is slow",
    "wss://push.example is unreachable",
    "https://shop.example:8443 connection refused",
    "https://shop.example refuses connections",
  ])("%j", (goal) => {
    const planned = draft(goal);
    expect(planned.ok ? planned.playbook : planned.problems[0]?.message).not.toMatch(
      /^tls-certificate|nearest: tls-cert/,
    );
  });

  test.each([
    "HTTPS certificate of shop.example expires",
    "https handshake fails",
    "the TLS cert of https://shop.example has expired",
  ])("%j is one", (goal) => {
    const planned = draft(goal);
    expect(planned.ok ? planned.playbook : planned.problems[0]?.message).toMatch(/tls-certificate/);
  });
});
