/** What monitors send, by their published shapes: a trouble, its end, and what is none. */

export interface MonitorAlert {
  sender: string;
  fires: object;
  /** What differs once it is over; none where the sender tells no end. */
  over?: object;
  /** What differs where it is no trouble. */
  quiet?: object;
  name: string;
  facts: object;
  says?: string;
}

export const kuma = (status: number) => ({
  heartbeat: { monitorID: 1, status, time: "2026-11-29 12:00:00.000", msg: "connect ECONNREFUSED" },
  monitor: { id: 1, name: "Shop", url: "https://shop.test/health", hostname: null, type: "http" },
  msg: "[Shop] connect ECONNREFUSED",
});
const sensu = (status: number) => ({
  entity: { metadata: { name: "db-1", namespace: "default" } },
  check: { metadata: { name: "check-disk" }, status, output: "95%" },
  timestamp: 1_795_953_600,
});
const better = (more: object) => ({
  data: {
    id: "1",
    type: "incident",
    attributes: {
      name: "Shop",
      url: "https://shop.test",
      cause: "Status 500",
      started_at: "2026-11-29T12:00:00Z",
      ...more,
    },
  },
});
const kibana = (actionGroup: string) => ({
  rule: { id: "r", name: "Error rate" },
  alert: { id: "checkout", actionGroup },
  context: { reason: "Error rate is 12%", serviceName: "checkout" },
});
const onCall = (state: string) => ({
  event: { type: "alert group created", time: "2026-11-29T12:00:00Z" },
  alert_group: { id: "x", state, title: "Disk full on db-1" },
  alert_payload: { commonLabels: { instance: "db-1" } },
});

