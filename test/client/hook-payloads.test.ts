/** What each kind of hook makes of what its sender sends beside the usual: none is refused wrongly, and what is no incident starts nothing. */
import { describe, expect, test } from "vitest";
import { groupsOf } from "../../src/client/hooks/grouping.js";
import { readDelivery } from "../../src/client/hooks/kinds.js";
import type { OneAlert } from "../../src/schema/alerts/alert.js";
import { type HookKind, hookSchema } from "../../src/schema/config/hooks.js";

type Became = "fires" | "resolved" | "no incident";

function alertsOf(kind: HookKind, body: unknown, more: object = {}): readonly OneAlert[] {
  const map = kind === "generic" ? { map: { name: "{{ body.name }}" } } : {};
  const read = readDelivery(body, hookSchema.parse({ kind, secret: "env:S", ...map, ...more }));
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.delivery.alerts;
}
const became = ({ noIncident, status }: OneAlert): Became =>
  noIncident === true ? "no incident" : status === "firing" ? "fires" : "resolved";
const allOf = (kind: HookKind, body: unknown, more?: object) => alertsOf(kind, body, more).map(became);

describe("PagerDuty V3", () => {
  const incident = { id: "Q1", type: "incident", title: "Checkout fails", status: "triggered", urgency: "high" };
  const reference = { id: "Q1", summary: "Checkout fails", type: "incident_reference", html_url: "https://p/Q1" };
  const event = (event_type: string, data: object) => ({
    event: {
      id: "01",
      event_type,
      resource_type: "incident",
      occurred_at: "2026-11-30T03:00:00Z",
      agent: null,
      client: null,
      data,
    },
  });
  test.each<[string, object, Became]>([
    ["incident.triggered", incident, "fires"],
    ["incident.acknowledged", { ...incident, status: "acknowledged" }, "fires"],
    ["incident.unacknowledged", incident, "fires"],
    ["incident.reopened", incident, "fires"],
    ["incident.escalated", { ...incident, priority: null }, "fires"],
    ["incident.reassigned", incident, "fires"],
    ["incident.delegated", incident, "fires"],
    ["incident.priority_updated", { ...incident, priority: { id: "P", summary: "P1" } }, "fires"],
    ["incident.service_updated", incident, "fires"],
    ["incident.incident_type.changed", incident, "fires"],
    ["incident.resolved", { ...incident, status: "resolved" }, "resolved"],
    [
      "incident.annotated",
      { id: "N1", type: "incident_note", incident: reference, content: "looking", trimmed: false },
      "no incident",
    ],
    [
      "incident.status_update_published",
      { id: "S1", type: "incident_status_update", incident: reference, message: "soon" },
      "no incident",
    ],
    [
      "incident.responder.added",
      { type: "incident_responder", incident: reference, state: "pending", message: "help" },
      "no incident",
    ],
    [
      "incident.responder.replied",
      { type: "incident_responder", incident: reference, state: "accepted" },
      "no incident",
    ],
    [
      "incident.conference_bridge.updated",
      { type: "incident_conference_bridge", incident: reference, conference_numbers: [] },
      "no incident",
    ],
    [
      "incident.custom_field_values.updated",
      { type: "incident_custom_fields", incident: reference, custom_fields: [] },
      "no incident",
    ],
    [
      "incident.workflow.started",
      { type: "incident_workflow_instance", incident: reference, summary: "page the boss" },
      "no incident",
    ],
    ["incident.workflow.completed", { type: "incident_workflow_instance", incident: reference }, "no incident"],
    [
      "service.created",
      { id: "S", type: "service", summary: "Checkout", alert_creation: "create_alerts_and_incidents" },
      "no incident",
    ],
    ["service.updated", { id: "S", type: "service", summary: "Checkout" }, "no incident"],
    ["service.deleted", { id: "S", type: "service" }, "no incident"],
    ["pagey.ping", { message: "Hello from your friend Pagey!", type: "ping" }, "no incident"],
  ])("%s", (type, data, wanted) => {
    expect(allOf("pagerduty", event(type, data))).toEqual([wanted]);
  });
  test("all events of an incident are one alert", () => {
    const ids = ["incident.triggered", "incident.escalated", "incident.resolved"].map(
      (type) => alertsOf("pagerduty", event(type, incident))[0]?.id,
    );
    expect(new Set(ids)).toEqual(new Set(["Q1"]));
  });
});

