/** What alerts of every sender have in common: urgency chooses nothing, no incident is planned, groups share facts, the end is no beginning, and too much is cut and told. */
import { beforeAll, describe, expect, test } from "vitest";
import { CONFIDENCE_MIN, rankPlaybooks } from "../../src/activities/planner/choose.js";
import { BUNDLED_PLAYBOOKS } from "../../src/activities/planner/draft.js";
import { entitiesOf } from "../../src/activities/planner/entities.js";
import { loadPlaybooks } from "../../src/activities/planner/playbooks.js";
import { goalOfAlert } from "../../src/goal/alert-goal.js";
import { parseAlert } from "../../src/schema/alert.js";
import type { Playbook } from "../../src/schema/playbook.js";
import { configOf } from "../support/tool-context.js";

let playbooks: Playbook[];
beforeAll(async () => {
  const loaded = await loadPlaybooks(BUNDLED_PLAYBOOKS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  playbooks = loaded.value;
});

function read(input: unknown) {
  const parsed = parseAlert(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return { ...parsed.alert, ...goalOfAlert(parsed.alert) };
}
const refusal = (input: unknown) => {
  const parsed = parseAlert(input);
  return parsed.ok ? undefined : parsed.problems.map(({ message }) => message).join();
};
function best(input: unknown) {
  const { goal, facts } = read(input);
  const entities = { ...entitiesOf(goal, configOf(), false), ...facts };
  return rankPlaybooks(playbooks, goal, entities)[0];
}

const prometheus = (labels: object, annotations: object = {}, status = "firing", more: object = {}) => ({
  version: "4",
  status,
  alerts: [{ status, labels, annotations, ...more }],
});
const pagerduty = (data: object, type = "incident.triggered") => ({ event: { event_type: type, data } });
const opsgenie = (alert: object, action = "Create") => ({ action, alert, integrationName: "autoops" });
const legacy = (more: object) => ({
  ...{ dashboardId: 1, orgId: 1, panelId: 2, ruleId: 7, ruleName: "Queue of checkout", ruleUrl: "http://g/d" },
  ...{ state: "alerting", title: "[Alerting] Queue of checkout", message: "too long", tags: {} },
  evalMatches: [{ value: 100, metric: "queue", tags: { queue: "orders" } }],
  ...more,
});

describe("how urgent an alert is chooses no playbook", () => {
  const named = (more: object) => prometheus({ alertname: "CustomAlert42", ...more });
  test.each<[string, unknown]>([
    ["severity critical", named({ severity: "critical" })],
    ["severity page", named({ severity: "page" })],
    ["a severity of their own", named({ severity: "sev1-security" })],
    ["priority", named({ priority: "P1" })],
    ["urgency of PagerDuty", pagerduty({ title: "CustomAlert42", status: "triggered", urgency: "high" })],
    ["priority of PagerDuty", pagerduty({ title: "CustomAlert42", priority: { summary: "P1" } })],
    ["priority of Opsgenie", opsgenie({ message: "CustomAlert42", priority: "P1" })],
    ["priority of Datadog", { title: "[Triggered] CustomAlert42", priority: 1 }],
    ["in its own words", prometheus({ alertname: "CustomAlert42" }, { summary: "Severity: critical, urgent" })],
    ["in its name", prometheus({ alertname: "CustomCritical" })],
  ])("%s", (_, input) => {
    expect(best(input)?.score ?? 0).toBeLessThan(CONFIDENCE_MIN);
  });

  test("what is wrong still does, whatever the urgency", () => {
    const crash = prometheus({ alertname: "KubePodCrashLooping", severity: "critical", pod: "a-1" });
    expect(best(crash)?.playbook.id).toBe("pod-crash");
    const login = prometheus({ alertname: "SuspiciousLogin", severity: "info" });
    expect(best(login)?.playbook.id).toBe("security-triage");
  });
});

describe("no incident plans nothing", () => {
  const always = "http://p/graph?g0.expr=vector%281%29&g0.tab=1";
  test.each<[string, unknown]>([
    [
      "Watchdog",
      prometheus({ alertname: "Watchdog", severity: "none" }, { summary: "An alert that should always be firing" }),
    ],
    ["InfoInhibitor", prometheus({ alertname: "InfoInhibitor", severity: "none", namespace: "shop" })],
    ["DeadMansSwitch", prometheus({ alertname: "DeadMansSwitch" })],
    ["the same by another name", prometheus({ alertname: "PrometheusAlertmanagerE2eDeadManSwitch" })],
    ["a rule that is always true", prometheus({ alertname: "Pulse" }, {}, "firing", { generatorURL: always })],
    ["Grafana's test", { ...prometheus({ alertname: "TestAlert" }), version: "1", orgId: 1 }],
    ["PagerDuty's ping", pagerduty({ message: "Hello from your friend Pagey!", type: "ping" }, "pagey.ping")],
    ["GitHub's ping", { zen: "Keep it logically awesome.", hook_id: 1 }],
    ["a rule that is paused", legacy({ state: "paused" })],
    [
      "a workflow that goes on",
      { action: "requested", repository: { full_name: "a/b" }, workflow_run: { name: "CI" } },
    ],
  ])("%s", (_, input) => {
    expect(refusal(input)).toMatch(/is not an incident/);
  });

  test("names that only sound like it are incidents", () => {
    for (const alertname of ["NodeWatchdogTimeout", "HeartbeatMissing", "KubeInfoInhibitorDown"]) {
      expect(read(prometheus({ alertname })).firing).toBe(1);
    }
  });
  test("beside others it is left out, and that is told", () => {
    const both = {
      version: "4",
      status: "firing",
      alerts: ["Watchdog", "DiskFull"].map((alertname) => ({ labels: { alertname } })),
    };
    expect(read(both)).toMatchObject({ name: "DiskFull", firing: 1 });
    expect(
      read(both)
        .notices.map(({ message }) => message)
        .join(),
    ).toMatch(/1 alerts that are no incident/);
  });
});

describe("of several alerts only what all share is a fact", () => {
  const group = {
    version: "4",
    status: "firing",
    alerts: ["a-1", "b-1", "c-1"].map((pod) => ({
      status: "firing",
      labels: { alertname: "KubePodCrashLooping", namespace: "shop", pod },
      annotations: { summary: "A pod crashes", description: `Pod ${pod} crashes` },
    })),
  };
  test("the rest is told, and not in the goal", () => {
    const { facts, goal, notices } = read(group);
    expect(facts).toEqual({ namespace: "shop" });
    expect(goal).toBe("KubePodCrashLooping (3 alerts): A pod crashes; namespace shop");
    expect(notices).toMatchObject([{ code: "alert-reduced", at: "alert.pod" }]);
    expect(notices[0]?.message).toMatch(/a-1, b-1, c-1/);
  });
  test("a label that one alert lacks is not shared", () => {
    const [first, ...others] = group.alerts;
    const odd = { ...first, labels: { ...first?.labels, service: "checkout" } };
    expect(read({ ...group, alerts: [odd, ...others] }).facts).toEqual({ namespace: "shop" });
  });
  test("what is resolved counts for nothing", () => {
    const over = { status: "resolved", labels: { alertname: "KubePodCrashLooping", namespace: "other" } };
    expect(read({ ...group, alerts: [...group.alerts, over] })).toMatchObject({
      firing: 3,
      facts: { namespace: "shop" },
    });
  });
  test("several kinds are named", () => {
    const kinds = { ...group, alerts: [...group.alerts, { labels: { alertname: "DiskFull" } }] };
    expect(read(kinds).name).toBe("KubePodCrashLooping, DiskFull");
    expect(read(kinds).notices.at(-1)?.message).toMatch(/2 kinds/);
  });
  test("the series of Grafana's old alerting too", () => {
    const series = (queue: string) => ({ value: 1, metric: "q", tags: { queue, env: "prod" } });
    expect(read(legacy({ evalMatches: [series("a"), series("b")] })).facts).toEqual({ environment: "prod" });
  });
});

describe("the end of an alert is not planned as its beginning", () => {
  test.each<[string, unknown]>([
    ["Datadog's title", { title: "[Recovered on {host:web-1}] High CPU of checkout" }],
    ["Datadog's event_title", { event_title: "[Recovered] High CPU" }],
    ["Datadog's transition", { title: "High CPU", alert_transition: "Recovered" }],
    ["Datadog's type", { title: "High CPU", alert_type: "success" }],
    ["Datadog's status", { title: "High CPU", alert_status: "OK" }],
    ["Datadog's title of a warning", { title: "[Warn Recovered] High CPU of checkout" }],
    ["a title with the end of no data", { title: "[No Data Recovered on {host:web-1}] High CPU" }],
    ["a title beside a state that is closed", { title: "High CPU of checkout", state: "CLOSED" }],
    ["a title beside a state that is resolved", { title: "High CPU of checkout", state: "Resolved" }],
    ["a state of the old alerting that is closed", legacy({ state: "closed", title: "Queue of checkout" })],
    ["Alertmanager", prometheus({ alertname: "A" }, {}, "resolved")],
    ["Grafana", { ...prometheus({ alertname: "A" }, {}, "resolved"), version: "1", orgId: 1 }],
    ["Grafana before version 9", legacy({ state: "ok", title: "[OK] Queue of checkout" })],
    ["PagerDuty's status", pagerduty({ title: "A", status: "resolved" })],
    ["PagerDuty's event", pagerduty({ title: "A" }, "incident.resolved")],
    ["Opsgenie", opsgenie({ message: "A" }, "Close")],
    [
      "GitHub",
      { action: "completed", repository: { full_name: "a/b" }, workflow_run: { name: "CI", conclusion: "success" } },
    ],
  ])("%s", (_, input) => {
    expect(refusal(input)).toMatch(/it is resolved/);
  });
  test("a title that only speaks of it fires", () => {
    expect(read({ title: "[Warn] Recovered nodes of checkout fail again", state: "ACTIVATED" }).firing).toBe(1);
    expect(read({ title: "[Triggered] Recovered nodes of checkout fail again" }).firing).toBe(1);
    expect(read({ title: "[Re-Triggered on {host:a}] OK rate low", alert_transition: "Re-Triggered" }).firing).toBe(1);
  });
});

test.each(["<no value>", "[no value]", "<nil>", "{{ $labels.pod }}", "", "checkout-<no value>", "null"])(
  "%j in a label is no value",
  (pod) => {
    expect(read(prometheus({ alertname: "A", namespace: "shop", pod })).facts).toEqual({ namespace: "shop" });
    expect(read({ title: "A", tags: `pod:${pod},env:prod` }).facts).toEqual({ environment: "prod" });
  },
);

describe("senders' own forms are read, and what is too much is cut and told", () => {
  test("Grafana's unified alerting", () => {
    const sent = {
      ...prometheus({ alertname: "High latency", grafana_folder: "shop", service: "checkout" }, { summary: "slow" }),
      ...{ version: "1", orgId: 1, receiver: "autoops", state: "alerting", title: "[FIRING:1] High latency" },
      message: "**Firing**",
    };
    expect(read(sent)).toMatchObject({ from: "grafana", name: "High latency", facts: { service: "checkout" } });
  });
  test("Grafana before version 9", () => {
    expect(read(legacy({}))).toMatchObject({ from: "grafana", name: "Queue of checkout", facts: { queue: "orders" } });
  });
  test("Opsgenie and GitHub", () => {
    const alert = { message: "Disk full", alias: "x", priority: "P2", tags: ["env:prod"], details: { host: "db-1" } };
    expect(read(opsgenie(alert)).facts).toEqual({ environment: "prod", host: "db-1", severity: "P2" });
    const run = { name: "Deploy", conclusion: "failure", head_branch: "main", head_sha: "abc" };
    const sent = { action: "completed", repository: { full_name: "shop/cart", name: "cart" }, workflow_run: run };
    expect(read(sent)).toMatchObject({ name: "workflow Deploy failed", facts: { service: "cart", version: "abc" } });
  });
  test("an annotation of 20,000 characters, and a body", () => {
    const long = "x".repeat(20_000);
    for (const sent of [prometheus({ alertname: "A" }, { description: long }), { title: "A", body: long }]) {
      expect(read(sent).says.length).toBeLessThanOrEqual(10_000);
      expect(read(sent).notices[0]?.message).toMatch(/1 text was longer than 10000 characters/);
    }
  });
  test("1,234 alerts, and those that the sender kept back", () => {
    const alerts = Array.from({ length: 1_234 }, () => ({ labels: { alertname: "A", pod: "p" } }));
    const { firing, facts, notices } = read({ version: "4", status: "firing", truncatedAlerts: 9, alerts });
    expect({ firing, facts }).toEqual({ firing: 1_000, facts: { pod: "p" } });
    expect(notices.map(({ message }) => message)).toEqual([
      "234 alerts beyond the first 1000 were not read",
      "9 alerts were kept back by the sender",
    ]);
  });
  test("numbers where a text stands", () => {
    expect(read({ title: "A", priority: 4 }).facts).toEqual({ severity: "4" });
    expect(read(pagerduty({ title: "A", priority: 4 })).facts).toEqual({ severity: "4" });
    expect(read({ ...prometheus({ alertname: "A" }), version: 4 }).firing).toBe(1);
  });
});