export const MONITOR_ALERTS: readonly MonitorAlert[] = [
  {
    sender: "Dynatrace",
    fires: {
      ProblemID: "P-123",
      ProblemTitle: "Failure rate increase",
      ProblemSeverity: "ERROR",
      ImpactedEntity: "HTTP service checkout",
      State: "OPEN",
      Tags: "service:checkout, env:prod",
    },
    over: { State: "RESOLVED" },
    name: "Failure rate increase",
    facts: { service: "checkout", environment: "prod", severity: "ERROR" },
    says: "HTTP service checkout",
  },
  {
    sender: "Uptime Kuma",
    fires: kuma(0),
    over: kuma(1),
    quiet: kuma(3),
    name: "Shop",
    facts: { url: "https://shop.test/health" },
    says: "connect ECONNREFUSED",
  },
  {
    sender: "UptimeRobot",
    fires: {
      monitorID: "1",
      monitorFriendlyName: "Shop",
      monitorURL: "https://shop.test",
      alertTypeFriendlyName: "Down",
      alertDetails: "HTTP 500",
    },
    over: { alertTypeFriendlyName: "Up" },
    name: "Shop",
    facts: { url: "https://shop.test" },
    says: "HTTP 500",
  },
  {
    sender: "Pingdom",
    fires: {
      check_id: 1,
      check_name: "Shop",
      check_params: { hostname: "shop.test" },
      current_state: "DOWN",
      long_description: "refused",
    },
    over: { current_state: "UP" },
    name: "Shop",
    facts: { host: "shop.test" },
    says: "refused",
  },
  {
    sender: "Splunk On-Call",
    fires: {
      message_type: "CRITICAL",
      entity_id: "disk/db-1",
      entity_display_name: "Disk full",
      state_message: "95 %",
      host_name: "db-1",
    },
    over: { message_type: "RECOVERY" },
    quiet: { message_type: "ACKNOWLEDGEMENT" },
    name: "Disk full",
    facts: { host: "db-1" },
    says: "95 %",
  },
  {
    sender: "Better Stack",
    fires: better({ resolved_at: null }),
    over: better({ resolved_at: "2026-11-29T12:10:00Z" }),
    name: "Shop",
    facts: { url: "https://shop.test" },
    says: "Status 500",
  },
  {
    sender: "Honeycomb",
    fires: {
      id: "x",
      name: "High latency",
      trigger_url: "https://x",
      trigger_description: "p99 over 2s",
      status: "TRIGGERED",
    },
    over: { status: "OK" },
    name: "High latency",
    facts: {},
    says: "p99 over 2s",
  },
  {
    sender: "Kibana",
    fires: kibana("threshold_met"),
    over: kibana("recovered"),
    name: "Error rate",
    facts: { service: "checkout" },
    says: "12%",
  },
  {
    sender: "Kapacitor",
    fires: {
      id: "cpu",
      message: "cpu is CRITICAL",
      level: "CRITICAL",
      data: { series: [{ name: "cpu", tags: { host: "db-1" } }] },
    },
    over: { level: "OK" },
    name: "cpu",
    facts: { host: "db-1" },
    says: "cpu is CRITICAL",
  },
  {
    sender: "InfluxDB",
    fires: { _check_id: "x", _check_name: "CPU", _level: "crit", _message: "cpu is crit", host: "db-1" },
    over: { _level: "ok" },
    quiet: { _level: "info" },
    name: "CPU",
    facts: { host: "db-1" },
    says: "cpu is crit",
  },
  {
    sender: "Instana",
    fires: { issue: { id: "x", state: "OPEN", text: "Sudden increase of errors", service: "checkout" } },
    over: { issue: { id: "x", state: "CLOSED" } },
    name: "Sudden increase of errors",
    facts: { service: "checkout" },
  },
  {
    sender: "Netdata",
    fires: {
      alert: "disk_space_usage",
      chart: "disk_space./",
      severity: "critical",
      host: "db-1",
      message: "disk full",
    },
    over: { severity: "clear" },
    name: "disk_space_usage",
    facts: { host: "db-1" },
    says: "disk full",
  },
  { sender: "Sensu", fires: sensu(2), over: sensu(0), name: "check-disk", facts: { host: "db-1" }, says: "95%" },
  {
    sender: "Falco",
    fires: {
      rule: "Terminal shell in container",
      output: "a shell was spawned",
      priority: "Warning",
      hostname: "node-1",
      output_fields: { "k8s.pod.name": "web-1", "k8s.ns.name": "shop" },
    },
    name: "Terminal shell in container",
    facts: { host: "node-1", pod: "web-1", namespace: "shop" },
    says: "a shell was spawned",
  },
  {
    sender: "StatusCake",
    fires: { StatusCode: "500", Status: "Down", URL: "https://shop.test", Name: "Shop" },
    over: { Status: "Up" },
    name: "Shop",
    facts: { url: "https://shop.test" },
  },
  {
    sender: "Site24x7",
    fires: { MONITORNAME: "Shop", STATUS: "DOWN", INCIDENT_REASON: "HTTP 500", MONITORURL: "https://shop.test" },
    over: { STATUS: "UP" },
    name: "Shop",
    facts: { url: "https://shop.test" },
    says: "HTTP 500",
  },
  {
    sender: "LogicMonitor",
    fires: { alertid: "LMD1", alertstatus: "active", datasource: "CPU", datapoint: "busy", value: "99", host: "db-1" },
    over: { alertstatus: "clear" },
    quiet: { alertstatus: "ack" },
    name: "CPU",
    facts: { host: "db-1" },
    says: "99",
  },
  {
    sender: "Flux",
    fires: {
      involvedObject: { name: "checkout", namespace: "shop" },
      severity: "error",
      reason: "InstallFailed",
      message: "retries exhausted",
    },
    quiet: { severity: "info" },
    name: "InstallFailed",
    facts: { service: "checkout", namespace: "shop" },
    says: "retries exhausted",
  },
  {
    sender: "Grafana OnCall",
    fires: onCall("firing"),
    over: onCall("resolved"),
    quiet: onCall("acknowledged"),
    name: "Disk full on db-1",
    facts: { host: "db-1" },
  },
  {
    sender: "Healthchecks.io",
    fires: { name: "backup", status: "down", body: "backup is DOWN" },
    over: { status: "up" },
    name: "backup",
    facts: { job: "backup" },
    says: "DOWN",
  },
];