describe("Grafana", () => {
  const unified = (labels: object, more: object = {}, status = "firing") => ({
    ...{ receiver: "autoops", status, orgId: 1, groupLabels: {}, commonLabels: labels, commonAnnotations: {} },
    ...{
      externalURL: "http://g/",
      version: "1",
      groupKey: "{}",
      truncatedAlerts: 0,
      title: "[FIRING:1]",
      state: "alerting",
      message: "",
    },
    alerts: [
      {
        ...{
          status,
          labels,
          annotations: { summary: "s" },
          startsAt: "2026-11-30T03:00:00Z",
          endsAt: "0001-01-01T00:00:00Z",
        },
        ...{
          generatorURL: "http://g/alerting/1",
          fingerprint: "57c6d9296de2ad39",
          silenceURL: "http://g/s",
          dashboardURL: "",
          panelURL: "",
        },
        ...{ values: { A: 1, B: 0.5 }, valueString: "[ var='A' labels={} value=1 ]", orgId: 1, ...more },
      },
    ],
  });
  test.each<[string, object, Became]>([
    ["with values", unified({ alertname: "HighErrors" }), "fires"],
    ["without values", unified({ alertname: "HighErrors" }, { values: null, valueString: "" }), "fires"],
    ["a value that is none", unified({ alertname: "HighErrors" }, { values: { A: null } }), "fires"],
    [
      "no data",
      unified({ alertname: "DatasourceNoData", rulename: "HighErrors", datasource_uid: "p" }, { values: {} }),
      "fires",
    ],
    [
      "an error",
      unified({ alertname: "DatasourceError", rulename: "HighErrors" }, { annotations: { Error: "refused" } }),
      "fires",
    ],
    ["no data is over", unified({ alertname: "DatasourceNoData" }, {}, "resolved"), "resolved"],
    ["its test", unified({ alertname: "TestAlert", instance: "Grafana" }), "no incident"],
    ["annotations that are null", unified({ alertname: "HighErrors" }, { annotations: null }), "fires"],
  ])("%s", (_, body, wanted) => {
    expect(allOf("grafana", body)).toEqual([wanted]);
  });
  const legacy = (state: string, more: object = {}) => ({
    ...{
      dashboardId: 1,
      evalMatches: [],
      orgId: 1,
      panelId: 2,
      ruleId: 7,
      ruleName: "Errors",
      ruleUrl: "http://g",
      state,
    },
    ...{ tags: {}, title: `[${state}] Errors`, message: "m", ...more },
  });
  test.each<[string, object, Became]>([
    ["alerting", legacy("alerting", { evalMatches: [{ value: 1, metric: "m", tags: null }] }), "fires"],
    ["no data", legacy("no_data"), "fires"],
    ["ok", legacy("ok"), "resolved"],
    ["paused", legacy("paused"), "no incident"],
    ["its test", legacy("alerting", { ruleName: "Test notification", ruleId: 0 }), "no incident"],
  ])("of old: %s", (_, body, wanted) => {
    expect(allOf("grafana", body)).toEqual([wanted]);
  });
});

