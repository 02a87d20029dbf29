/** Alerts of senders beside the first six, by their published shapes: what fires, what is over, and what they name. */
import { describe, expect, test } from "vitest";
import { goalOfAlert } from "../../src/goal/alert-goal.js";
import { parseAlert, readDelivery } from "../../src/schema/alert.js";

function fires(input: unknown) {
  const parsed = parseAlert(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return { ...parsed.alert, ...goalOfAlert(parsed.alert) };
}
const refusal = (input: unknown): string => {
  const parsed = parseAlert(input);
  return parsed.ok ? "" : parsed.problems.map(({ message }) => message).join();
};
const read = (input: unknown) => {
  const delivery = readDelivery(input);
  if (!delivery.ok) throw new Error(JSON.stringify(delivery.problems));
  return delivery.delivery.alerts.map(({ name, status, noIncident }) =>
    noIncident === true ? `${name}: no incident` : `${name}: ${status}`,
  );
};

const alarm = (more: object = {}) => ({
  AlarmName: "orders queue too long",
  AlarmDescription: "more than 1,000 messages wait",
  AWSAccountId: "123456789012",
  NewStateValue: "ALARM",
  NewStateReason: "Threshold Crossed: 1 datapoint [1403.0] was greater than the threshold (1000.0).",
  StateChangeTime: "2026-11-29T12:00:00.000+0000",
  Region: "EU (Frankfurt)",
  AlarmArn: "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:orders queue too long",
  OldStateValue: "OK",
  Trigger: {
    MetricName: "ApproximateNumberOfMessagesVisible",
    Namespace: "AWS/SQS",
    Dimensions: [{ value: "orders", name: "QueueName" }],
    Threshold: 1000,
  },
  ...more,
});
const sns = (message: unknown, more: object = {}) => ({
  Type: "Notification",
  MessageId: "95df01b4",
  TopicArn: "arn:aws:sns:eu-central-1:123456789012:alerts",
  Subject: 'ALARM: "orders queue too long" in EU (Frankfurt)',
  Message: typeof message === "string" ? message : JSON.stringify(message),
  Timestamp: "2026-11-29T12:00:01.000Z",
  ...more,
});
const bridged = (value: string) => ({
  version: "0",
  id: "c4c1c1c9",
  "detail-type": "CloudWatch Alarm State Change",
  source: "aws.cloudwatch",
  region: "eu-central-1",
  resources: ["arn:aws:cloudwatch:eu-central-1:123456789012:alarm:checkout errors"],
  detail: {
    alarmName: "checkout errors",
    state: { value, reason: "Threshold Crossed", timestamp: "2026-11-29T12:00:00.000+0000" },
    previousState: { value: "OK" },
    configuration: {
      description: "5xx of checkout",
      metrics: [
        { metricStat: { metric: { namespace: "AWS/ECS", name: "5xx", dimensions: { ServiceName: "checkout" } } } },
      ],
    },
  },
});

describe("Amazon CloudWatch", () => {
  test.each<[string, unknown]>([
    ["bare", alarm()],
    ["in SNS's envelope", sns(alarm())],
    ["as Lambda has it", { Records: [{ EventSource: "aws:sns", Sns: sns(alarm()) }] }],
    ["in the envelope without its subject", sns(alarm(), { Subject: null })],
    ["where data are missing, and somebody asked to be told", alarm({ NewStateValue: "INSUFFICIENT_DATA" })],
    ["of an expression", alarm({ Trigger: { Metrics: [{ MetricStat: { Metric: alarm().Trigger } }] } })],
  ])("an alarm %s fires", (_, input) => {
    const { from, name, facts, says } = fires(input);
    expect({ from, name, facts }).toEqual({
      from: "cloudwatch",
      name: "orders queue too long",
      facts: { queue: "orders" },
    });
    expect(says).toContain("1403.0");
  });
  test("an event of EventBridge names its service", () => {
    expect(fires(bridged("ALARM"))).toMatchObject({ name: "checkout errors", facts: { service: "checkout" } });
  });
  test("a plain text of SNS is its subject", () => {
    expect(fires(sns("disk of db-1 is full", { Subject: "Disk full" }))).toMatchObject({
      name: "Disk full",
      says: "disk of db-1 is full",
    });
  });
  test.each<[string, unknown]>([
    ["bare", alarm({ NewStateValue: "OK", OldStateValue: "ALARM" })],
    ["in the envelope", sns(alarm({ NewStateValue: "OK" }))],
    ["as an event", bridged("OK")],
  ])("what is OK again is over: %s", (_, input) => expect(refusal(input)).toContain("it is resolved"));
  test("a subscription is no incident", () => {
    const input = { Type: "SubscriptionConfirmation", TopicArn: "arn:aws:sns:x", SubscribeURL: "https://sns/x" };
    expect(read(input)).toEqual(["subscription of SNS: no incident"]);
  });
});

const incident = (more: object = {}) => ({
  incident: {
    incident_id: "0.lj2va6zdkemq",
    resource_id: "",
    resource_name: "shop appserver",
    resource: { type: "k8s_container", labels: { namespace_name: "shop", pod_name: "checkout-1", project_id: "shop" } },
    metric: { type: "kubernetes.io/container/restart_count", displayName: "Restarts", labels: { app: "checkout" } },
    started_at: 1_796_000_000,
    ended_at: null,
    policy_name: "Pods restart",
    condition_name: "restart count over 3",
    state: "open",
    severity: "No severity",
    documentation: { content: "see the runbook", mime_type: "text/markdown" },
    summary: "Restarts of checkout-1 are above the threshold of 3 with a value of 7.",
    url: "https://console.cloud.google.com/monitoring/alerting/incidents/0.lj2va6zdkemq",
    ...more,
  },
  version: "1.2",
});

describe("Google Cloud Monitoring", () => {
  test("an open incident fires", () => {
    const { from, name, facts, says } = fires(incident());
    expect({ from, name, facts }).toEqual({
      from: "google-cloud",
      name: "Pods restart",
      facts: { service: "checkout", pod: "checkout-1" },
    });
    expect(says).toContain("a value of 7");
  });
  test("without a policy the condition is its name", () => {
    expect(fires(incident({ policy_name: undefined })).name).toBe("restart count over 3");
  });
  test("a closed one is over, and a test is no incident", () => {
    expect(refusal(incident({ state: "closed", ended_at: 1_796_000_900 }))).toContain("it is resolved");
    expect(read({ ...incident(), version: "test" })).toEqual(["Pods restart: no incident"]);
  });
  test("a moment that is none hides nothing", () => {
    expect(fires(incident({ started_at: 1e300 })).name).toBe("Pods restart");
  });
});

const azure = (essentials: object = {}, alertContext: object = {}) => ({
  schemaId: "azureMonitorCommonAlertSchema",
  data: {
    essentials: {
      alertId: "/subscriptions/1/providers/Microsoft.AlertsManagement/alerts/b9569717",
      alertRule: "CPU of db-vm-1",
      severity: "Sev3",
      signalType: "Metric",
      monitorCondition: "Fired",
      monitoringService: "Platform",
      alertTargetIDs: ["/subscriptions/1/resourcegroups/shop/providers/microsoft.compute/virtualmachines/db-vm-1"],
      configurationItems: ["db-vm-1"],
      originAlertId: "1_shop_microsoft.insights_metricAlerts_CPU",
      firedDateTime: "2026-11-29T12:00:00.000Z",
      description: "CPU over 90 %",
      essentialsVersion: "1.0",
      alertContextVersion: "1.0",
      ...essentials,
    },
    alertContext: { properties: null, ...alertContext },
  },
});

describe("Azure Monitor", () => {
  test("what is fired names its machine", () => {
    expect(fires(azure())).toMatchObject({
      from: "azure",
      name: "CPU of db-vm-1",
      says: "CPU over 90 %",
      facts: { host: "db-vm-1", severity: "Sev3" },
    });
  });
  test("dimensions are labels, and a web application is a service", () => {
    const sites = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.Web/sites/checkout";
    const condition = { allOf: [{ metricName: "Http5xx", dimensions: [{ name: "Instance", value: "RD00" }] }] };
    expect(fires(azure({ alertTargetIDs: [sites] }, { condition }))).toMatchObject({
      labels: { Instance: "RD00", resource: "checkout" },
      facts: { service: "checkout" },
    });
  });
  test("of several machines none is taken", () => {
    const { alertTargetIDs } = azure().data.essentials;
    expect(fires(azure({ alertTargetIDs: [...alertTargetIDs, `${alertTargetIDs[0]}b`] })).facts).not.toHaveProperty(
      "host",
    );
  });
  test("the older schema of metric alerts is read, too", () => {
    const context = { name: "Queue of orders", description: "too long", resourceId: "/a/b/queue", severity: "3" };
    const older = (status: string) => ({ schemaId: "AzureMonitorMetricAlert", data: { status, context } });
    expect(fires(older("Activated"))).toMatchObject({ name: "Queue of orders", says: "too long" });
    expect(refusal(older("Deactivated"))).toContain("it is resolved");
  });
  test("what is resolved is over; a schema that is neither says what to turn on", () => {
    expect(refusal(azure({ monitorCondition: "Resolved", resolvedDateTime: "2026-11-29T12:05:00Z" }))).toContain(
      "resolved",
    );
    expect(parseAlert({ schemaId: "Microsoft.Insights/activityLogs", data: { status: "Activated" } })).toMatchObject({
      problems: [{ hint: expect.stringContaining("common alert schema") }],
    });
  });
});

describe("Sentry", () => {
  const event = {
    event_id: "e4874d66",
    title: "TypeError: cart is undefined",
    culprit: "checkout/views.py",
    level: "error",
  };
  const tagged = {
    ...event,
    environment: "production",
    tags: [
      ["server_name", "web-1"],
      ["browser", "Chrome"],
    ],
  };
  const issue = {
    id: "1170820242",
    title: "TimeoutError",
    culprit: "GET /cart",
    status: "unresolved",
    project: { slug: "checkout" },
  };
  const metric = {
    id: "4",
    title: "Too many errors",
    alert_rule: { id: "7", name: "Too many errors", projects: ["checkout"] },
  };
  const sent = (action: string, data: object) => ({
    action,
    actor: { id: "sentry" },
    installation: { uuid: "u" },
    data,
  });
  test.each<[string, unknown, object]>([
    [
      "an alert of issues",
      sent("triggered", { event: tagged, triggered_rule: "r" }),
      { name: event.title, facts: { environment: "production", host: "web-1", severity: "error" } },
    ],
    ["an issue", sent("created", { issue }), { name: "TimeoutError", facts: { service: "checkout" } }],
    ["an issue that is back", sent("unresolved", { issue }), { name: "TimeoutError" }],
    [
      "a metric",
      sent("critical", { metric_alert: metric, description_text: "1000 events" }),
      { name: "Too many errors", says: "1000 events", facts: { service: "checkout" } },
    ],
    ["a metric that warns", sent("warning", { metric_alert: metric }), { name: "Too many errors" }],
    [
      "the older webhook",
      { project_slug: "checkout", project_name: "Checkout", message: "boom", level: "error", culprit: "c", event },
      { name: event.title, facts: { service: "checkout", severity: "error" } },
    ],
  ])("%s fires", (_, input, expected) => expect(fires(input)).toMatchObject({ from: "sentry", ...expected }));
  test.each<[string, unknown]>([
    ["an issue", sent("resolved", { issue: { ...issue, status: "resolved" } })],
    ["an archived issue", sent("archived", { issue })],
    ["a metric", sent("resolved", { metric_alert: metric, description_title: "Resolved: Too many errors" })],
  ])("%s that is resolved is over", (_, input) => expect(refusal(input)).toContain("it is resolved"));
  test("what people do with an issue is no incident", () => {
    expect(read(sent("assigned", { issue }))).toEqual(["TimeoutError: no incident"]);
    expect(read(sent("created", { comment: "seen" }))).toEqual(["created: no incident"]);
    expect(read(sent("created", { installation: {} }))).toEqual(["created: no incident"]);
  });
});

describe("Zabbix, in whatever spelling its user chose", () => {
  const macros = {
    "EVENT.ID": "41",
    "EVENT.NAME": "Disk full on db-1",
    "EVENT.VALUE": "1",
    "EVENT.SEVERITY": "High",
    "HOST.NAME": "db-1",
  };
  const snake = {
    event_id: "41",
    event_name: "Disk full on db-1",
    event_value: "1",
    event_severity: "High",
    host_name: "db-1",
    event_recovery_value: "{EVENT.RECOVERY.VALUE}",
  };
  const camel = {
    EventID: "41",
    EventName: "Disk full on db-1",
    EventValue: 1,
    EventSeverity: "High",
    HostName: "db-1",
  };
  const nested = {
    event: { id: "41", value: "1" },
    trigger: { name: "Disk full on db-1", severity: "High" },
    host: { name: "db-1" },
  };
  const subject = {
    alert_subject: "Problem: Disk full on db-1",
    trigger_id: "7",
    event_update_status: "0",
    host: "db-1",
    severity: "High",
  };
  test.each([
    ["macros", macros],
    ["snake", snake],
    ["camel", camel],
    ["nested", nested],
    ["subject", subject],
  ])("%s", (_, input) => {
    expect(fires(input)).toMatchObject({
      from: "zabbix",
      name: "Disk full on db-1",
      facts: { host: "db-1", severity: "High" },
    });
  });
  test.each<[string, unknown]>([
    ["its value", { ...macros, "EVENT.VALUE": "0" }],
    ["a number", { ...camel, EventValue: 0 }],
    ["nested", { ...nested, event: { id: "41", value: "0" } }],
    ["a recovery", { ...snake, event_recovery_value: "0" }],
    ["its subject", { ...subject, alert_subject: "Resolved in 5m 3s: Disk full on db-1" }],
    ["the trigger's status", { trigger_name: "Disk full", trigger_status: "OK", host: "db-1" }],
  ])("what is resolved by %s is over", (_, input) => expect(refusal(input)).toContain("it is resolved"));
  test.each<[unknown, string]>([
    ["service:checkout, env:prod", "checkout"],
    [[{ tag: "service", value: "checkout" }], "checkout"],
    ['[{"tag":"service","value":"checkout"}]', "checkout"],
  ])("tags %j", (tags, service) => expect(fires({ ...snake, event_tags: tags }).facts.service).toBe(service));
  test("a macro that was not filled in states nothing", () => {
    expect(fires({ ...snake, host_name: "{HOST.NAME}" }).facts).not.toHaveProperty("host");
    expect(fires({ ...snake, host_name: "*UNKNOWN*" }).facts).not.toHaveProperty("host");
  });
});

describe("Nagios and Icinga", () => {
  const nagios = {
    NOTIFICATIONTYPE: "PROBLEM",
    HOSTNAME: "db-1",
    SERVICEDESC: "disk /",
    SERVICESTATE: "CRITICAL",
    SERVICEOUTPUT: "DISK CRITICAL - free 1%",
  };
  const prefixed = Object.fromEntries(Object.entries(nagios).map(([name, value]) => [`NAGIOS_${name}`, value]));
  const icinga = {
    notification_type: "PROBLEM",
    host_name: "db-1",
    service_name: "disk /",
    service_state: "CRITICAL",
    service_output: "DISK CRITICAL - free 1%",
  };
  const nested = {
    notification: { type: "PROBLEM" },
    host: { name: "db-1" },
    service: { name: "disk /", state: "CRITICAL", output: "DISK CRITICAL - free 1%" },
  };
  const result = {
    type: "StateChange",
    host: "db-1",
    service: "disk /",
    check_result: { state: 2, output: "DISK CRITICAL - free 1%" },
  };
  test.each([
    ["Nagios", nagios],
    ["with a prefix", prefixed],
    ["Icinga", icinga],
    ["nested", nested],
    ["a check's result", result],
  ])("%s fires", (_, input) => {
    expect(fires(input)).toMatchObject({
      from: "nagios",
      name: "disk /",
      says: "DISK CRITICAL - free 1%",
      facts: { host: "db-1", severity: "CRITICAL" },
    });
  });
  test("a host that is down", () => {
    const down = { notification_type: "PROBLEM", host_name: "db-1", host_state: "DOWN", host_output: "ping lost" };
    expect(fires(down)).toMatchObject({ name: "host db-1 is DOWN", says: "ping lost", facts: { host: "db-1" } });
    expect(refusal({ ...down, notification_type: "RECOVERY", host_state: "UP" })).toContain("it is resolved");
  });
  test.each<[string, unknown]>([
    ["a recovery", { ...nagios, NOTIFICATIONTYPE: "RECOVERY", SERVICESTATE: "OK" }],
    ["OK", { ...icinga, service_state: "OK" }],
    ["its number", { ...result, check_result: { state: 0, output: "ok" } }],
  ])("%s is over", (_, input) => expect(refusal(input)).toContain("it is resolved"));
  test.each(["ACKNOWLEDGEMENT", "DOWNTIMESTART", "DOWNTIMEEND"])("%s is no incident", (type) => {
    expect(read({ ...nagios, NOTIFICATIONTYPE: type })).toEqual(["disk /: no incident"]);
  });
});

describe("PagerDuty beside its webhooks V3", () => {
  const incident2 = {
    id: "PT4KHLK",
    title: "Checkout fails",
    status: "triggered",
    urgency: "high",
    created_at: "2026-11-29T12:00:00Z",
    service: { id: "P", name: "checkout" },
  };
  const v2 = (event: string, more: object = {}) => ({
    messages: [{ event, id: "m", created_on: "2026-11-29T12:00:00Z", incident: { ...incident2, ...more } }],
  });
  const v1 = {
    messages: [
      {
        type: "incident.trigger",
        data: {
          incident: {
            id: "P1",
            status: "triggered",
            service: { name: "checkout" },
            trigger_summary_data: { subject: "Checkout fails" },
          },
        },
      },
    ],
  };
  const event = {
    routing_key: "r",
    event_action: "trigger",
    dedup_key: "d",
    payload: { summary: "Checkout fails", source: "web-1", severity: "critical", component: "checkout" },
  };
  test.each<[string, unknown]>([
    ["V2", v2("incident.trigger")],
    ["V1", v1],
    ["Events API", event],
  ])("%s fires", (_, input) => {
    expect(fires(input)).toMatchObject({ from: "pagerduty", name: "Checkout fails", facts: { service: "checkout" } });
  });
  test.each<[string, unknown]>([
    ["V2", v2("incident.resolve", { status: "resolved" })],
    ["Events API", { ...event, event_action: "resolve" }],
    ["Events API without words", { routing_key: "r", event_action: "resolve", dedup_key: "d" }],
  ])("%s resolved is over", (_, input) => expect(refusal(input)).toContain("it is resolved"));
  test("one odd message hides no other, and a note is no incident", () => {
    const { notices, name } = fires({ messages: [null, 7, ...v2("incident.trigger").messages, { incident: {} }] });
    expect(name).toBe("Checkout fails");
    expect(notices.map(({ message }) => message)).toContain("3 alerts could not be read and were left out");
    expect(read(v2("incident.annotate"))).toEqual(["Checkout fails: no incident"]);
  });
});

describe("New Relic", () => {
  const issue = {
    id: "6b1a",
    issueUrl: "https://radar/6b1a",
    title: "checkout query result is > 5",
    priority: "CRITICAL",
    impactedEntities: ["checkout"],
    state: "ACTIVATED",
    alertPolicyNames: ["shop"],
    alertConditionNames: ["Error rate"],
    workflowName: "w",
  };
  const older = {
    account_id: 1,
    condition_name: "Error rate",
    current_state: "open",
    details: "over 5 %",
    event_type: "INCIDENT",
    incident_id: 7,
    policy_name: "shop",
    severity: "CRITICAL",
    targets: [{ id: "1", name: "checkout", type: "Application", labels: { env: "prod" } }],
  };
  test("an issue and an older incident fire", () => {
    expect(fires(issue)).toMatchObject({
      from: "new-relic",
      name: "Error rate",
      says: issue.title,
      labels: { entity: "checkout" },
    });
    expect(fires(older)).toMatchObject({
      name: "Error rate",
      says: "over 5 %",
      facts: { service: "checkout", environment: "prod" },
    });
    expect(fires({ ...issue, alertConditionNames: ["a", "b"] }).name).toBe(issue.title);
  });
  test.each<[string, unknown]>([
    ["an issue", { ...issue, state: "CLOSED" }],
    ["an incident", { ...older, current_state: "closed" }],
    ["an incident by its type", { ...older, current_state: undefined, event_type: "INCIDENT_CLOSE" }],
  ])("%s that is closed is over", (_, input) => expect(refusal(input)).toContain("it is resolved"));
});

describe("Splunk", () => {
  const search = {
    result: { host: "web-1", count: "8", service: "checkout", _raw: "ERROR boom" },
    sid: "scheduler_admin_7",
    results_link: "http://splunk/7",
    search_name: "Errors of checkout",
    owner: "admin",
    app: "search",
  };
  const detector = {
    detector: "CPU",
    rule: "CPU over 90",
    incidentId: "i",
    severity: "Critical",
    status: "anomalous",
    dimensions: { host: "web-1" },
    messageTitle: "CPU is high",
  };
  test("a search and a detector fire", () => {
    expect(fires(search)).toMatchObject({
      from: "splunk",
      name: "Errors of checkout",
      says: "ERROR boom",
      facts: { host: "web-1", service: "checkout" },
    });
    expect(fires({ ...search, search_name: null }).name).toBe("search of Splunk");
    expect(fires(detector)).toMatchObject({ name: "CPU over 90", facts: { host: "web-1" } });
  });
  test.each(["ok", "manually resolved", "stopped"])("a detector that is %s is over", (status) => {
    expect(refusal({ ...detector, status })).toContain("it is resolved");
  });
});

describe("one odd member refuses nothing else", () => {
  const labels = {
    alertname: "QueueTooLong",
    service: "orders",
    shard: 7,
    canary: true,
    owner: null,
    extra: { a: 1 },
    list: [1],
  };
  const alertmanager = (alert: unknown, more: object = {}) => ({
    version: "4",
    status: "firing",
    alerts: [alert],
    ...more,
  });
  test("labels of Alertmanager that are no text", () => {
    const {
      facts,
      labels: read,
      notices,
    } = fires(alertmanager({ status: "firing", labels, annotations: { summary: 12 } }));
    expect(facts.service).toBe("orders");
    expect(read).toMatchObject({ shard: "7", canary: "true" });
    expect(Object.keys(read)).not.toEqual(expect.arrayContaining(["owner"]));
    expect(notices.map(({ message }) => message)).toEqual([
      "read as text, for it was a number, true or false: shard, canary",
      "left out, for it has no text: owner, extra, list",
    ]);
  });
  test.each<[string, unknown, object]>([
    ["no mapping", alertmanager({ labels: { alertname: "A" } }), { alerts: [7, null, { labels: { alertname: "A" } }] }],
    ["labels that are a list", alertmanager({ labels: { alertname: "A" } }), { commonLabels: ["x"] }],
    ["annotations that are a text", alertmanager({ labels: { alertname: "A" }, annotations: "x" }), {}],
    [
      "a fingerprint that is a number",
      alertmanager({ labels: { alertname: "A" }, fingerprint: 7, startsAt: 7, generatorURL: {} }),
      {},
    ],
    ["a status of its own", alertmanager({ labels: { alertname: "A" }, status: "pending" }), {}],
  ])("Alertmanager: %s", (_, input, more) => expect(fires({ ...(input as object), ...more }).name).toBe("A"));
  test.each<[string, unknown, string]>([
    [
      "Grafana before 9",
      {
        ruleName: "A",
        ruleId: 1,
        state: "alerting",
        message: { a: 1 },
        tags: { service: "x", n: 1, o: {} },
        evalMatches: [7, { tags: null }],
      },
      "message",
    ],
    [
      "PagerDuty",
      { event: { event_type: "incident.triggered", data: { title: "A", urgency: {}, service: 7, priority: [] } } },
      "urgency",
    ],
    ["Datadog", { title: "A", body: ["x"], tags: { a: 1 }, host: 7 }, "body"],
    [
      "Opsgenie",
      { action: "Create", alert: { message: "A", description: {}, tags: "service:x", details: { a: null } } },
      "description",
    ],
  ])("%s", (_, input, odd) => {
    const { name, notices } = fires(input);
    expect(name).toBe("A");
    expect(notices.map(({ message }) => message)).toContain(`${odd} is not text and was left out`);
  });
  test("where none can be read, that is said", () => {
    expect(refusal({ version: "4", status: "firing", alerts: [7, null] })).toContain("must have mappings with labels");
  });
});

test.each<unknown>([{}, { hello: 1 }, [], null, 7, "text", { text: "fire" }, { status: "firing" }])(
  "%j is refused with what there is",
  (input) => {
    const parsed = parseAlert(input);
    const [problem] = parsed.ok ? [] : parsed.problems;
    for (const name of ["Alertmanager", "CloudWatch", "Azure", "Sentry", "Zabbix", "Icinga", "Splunk"]) {
      expect(problem?.message).toContain(name);
    }
    expect(problem?.hint).toContain("generic");
  },
);
