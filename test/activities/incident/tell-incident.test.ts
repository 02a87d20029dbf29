/** Rules tell their channels by Slack, e-mail and PagerDuty as well: each once, with the run that they are about. */
import { MockActivityEnvironment } from "@temporalio/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Dependencies } from "../../../src/activities/dependencies.js";
import { createTellIncident } from "../../../src/activities/incident/tell-incident.js";
import type { IncidentView } from "../../../src/core/incident/incident.js";
import type { AuditEntry } from "../../../src/schema/audit.js";
import { hookSchema } from "../../../src/schema/config/hooks.js";
import { channelSchema } from "../../../src/schema/config/tickets.js";
import { reachingContext } from "../../support/local-server.js";
import { mailServer } from "../../support/mail-server.js";
import { ROUTING_KEY, startPagerDuty } from "../../support/pagerduty.js";
import { startWorkspace, TOKEN } from "../../support/slack.js";
import { configOf } from "../../support/tool-context.js";

const RUN = "alert-high-ab12";
const PAGE = `https://autoops.example.com/#/runs/${RUN}`;
const running = { id: RUN, mode: "investigate", startedMs: 2_000, tells: 1 };
const answered = { ...running, endedMs: 9_000, outcome: "succeeded", answer: "web-1 is out of memory" };
const view = (more: Partial<IncidentView> = {}): IncidentView => ({
  ...{ hook: "pager", key: { alertname: "HighErrors" }, phase: "running", firing: 1, alerts: 1, taken: 1, beyond: 0 },
  ...{ flapping: 0, startedMs: 1_000, notes: [], run: running },
  members: [{ name: "HighErrors", status: "firing", count: 1, firstMs: 0, lastMs: 0, labels: {} }],
  ...more,
});

function teller(channel: object, slack?: object) {
  const channels = { people: channelSchema.parse(channel) };
  const hooks = { pager: hookSchema.parse({ kind: "alertmanager", secret: "env:S", rules: [{ tell: ["people"] }] }) };
  const config = configOf({ channels, hooks, facadeUrl: "https://autoops.example.com", ...slack } as never);
  const noted: AuditEntry[] = [];
  const { fetch, hosts, secret } = reachingContext(config, {}, { SLACK: TOKEN, PD: ROUTING_KEY });
  const line = () => undefined;
  const tell = createTellIncident({
    ...{ config, fetch, hosts, secret, blobs: {}, now: Date.now, log: { info: line, warn: line } },
    audit: { note: async (entry: AuditEntry) => void noted.push(entry) },
  } as unknown as Dependencies);
  const say = (event: "started" | "answered", seen: IncidentView, attempt = 1) =>
    new MockActivityEnvironment({ attempt }).run(() => tell({ hook: "pager", rule: 1, event, view: seen }));
  return { say, noted };
}
const over = () => view({ run: answered, firing: 0, resolvedMs: 41_000 });

describe("a rule tells", () => {
  test("Slack: that a run was started and what it found, each once however often it is tried", async () => {
    const workspace = await startWorkspace();
    onTestFinished(() => workspace.stop());
    const slack = { slack: { token: "env:SLACK", api_url: workspace.apiUrl } };
    const { say, noted } = teller({ kind: "slack", channel: "#ops" }, slack);
    await say("started", view());
    await say("started", view(), 2);
    await say("answered", view({ run: answered }));
    const messages = await workspace.messages();
    expect(messages.map(({ text }) => text)).toEqual([
      "HighErrors: its run succeeded",
      "HighErrors: a run looks into it",
    ]);
    const shown = JSON.stringify(messages[0]?.blocks);
    expect(shown).toContain("web-1 is out of memory");
    expect(shown).toContain(PAGE);
    expect(noted.map(({ event, details }) => [event, details])).toContainEqual([
      "incident-told",
      { hook: "pager", event: "answered", channels: ["people"], failures: [] },
    ]);
  });

  test("by e-mail: text with a link to the run, and one Message-ID for one event", async () => {
    const { port, received } = await mailServer();
    const { say } = teller({
      ...{ kind: "email", host: "127.0.0.1", port, security: "none" },
      ...{ from: "autoops@example.com", to: ["oncall@example.com"] },
    });
    await say("started", view());
    await say("started", view(), 2);
    await say("answered", over());
    const ids = received.map(({ text }) => /^Message-ID: (.*)$/im.exec(text)?.[1]);
    expect(received.map(({ to }) => to)).toEqual(Array(3).fill(["oncall@example.com"]));
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
    const text = received[2]?.text.replace(/=\r\n/g, "").replaceAll("=3D", "=") ?? "";
    expect(text).toContain("Subject: HighErrors: its run succeeded");
    expect(text).toContain("web-1 is out of memory");
    expect(text).toContain("were resolved by themselves 40 s after the first came");
    expect(text).toContain(PAGE);
    expect(text).toContain(`run \`${RUN}\``);
  });

  test("PagerDuty: one alert for one run, which its answer does not open anew", async () => {
    const vendor = await startPagerDuty();
    onTestFinished(() => vendor.stop());
    const { say } = teller({ kind: "pagerduty", url: vendor.url, routing_key: "env:PD", severity: "warning" });
    await say("started", view());
    await say("answered", view({ run: answered }));
    expect([...vendor.alerts.values()]).toMatchObject([{ status: "triggered", severity: "warning", triggers: 2 }]);
    expect(vendor.events[1]?.payload.custom_details.message).toContain("web-1 is out of memory");
    expect(vendor.events[1]?.client_url).toBe(PAGE);
    const other = view({ run: { ...running, id: "another" } });
    await say("started", other);
    expect(vendor.alerts.size).toBe(2);
  });

  test("PagerDuty that what was resolved by itself is over", async () => {
    const vendor = await startPagerDuty();
    onTestFinished(() => vendor.stop());
    const { say } = teller({ kind: "pagerduty", url: vendor.url, routing_key: "env:PD" });
    await say("started", view());
    await say("answered", over());
    expect([...vendor.alerts.values()].map(({ status }) => status)).toEqual(["resolved"]);
  });

  test("nobody where the channel is away: it is tried again, and audited with why", async () => {
    const vendor = await startPagerDuty();
    await vendor.stop();
    const { say, noted } = teller({ kind: "pagerduty", url: vendor.url, routing_key: "env:PD" });
    await expect(say("started", view())).rejects.toMatchObject({ type: "channel-not-told" });
    expect(noted[0]?.details).toMatchObject({ failures: [expect.stringContaining("people: ")] });
  });
});

test.each([
  ["no incident", {}],
  ["members that are none", { ...view(), members: 7 }],
  ["another hook's", view({ hook: "other" })],
  ["a name of a kind of its own", { ...view(), members: [{ name: { toString: null } }] }],
] as const)("what is %s is told to nobody, and not tried again", async (_, seen) => {
  const vendor = await startPagerDuty();
  onTestFinished(() => vendor.stop());
  const { say } = teller({ kind: "pagerduty", url: vendor.url, routing_key: "env:PD" });
  await expect(say("answered", seen as IncidentView)).rejects.toMatchObject({ nonRetryable: true });
  expect(vendor.events).toEqual([]);
});