describe("Datadog", () => {
  const sent = (transition: string, title: string, more: object = {}) => ({
    ...{
      id: "7",
      title,
      body: "b",
      alert_transition: transition,
      alert_id: 42,
      alert_scope: "host:web-1",
      date: 1_700_000_000_000,
    },
    ...{
      org: { id: "1", name: "shop" },
      event_type: "query_alert_monitor",
      tags: "env:prod,service:checkout",
      ...more,
    },
  });
  test.each<[string, object, Became]>([
    ["triggered", sent("Triggered", "[Triggered on {host:web-1}] CPU"), "fires"],
    ["triggered again", sent("Re-Triggered", "[Re-Triggered] CPU"), "fires"],
    ["warns", sent("Warn", "[Warn on {host:web-1}] CPU", { alert_type: "warning" }), "fires"],
    ["warns again", sent("Re-Warn", "[Re-Warn] CPU"), "fires"],
    ["no data", sent("No Data", "[No data] CPU"), "fires"],
    ["no data again", sent("Re-No Data", "[Re-No data] CPU"), "fires"],
    ["told again", sent("Renotify", "[Renotify] CPU"), "fires"],
    ["recovered", sent("Recovered", "[Recovered on {host:web-1}] CPU", { alert_type: "success" }), "resolved"],
    ["recovered by its title alone", sent("$ALERT_TRANSITION", "[Recovered] CPU"), "resolved"],
    ["its test by the transition", sent("Test", "[Triggered] CPU"), "no incident"],
    ["its test by the title", sent("Triggered", "[TEST] [Triggered] CPU"), "no incident"],
    ["a test of a recovery", sent("Recovered", "[TEST] [Recovered] CPU"), "no incident"],
    ["a monitor that is named for tests", sent("Triggered", "[Triggered] Load test runner is slow"), "fires"],
    [
      "the default template",
      {
        body: "b",
        last_updated: "1",
        event_type: "metric_alert_monitor",
        title: "[Triggered] CPU",
        date: "1",
        org: { id: "1", name: "a" },
        id: "9",
      },
      "fires",
    ],
  ])("%s", (_, body, wanted) => {
    expect(allOf("datadog", body)).toEqual([wanted]);
  });
  test.each([
    ["[Triggered] CPU of web", "[Recovered] CPU of web"],
    ["[Triggered on {host:web-1}] CPU of web", "[Recovered on {host:web-1}] CPU of web"],
    ["[P1] [Warn] CPU of web", "[P1] [Warn Recovered] CPU of web"],
    ["[No data] CPU of web", "[Re-No data] CPU of web"],
    ["[prod] [Triggered] CPU of web", "[prod] [Recovered] CPU of web"],
  ])("%s and %s are one incident", (fires, over) => {
    const hook = hookSchema.parse({ kind: "datadog", secret: "env:S" });
    const ids = [fires, over].flatMap((title) => {
      const alerts = alertsOf("datadog", { title, alert_id: "7", tags: "service:checkout" });
      return groupsOf("dd", hook, alerts).map(({ id }) => id);
    });
    expect(new Set(ids).size).toBe(1);
    const other = alertsOf("datadog", { title: fires.replace("CPU", "[shop] CPU"), alert_id: "8" });
    expect(groupsOf("dd", hook, other).map(({ id }) => id)).not.toContain(ids[0]);
  });
});

describe("Opsgenie", () => {
  const alert = {
    alertId: "a1",
    alias: "disk",
    message: "Disk full",
    tags: ["env:prod"],
    tinyId: "2",
    username: "System",
    entity: "db",
    teams: [],
  };
  test.each<[string, Became]>([
    ["Create", "fires"],
    ["Acknowledge", "fires"],
    ["UnAcknowledge", "fires"],
    ["Snooze", "fires"],
    ["SnoozeEnd", "fires"],
    ["Escalate", "fires"],
    ["EscalateNext", "fires"],
    ["Close", "resolved"],
    ["Delete", "resolved"],
    ["AddNote", "no incident"],
    ["AddTags", "no incident"],
    ["RemoveTags", "no incident"],
    ["AddDetails", "no incident"],
    ["RemoveDetails", "no incident"],
    ["AddTeam", "no incident"],
    ["AddRecipient", "no incident"],
    ["AssignOwnership", "no incident"],
    ["TakeOwnership", "no incident"],
    ["UpdatePriority", "no incident"],
    ["UpdateMessage", "no incident"],
    ["UpdateDescription", "no incident"],
    ["CustomAction", "no incident"],
  ])("%s", (action, wanted) => {
    const body = { action, alert, source: { name: "", type: "API" }, integrationId: "i", integrationName: "w" };
    expect(allOf("opsgenie", body)).toEqual([wanted]);
  });
  test("a note without the alert's text is taken too", () => {
    expect(allOf("opsgenie", { action: "AddNote", alert: { alertId: "a1", note: "looking" } })).toEqual([
      "no incident",
    ]);
  });
});

