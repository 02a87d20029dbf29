/** What stands before the words of a goal, and addresses that a goal is about. */
import { beforeAll, describe, expect, test } from "vitest";
import { CONFIDENCE_MIN, rankPlaybooks } from "../../../src/activities/planner/choose.js";
import { BUNDLED_PLAYBOOKS } from "../../../src/activities/planner/draft.js";
import { entitiesOf } from "../../../src/activities/planner/entities.js";
import { fillParameters } from "../../../src/activities/planner/fill.js";
import { loadPlaybooks } from "../../../src/activities/planner/playbooks.js";
import type { Playbook } from "../../../src/schema/playbook.js";
import { configOf } from "../../support/tool-context.js";

let playbooks: Playbook[];
beforeAll(async () => {
  const loaded = await loadPlaybooks(BUNDLED_PLAYBOOKS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, null, 2));
  playbooks = loaded.value;
});

const CONFIG = configOf();
const read = (goal: string) => entitiesOf(goal, CONFIG);

describe("a name behind what pagers and trackers set before it", () => {
  test.each([
    ["P1: checkout is down", "checkout"],
    ["P0: checkout 500s", "checkout"],
    ["SEV2 - checkout returns 500s", "checkout"],
    ["Sev 1: payments down", "payments"],
    ["SEV2 - checkout-api latency", "checkout-api"],
    ["[FIRING:1] checkout latency is high", "checkout"],
    ["[P2] checkout is slow", "checkout"],
    ["INC-123: payments fails", "payments"],
    ["INC-123: payments 5xx", "payments"],
    ["INC0012345 - payments timeouts", "payments"],
    ["JIRA-77 | checkout errors spike", "checkout"],
    ["[#4711] P1: cart 503s", "cart"],
    ["Re: Fwd: cart unavailable", "cart"],
    ["URGENT: checkout p99 latency is high", "checkout"],
    ["checkout: 500s since the deploy", "checkout"],
    ["checkout2: 5xx", "checkout2"],
  ])("%s: %s", (goal, service) => expect(read(goal).service).toBe(service));

  test.each([
    "P1: high latency",
    "SEV1: DNS failing",
    "[FIRING:1] disk full",
    "INC-123: internal errors",
    "connection timeouts",
    "P2: errors spike since 14:30",
    "gateway timeouts",
    "P1: everything down",
  ])("%s names none", (goal) => expect(read(goal).service).toBeUndefined());

  test("and how urgent it is, is read", () => {
    expect(read("Sev 1: payments down").severity).toBe("Sev 1");
    expect(read("P0: checkout 500s").severity).toBe("P0");
  });
});

describe("an address that does not answer", () => {
  test.each([
    "https://shop.test/cart does not respond",
    "https://shop.test is down",
    "https://shop.test/health answers 503",
    "http://10.0.0.7:8080/ returns 502",
    "https://shop.test times out",
    "https://shop.test gives connection refused",
    "cannot reach https://shop.test",
    "https://shop.test unreachable since 10:00",
    "https://tls.example.com/latency does not answer",
    "https://kubernetes.example/dns is down",
    "P1: https://shop.test/cart is unavailable",
  ])("%s is asked", (goal) => {
    const entities = read(goal);
    const [best] = rankPlaybooks(playbooks, goal, entities);
    expect(best?.playbook.id).toBe("service-unreachable");
    expect(best?.score).toBeGreaterThanOrEqual(CONFIDENCE_MIN);
    const wanted = new Set(["service", "url", "logs", "window"]);
    const filled = best && fillParameters(best.playbook, { given: {}, entities, config: CONFIG, wanted });
    const url = /https?:\S+/.exec(goal)?.[0] ?? "";
    expect(filled).toMatchObject({ ok: true, value: { url, service: new URL(url).host } });
  });

  test.each([
    ["https://shop.test is slow", "latency"],
    ["certificate of https://shop.test expired", "tls-certificate"],
    ["https://shop.test/login returns 401", "auth-failures"],
    ["https://shop.test returns 500s since the deploy", "error-rate"],
  ])("%s is %s", (goal, id) => expect(rankPlaybooks(playbooks, goal, read(goal))[0]?.playbook.id).toBe(id));

  test("its own words choose nothing", () => {
    const [best] = rankPlaybooks(
      playbooks,
      "see https://dns.test/latency/disk",
      read("see https://dns.test/latency/disk"),
    );
    expect(best?.score ?? 0).toBeLessThan(CONFIDENCE_MIN);
  });
});
