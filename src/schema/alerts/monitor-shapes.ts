/**
 * Monitors whose webhook has one flat shape: which members it alone has, and where its words stand. Paths are names with
 * slashes between; of several the first that says something counts.
 */

export interface MonitorShape {
  sender: string;
  /** All of these are there. */
  has: readonly string[];
  id?: readonly string[];
  name: readonly string[];
  says?: readonly string[];
  state?: readonly string[];
  /** A state in which nothing is wrong any more. */
  over?: RegExp;
  /** A state that is none of trouble: acknowledged, a test. */
  quiet?: RegExp;
  labels?: Readonly<Record<string, readonly string[]>>;
  /** Mappings whose members are labels. */
  labelled?: readonly string[];
  /** Texts or lists of `key:value`. */
  tags?: readonly string[];
}

const UP = /^(?:1|up|ok|recover|recovered|recovery|resolved?|closed?|passing|normal|success)$/i;

export const MONITOR_SHAPES: readonly MonitorShape[] = [
  {
    sender: "Dynatrace",
    has: ["ProblemID", "ProblemTitle"],
    id: ["ProblemID"],
    name: ["ProblemTitle"],
    says: ["ProblemDetailsText", "ImpactedEntity"],
    state: ["State"],
    over: UP,
    labels: { severity: ["ProblemSeverity"] },
    tags: ["Tags"],
  },
  {
    sender: "Uptime Kuma",
    has: ["heartbeat/status", "monitor/name"],
    id: ["monitor/id"],
    name: ["monitor/name"],
    says: ["heartbeat/msg", "msg"],
    state: ["heartbeat/status"],
    over: UP,
    quiet: /^[23]$/,
    labels: { url: ["monitor/url"], host: ["monitor/hostname"] },
  },
  {
    sender: "UptimeRobot",
    has: ["monitorID", "monitorFriendlyName"],
    id: ["monitorID"],
    name: ["monitorFriendlyName"],
    says: ["alertDetails", "alertTypeFriendlyName"],
    state: ["alertTypeFriendlyName"],
    over: UP,
    labels: { url: ["monitorURL"] },
  },
  {
    sender: "Pingdom",
    has: ["check_id", "current_state"],
    id: ["check_id"],
    name: ["check_name"],
    says: ["long_description", "description"],
    state: ["current_state"],
    over: UP,
    labels: { url: ["check_params/full_url"], host: ["check_params/hostname"] },
  },
  {
    sender: "Splunk On-Call",
    has: ["message_type", "entity_id"],
    id: ["entity_id"],
    name: ["entity_display_name", "entity_id"],
    says: ["state_message"],
    state: ["message_type"],
    over: UP,
    quiet: /^(?:acknowledgement|info)$/i,
    labels: { host: ["host_name"], service: ["service"] },
  },
  {
    sender: "Better Stack",
    has: ["data/attributes/cause", "data/attributes/started_at"],
    id: ["data/id"],
    name: ["data/attributes/name"],
    says: ["data/attributes/cause"],
    state: ["data/attributes/status", "data/attributes/resolved_at"],
    over: /^(?:resolved|\d{4}-.*)$/i,
    labels: { url: ["data/attributes/url"] },
  },
  {
    sender: "Honeycomb",
    has: ["trigger_url", "status"],
    id: ["id", "name"],
    name: ["name"],
    says: ["trigger_description", "description", "summary"],
    state: ["status"],
    over: UP,
  },
  {
    sender: "Kibana",
    has: ["rule/name", "alert/actionGroup"],
    id: ["alert/id", "rule/id"],
    name: ["rule/name"],
    says: ["context/reason", "context/message"],
    state: ["alert/actionGroup"],
    over: /recovered$/i,
    labels: { service: ["context/serviceName"], host: ["context/host/name"], environment: ["context/environment"] },
  },
  {
    sender: "Kapacitor",
    has: ["level", "message", "data/series"],
    id: ["id"],
    name: ["id"],
    says: ["message"],
    state: ["level"],
    over: UP,
    labelled: ["data/series/0/tags"],
  },
  {
    sender: "InfluxDB",
    has: ["_check_name", "_level"],
    id: ["_check_id"],
    name: ["_check_name"],
    says: ["_message"],
    state: ["_level"],
    over: UP,
    quiet: /^info$/i,
    labels: { host: ["host"], service: ["service"] },
  },
  {
    sender: "Instana",
    has: ["issue/id", "issue/state"],
    id: ["issue/id"],
    name: ["issue/text", "issue/id"],
    says: ["issue/suggestion"],
    state: ["issue/state"],
    over: UP,
    labels: { service: ["issue/service"], container: ["issue/container"], host: ["issue/host"] },
  },
  {
    sender: "Netdata",
    has: ["alert", "chart", "severity"],
    name: ["alert"],
    says: ["message", "info", "value"],
    state: ["severity"],
    over: /^(?:clear|cleared|normal)$/i,
    labels: { host: ["host"] },
  },
  {
    sender: "Sensu",
    has: ["check/metadata/name", "check/status"],
    name: ["check/metadata/name"],
    says: ["check/output"],
    state: ["check/status"],
    over: /^0$/,
    labels: { host: ["entity/metadata/name"] },
  },
  {
    sender: "Falco",
    has: ["rule", "output", "output_fields"],
    name: ["rule"],
    says: ["output"],
    labels: { host: ["hostname"], pod: ["output_fields/k8s.pod.name"], namespace: ["output_fields/k8s.ns.name"] },
  },
  {
    sender: "StatusCake",
    has: ["StatusCode", "Status", "URL"],
    name: ["Name", "URL"],
    says: ["StatusCode"],
    state: ["Status"],
    over: UP,
    labels: { url: ["URL"] },
  },
  {
    sender: "Site24x7",
    has: ["MONITORNAME", "STATUS"],
    name: ["MONITORNAME"],
    says: ["INCIDENT_REASON"],
    state: ["STATUS"],
    over: UP,
    labels: { url: ["MONITORURL"] },
  },
  {
    sender: "LogicMonitor",
    has: ["alertid", "alertstatus"],
    id: ["alertid"],
    name: ["datasource", "alertid"],
    says: ["message", "datapoint", "value"],
    state: ["alertstatus"],
    over: /^clear/i,
    quiet: /^ack/i,
    labels: { host: ["host"], service: ["service"] },
  },
  {
    sender: "Flux",
    has: ["involvedObject/name", "reason", "message"],
    name: ["reason"],
    says: ["message"],
    state: ["severity"],
    quiet: /^info$/i,
    labels: { service: ["involvedObject/name"], namespace: ["involvedObject/namespace"] },
  },
  {
    sender: "Grafana OnCall",
    has: ["alert_group/title", "alert_group/state"],
    id: ["alert_group/id"],
    name: ["alert_group/title"],
    state: ["alert_group/state"],
    over: /^resolved$/i,
    quiet: /^(?:acknowledged|silenced)$/i,
    labelled: ["alert_payload/commonLabels", "alert_payload/labels"],
  },
  {
    sender: "Healthchecks.io",
    has: ["name", "status", "body"],
    name: ["name"],
    says: ["body"],
    state: ["status"],
    over: UP,
    labels: { job_name: ["name"] },
  },
];