describe("GitHub", () => {
  const repository = { id: 1, name: "shop", full_name: "acme/shop" };
  const workflow = (action: string, conclusion: string | null) => ({
    ...{ action, repository, sender: { login: "ann" } },
    workflow_run: {
      id: 1,
      name: "CI",
      head_branch: "main",
      head_sha: "abc",
      conclusion,
      status: action,
      event: "push",
    },
  });
  const check = (action: string, conclusion: string | null) => ({
    ...{ action, repository, sender: { login: "ann" } },
    check_run: {
      ...{ id: 4, name: "build", head_sha: "abc", status: action, conclusion, output: { title: null, summary: null } },
      check_suite: { id: 2, head_branch: "main" },
    },
  });
  const deployment = (state: string) => ({
    ...{ repository, deployment_status: { state, description: "", target_url: "" } },
    deployment: { id: 3, ref: "main", sha: "abc", environment: "production", task: "deploy", payload: {} },
  });
  test.each<[string, object, Became]>([
    ["a workflow that failed", workflow("completed", "failure"), "fires"],
    ["a workflow that took too long", workflow("completed", "timed_out"), "fires"],
    ["a workflow that succeeded", workflow("completed", "success"), "resolved"],
    ["a workflow that was cancelled", workflow("completed", "cancelled"), "no incident"],
    ["a workflow that was skipped", workflow("completed", "skipped"), "no incident"],
    ["a workflow that begins", workflow("requested", null), "no incident"],
    ["a workflow that goes on", workflow("in_progress", null), "no incident"],
    ["a check that failed", check("completed", "failure"), "fires"],
    ["a check that succeeded", check("completed", "success"), "resolved"],
    ["a check that is neutral", check("completed", "neutral"), "no incident"],
    ["a check that begins", check("created", null), "no incident"],
    ["a check that is asked for again", check("rerequested", null), "no incident"],
    ["a deployment that failed", deployment("failure"), "fires"],
    ["a deployment that is wrong", deployment("error"), "fires"],
    ["a deployment that succeeded", deployment("success"), "fires"],
    ["a deployment that waits", deployment("pending"), "no incident"],
    ["a deployment that is queued", deployment("queued"), "no incident"],
    ["a deployment that is replaced", deployment("inactive"), "no incident"],
    ["its ping", { zen: "Design for failure.", hook_id: 1, hook: { type: "Repository" }, repository }, "no incident"],
    ["a push", { ref: "refs/heads/main", commits: [], repository, sender: { login: "ann" } }, "no incident"],
    ["a member of an organisation", { action: "member_added", organization: { login: "acme" } }, "no incident"],
  ])("%s", (_, body, wanted) => {
    expect(allOf("github", body)).toEqual([wanted]);
  });
  test("a check that failed is ended by the one that succeeds", () => {
    const [failed] = alertsOf("github", check("completed", "failure"));
    const [succeeded] = alertsOf("github", check("completed", "success"));
    expect(failed).toMatchObject({ name: "check build failed", labels: { branch: "main", service: "shop" } });
    expect(succeeded?.id).toBe(failed?.id);
  });
});

