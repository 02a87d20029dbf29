/** Alerts of three senders become goals with facts; what cannot be read or does not fire is refused. */
import { describe, expect, test } from "vitest";
import { goalOfAlert } from "../../src/goal/alert-goal.js";
import { parseAlert } from "../../src/schema/alert.js";

const labels = {
  alertname: "KubePodCrashLooping",
  namespace: "shop",
  pod: "checkout-7d9f",
  container: "checkout",
  severity: "warning",
  instance: "10.0.0.9:8080",
  job: "kube-state-metrics",
};
const alertmanager = {
  version: "4",
  groupKey: '{}:{alertname="KubePodCrashLooping"}',
  truncatedAlerts: 0,
  status: "firing",
  receiver: "autoops",
  groupLabels: { alertname: "KubePodCrashLooping" },
  commonLabels: labels,
  commonAnnotations: { summary: "Pod is crash looping." },
  externalURL: "http://alertmanager:9093",
  alerts: [
    {
      status: "firing",
      labels,
      annotations: { description: "Pod shop/checkout-7d9f is restarting", summary: "Pod is crash looping" },
      startsAt: "2026-11-22T02:00:00Z",
      endsAt: "0001-01-01T00:00:00Z",
      generatorURL: "http://prometheus:9090/graph",
      fingerprint: "c1b0",
    },
  ],
};
const pagerduty = {
  event: {
    id: "01",
    event_type: "incident.triggered",
    resource_type: "incident",
    occurred_at: "2026-11-22T02:00:00Z",
    data: {
      id: "PX",
      type: "incident",
      number: 7,
      status: "triggered",
      title: "db connection pool exhausted",
      service: { id: "PS", type: "service_reference", summary: "checkout" },
      urgency: "high",
      priority: { id: "PP", summary: "P1" },
    },
  },
};
const datadog = {
  id: "1",
  title: "[Triggered] High CPU usage on host:web-3",
  body: "CPU is above 90 %",
  event_type: "metric_alert_monitor",
  alert_transition: "Triggered",
  tags: "env:prod,service:web,team:shop",
  hostname: "web-3",
  org: { id: 1, name: "shop" },
};

function read(input: unknown, words?: string) {
  const parsed = parseAlert(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return goalOfAlert(parsed.alert, words);
}

test("an alert of Alertmanager is a goal with the facts of its labels, but not the exporter's own address", () => {
  expect(read(alertmanager)).toEqual({
    goal: "KubePodCrashLooping: Pod is crash looping. Pod shop/checkout-7d9f is restarting; namespace shop, pod checkout-7d9f, container checkout, severity warning",
    facts: { namespace: "shop", pod: "checkout-7d9f", container: "checkout", severity: "warning" },
  });
});

test("several alerts of one group count as one goal, told with their number", () => {
  const many = { ...alertmanager, alerts: [...alertmanager.alerts, ...alertmanager.alerts] };
  expect(read(many).goal).toMatch(/^KubePodCrashLooping \(2 alerts\): Pod is crash looping\./);
});

test("an incident of PagerDuty and a monitor of Datadog are read as well", () => {
  expect(read(pagerduty).facts).toEqual({ service: "checkout", severity: "P1" });
  expect(read(pagerduty).goal).toBe("db connection pool exhausted; service checkout, severity P1");
  expect(read(datadog).facts).toEqual({ service: "web", environment: "prod", host: "web-3" });
});

test("what a person adds stands first", () => {
  expect(read(pagerduty, "find out who holds them").goal).toMatch(/^find out who holds them\ndb connection/);
});

describe("refused is", () => {
  test.each<[string, unknown]>([
    ["a text", "KubePodCrashLooping"],
    ["another mapping", { message: "hello" }],
    ["an older version of the webhook", { ...alertmanager, version: "3" }],
    [
      "an alert that is resolved",
      { ...alertmanager, alerts: alertmanager.alerts.map((one) => ({ ...one, status: "resolved" })) },
    ],
    [
      "an incident that is resolved",
      { event: { ...pagerduty.event, data: { ...pagerduty.event.data, status: "resolved" } } },
    ],
    ["a monitor that recovered", { ...datadog, alert_transition: "Recovered" }],
  ])("%s", (_, input) => {
    const parsed = parseAlert(input);
    expect(parsed.ok ? [] : parsed.problems.map(({ code }) => code)).toContain("alert-invalid");
  });
});
