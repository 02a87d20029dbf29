/** PagerDuty: incidents as tickets, alerts as messages, and gates that stand as alerts while they are open. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ToolContext } from "../../../../src/activities/define-tool.js";
import type { Dependencies } from "../../../../src/activities/dependencies.js";
import type { GateMessage } from "../../../../src/activities/gates/message.js";
import { tell } from "../../../../src/activities/gates/messages.js";
import { notification } from "../../../../src/activities/tools/notification.js";
import { ticketCreate } from "../../../../src/activities/tools/ticket-create.js";
import { ticketUpdate } from "../../../../src/activities/tools/ticket-update.js";
import type { Channel, Tracker } from "../../../../src/schema/config/tickets.js";
import type { JsonObject } from "../../../../src/schema/json.js";
import { reachingContext } from "../../../support/local-server.js";
import { type Lossy, lossyWay } from "../../../support/lossy.js";
import { API_KEY, hasDescription, type PagerDuty, ROUTING_KEY, startPagerDuty } from "../../../support/pagerduty.js";
import { configOf, failureOf } from "../../../support/tool-context.js";

let pagerduty: PagerDuty;
let way: Lossy;
beforeAll(async () => {
  pagerduty = await startPagerDuty();
  way = await lossyWay(pagerduty.url);
});
afterAll(async () => {
  await way.stop();
  await pagerduty.stop();
});
beforeEach(() => {
  way.seen.splice(0);
  pagerduty.events.splice(0);
});

let keys = 0;
const newKey = (): string => `run-key..page-${keys++}`;

function contextOf(key: string, { attempt = 1, routing = ROUTING_KEY, api = API_KEY } = {}): ToolContext {
  const pager: Channel = { kind: "pagerduty", routing_key: "env:PD_ROUTING", url: way.url, severity: "error" };
  const incidents: Tracker = {
    kind: "pagerduty",
    url: way.url,
    token: "env:PD_API",
    service: "PSHOP01",
    from: "oncall@example.com",
  };
  const other: Tracker = { ...incidents, service: "POTHER1" };
  const config = configOf({
    channels: { pager },
    trackers: { incidents, other },
    facadeUrl: "https://autoops.example.com",
  });
  const parts = { idempotencyKey: key, attempt, runId: "shop-ab12", nodeId: "page" };
  return reachingContext(config, parts, { PD_ROUTING: routing, PD_API: api });
}
const open = (params: object, context: ToolContext) =>
  ticketCreate.run(ticketCreate.params.parse({ tracker: "incidents", ...params }) as never, context);
const change = (params: object, context: ToolContext) =>
  ticketUpdate.run(ticketUpdate.params.parse({ tracker: "incidents", ...params }) as never, context);
const page = (params: object, context: ToolContext) =>
  notification.run(notification.params.parse({ channel: "pager", message: "x", ...params }) as never, context);
const titled = (title: string) => pagerduty.incidents.filter((one) => one.title === title);

describe("incidents", () => {
  test("one is opened in the name of the declared user, and a second attempt finds it", async () => {
    const key = newKey();
    const wish = { title: "Checkout fails", description: "12 % fail", urgency: "low" };
    const first = await open(wish, contextOf(key));
    expect(first).toMatchObject({
      created: true,
      kept_to_one_by: "key",
      url: `https://shop.pagerduty.com/incidents/${first.ticket}`,
    });
    expect(titled("Checkout fails")).toMatchObject([
      { urgency: "low", from: "oncall@example.com", service: { id: "PSHOP01" } },
    ]);
    expect(titled("Checkout fails")[0]?.body).toContain("https://autoops.example.com/#/runs/shop-ab12");
    expect(await open(wish, contextOf(key, { attempt: 2 }))).toMatchObject({ ticket: first.ticket, created: false });
    await change({ ticket: first.ticket, status: "resolved" }, contextOf(newKey()));
    // The key of a resolved incident would open another: it is found all the same.
    expect(await open(wish, contextOf(key, { attempt: 3 }))).toMatchObject({ ticket: first.ticket, created: false });
    expect(titled("Checkout fails")).toHaveLength(1);
  });

  test("an answer that is lost after PagerDuty took it leaves one", async () => {
    way.loseAnswer("POST", /\/incidents$/);
    expect(await open({ title: "Lost" }, contextOf(newKey()))).toMatchObject({ created: true });
    expect(titled("Lost")).toHaveLength(1);
  });

  test("a note stands once; acknowledged and resolved are not said again, nor taken back", async () => {
    const { ticket } = await open({ title: "To change" }, contextOf(newKey()));
    const key = newKey();
    way.loseAnswer("POST", /\/notes$/);
    const wish = { ticket, comment: "looking", status: "acknowledged" };
    expect((await change(wish, contextOf(key))).changed).toEqual(["comment", "status acknowledged"]);
    expect(await change(wish, contextOf(key, { attempt: 2 }))).toMatchObject({ changed: [] });
    expect(titled("To change")[0]?.notes).toHaveLength(1);
    expect((await change({ ticket, status: "closed" }, contextOf(newKey()))).changed).toEqual(["status resolved"]);
    expect(await change({ ticket, status: "acknowledged" }, contextOf(newKey()))).toMatchObject({
      changed: [],
      already: ["status resolved"],
    });
  });

  test("labels, an incident of another service, wrong credentials: refused, and nothing happens", async () => {
    const { ticket } = await open({ title: "Refusals" }, contextOf(newKey()));
    way.seen.splice(0);
    const labels = await failureOf(open({ title: "x", labels: ["a"] }, contextOf(newKey())));
    expect(labels.code).toBe("params-invalid");
    const foreign = await failureOf(change({ tracker: "other", ticket, comment: "x" }, contextOf(newKey())));
    expect(foreign).toMatchObject({ code: "params-invalid", message: expect.stringContaining("POTHER1") });
    const denied = await failureOf(open({ title: "x" }, contextOf(newKey(), { api: "u+AnotherKeyOfTheTest" })));
    expect(denied.code).toBe("source-denied");
    expect(way.seen.filter(({ method }) => method !== "GET")).toEqual([]);
  });
});

describe(`alerts${hasDescription ? "" : " (not held against the official description: it is absent)"}`, () => {
  test("one key is one alert, also where the answer is lost; its ref acknowledges and resolves it", async () => {
    const key = newKey();
    way.loseAnswer("POST", /enqueue/);
    const wish = { title: "Checkout fails", message: "**12 %** fail", severity: "critical" };
    const lost = await failureOf(page(wish, contextOf(key)));
    expect(lost.code).toBe("source-unreachable");
    const { ref, ...output } = await page(wish, contextOf(key, { attempt: 2 }));
    expect(output).toMatchObject({ kind: "pagerduty", status: 202, kept_to_one_by: "key", delivered: true });
    const alert = () => pagerduty.alerts.get(ref ?? "");
    expect(alert()).toMatchObject({
      status: "triggered",
      triggers: 2,
      summary: "Checkout fails",
      severity: "critical",
    });
    expect([...pagerduty.alerts.values()].filter(({ summary }) => summary === "Checkout fails")).toHaveLength(1);
    await page({ alert: { action: "acknowledge", key: ref } }, contextOf(newKey()));
    expect(alert()?.status).toBe("acknowledged");
    await page({ alert: { action: "resolve", key: ref } }, contextOf(newKey()));
    expect(alert()?.status).toBe("resolved");
    expect(JSON.stringify(output)).not.toContain(ROUTING_KEY);
  });

  test("what PagerDuty refuses is told apart", async () => {
    const wrong = await failureOf(page({}, contextOf(newKey(), { routing: "f".repeat(32) })));
    expect(wrong).toMatchObject({ code: "source-refused", message: expect.stringContaining("routing_key") });
    way.answerInstead("POST", /enqueue/, { status: 429, headers: { "retry-after": "12" } });
    expect(await failureOf(page({}, contextOf(newKey())))).toMatchObject({ code: "source-busy", retryAfterMs: 12_000 });
    way.answerInstead("POST", /enqueue/, { status: 202, body: "<html>" });
    expect(await failureOf(page({}, contextOf(newKey())))).toMatchObject({ code: "source-answer-invalid" });
  });

  test("resolving names an alert, and params of other kinds of channels are refused", async () => {
    expect(await failureOf(page({ alert: { action: "resolve" } }, contextOf(newKey())))).toMatchObject({
      code: "params-invalid",
    });
    expect(await failureOf(page({ to: ["a@example.com"] }, contextOf(newKey())))).toMatchObject({
      code: "params-invalid",
    });
    const { problems = [] } =
      notification.reach?.(
        { channel: "pager", message: "x", to: ["a@example.com"] },
        contextOf("k").config,
        "nodes[0].params",
      ) ?? {};
    expect(problems).toMatchObject([{ code: "params-invalid", at: "nodes[0].params.to" }]);
    expect(pagerduty.events).toEqual([]);
  });
});

describe("a gate in PagerDuty", () => {
  const details: JsonObject = {
    nodeName: "Roll back checkout",
    tool: "rollback",
    reason: "always asked",
    digest: "ab".repeat(32),
  };
  const notice = (event: GateMessage["event"], more: JsonObject = {}): GateMessage => ({
    event,
    run: "shop-ab12",
    node: "mend",
    key: "k",
    details: { ...details, ...more },
  });
  const told = (what: GateMessage, name = "pagerduty:pager") =>
    tell(name, what, contextOf("k") as unknown as Dependencies);

  test("is one alert while it is open, whoever is reminded, and is resolved once it has closed", async () => {
    expect(await told(notice("gate-opened"))).toEqual({ channel: "pagerduty:pager", ok: true });
    await told(notice("gate-reminder"));
    const [event] = pagerduty.events;
    expect(event.payload.summary).toBe("Approval needed: Roll back checkout (run shop-ab12)");
    expect(event.payload.custom_details).toMatchObject({ tool: "rollback", answer: "autoops approve shop-ab12 mend" });
    expect(event.client_url).toBe("https://autoops.example.com/#/runs/shop-ab12");
    expect(pagerduty.alerts.get(event.dedup_key)).toMatchObject({ status: "triggered", triggers: 2 });
    await told(notice("gate-closed", { status: "approved" }));
    expect(pagerduty.alerts.get(event.dedup_key)?.status).toBe("resolved");
    expect(new Set(pagerduty.events.map(({ dedup_key }) => dedup_key)).size).toBe(1);
  });

  test("a question that is asked anew is an alert of its own", async () => {
    await told(notice("gate-opened"));
    await told(notice("gate-opened", { digest: "cd".repeat(32) }));
    expect(new Set(pagerduty.events.map(({ dedup_key }) => dedup_key)).size).toBe(2);
  });

  test("a service that is not declared, and one that does not answer, are results that say why", async () => {
    expect(await told(notice("gate-opened"), "pagerduty:nowhere")).toMatchObject({
      ok: false,
      problem: expect.stringContaining("declares no such channel"),
    });
    way.answerInstead("POST", /enqueue/, { status: 500 });
    expect(await told(notice("gate-opened"))).toMatchObject({ ok: false, problem: expect.stringContaining("500") });
    expect(pagerduty.events).toEqual([]);
  });
});