describe("Alertmanager", () => {
  test("what its own limit kept back is told", () => {
    const body = {
      ...{
        version: "4",
        groupKey: "{}",
        truncatedAlerts: 37,
        status: "firing",
        receiver: "autoops",
        externalURL: "http://a",
      },
      ...{ groupLabels: { alertname: "Down" }, commonLabels: {}, commonAnnotations: {} },
      alerts: [
        {
          status: "firing",
          labels: { alertname: "Down" },
          annotations: {},
          startsAt: "2026-11-30T03:00:00Z",
          endsAt: "0001-01-01T00:00:00Z",
          generatorURL: "",
          fingerprint: "f",
        },
      ],
    };
    const read = readDelivery(body, hookSchema.parse({ kind: "alertmanager", secret: "env:S" }));
    expect(read).toMatchObject({
      ok: true,
      delivery: { alerts: [{ name: "Down" }], cut: ["37 alerts were kept back by the sender"] },
    });
  });
});

describe("generic", () => {
  const map = {
    ...{ each: "groups.alerts", name: "{{ item.title }}", id: "{{ item.id }}", status: "{{ item.state }}" },
    labels: { service: "{{ parent.service }}", site: "{{ body.site }}", pod: "{{ item.pods[0].name }}" },
  };
  const body = {
    site: "berlin",
    groups: [
      {
        service: "checkout",
        alerts: [
          { id: 1, title: "Slow", state: "down", pods: [{ name: "a" }] },
          { id: 2, title: "Full", state: "ok", pods: [] },
        ],
      },
      { service: "catalog", alerts: [] },
      { service: "pay", alerts: { id: 3, title: "Gone", state: "down" } },
    ],
  };
  test("alerts in nested lists, each with what stands around it", () => {
    expect(alertsOf("generic", body, { map })).toMatchObject([
      { id: "1", name: "Slow", status: "firing", labels: { service: "checkout", site: "berlin", pod: "a" } },
      { id: "2", name: "Full", status: "resolved", labels: { service: "checkout", site: "berlin" } },
      { id: "3", name: "Gone", status: "firing", labels: { service: "pay" } },
    ]);
  });
  test("a place in a list by its number", () => {
    const first = { name: "{{ body.groups[0].alerts[0].title }}" };
    expect(alertsOf("generic", body, { map: first })).toMatchObject([{ name: "Slow" }]);
  });
  test.each([
    ["without what each names", { groups: [] }, "map.each"],
    ["with one that has no name", { groups: [{ alerts: [{ id: 1 }] }] }, "map.name"],
  ])("%s it is refused", (_, sent, named) => {
    const read = readDelivery(sent, hookSchema.parse({ kind: "generic", secret: "env:S", map }));
    expect(read).toMatchObject({
      ok: false,
      problems: [{ code: "alert-invalid", message: expect.stringContaining(named) }],
    });
  });
});

describe("a hook of kind known takes whichever sender can be read", () => {
  test.each<[string, object, Became]>([
    ["CloudWatch", { AlarmName: "queue", NewStateValue: "ALARM", Trigger: {} }, "fires"],
    ["CloudWatch, over", { AlarmName: "queue", NewStateValue: "OK", Trigger: {} }, "resolved"],
    ["Azure", { schemaId: "azureMonitorCommonAlertSchema", data: { essentials: { alertRule: "A" } } }, "fires"],
    ["Zabbix", { event_name: "Disk full", event_value: "0", host: "db-1" }, "resolved"],
    ["Alertmanager", { version: "4", status: "firing", alerts: [{ labels: { alertname: "A" } }] }, "fires"],
  ])("%s", (_, body, expected) => expect(allOf("known", body)).toEqual([expected]));

  test("and says what it knows where it cannot", () => {
    const read = readDelivery({ hello: 1 }, hookSchema.parse({ kind: "known", secret: "env:S" }));
    expect(read).toMatchObject({ ok: false, problems: [{ hint: expect.stringContaining("generic") }] });
  });
});
