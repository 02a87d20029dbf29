/**
 * An alert as a goal: its words, and the facts that its labels state. Labels are data: facts fill parameters, and are
 * escaped where they stand in a query. Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Alert } from "../schema/alert.js";
import type { FactName } from "../schema/facts.js";

export interface AlertGoal {
  goal: string;
  facts: Partial<Record<FactName, string>>;
}

/** Characters of what an alert says; a whole page of it would be no goal. */
const SAYS_MAX_CHARS = 1_000;
const NAME_MAX_CHARS = 300;
const FACT_MAX_CHARS = 500;

/** Labels that state a fact, the most telling first. */
const LABELS: Readonly<Record<FactName, readonly string[]>> = {
  service: [
    "service",
    "service_name",
    "app",
    "app_kubernetes_io_name",
    "application",
    "deployment",
    "statefulset",
    "daemonset",
    "workload",
    "kube_deployment",
  ],
  namespace: ["namespace", "kubernetes_namespace", "kube_namespace", "exported_namespace"],
  pod: ["pod", "pod_name", "exported_pod"],
  container: ["container", "container_name", "exported_container"],
  host: ["node", "host", "hostname", "nodename", "instance"],
  environment: ["environment", "env", "stage"],
  severity: ["severity", "priority"],
  job: ["job_name", "cronjob", "kube_cronjob", "kube_job"],
  queue: ["queue", "topic", "queue_name", "queuename"],
  database: ["datname", "database", "db", "dbinstanceidentifier"],
  mountpoint: ["mountpoint", "device_name"],
  version: ["version", "app_kubernetes_io_version"],
  url: ["url", "target", "instance"],
  window: [],
};
/** Exporters whose own address says nothing about what an alert is about. */
const EXPORTERS = /^(?:kube-state-metrics|blackbox|kubelet|prometheus|alertmanager)/i;

/** `words` are what a person adds; they come first. */
export function goalOfAlert(alert: Omit<Alert, "from" | "notices">, words = ""): AlertGoal {
  const facts: AlertGoal["facts"] = {};
  for (const [fact, names] of Object.entries(LABELS) as Array<[FactName, readonly string[]]>) {
    const value = names.map((name) => alert.labels[name]).find((label) => label !== undefined && states(fact, label));
    if (value !== undefined) facts[fact] = value;
  }
  const { job = "", instance } = alert.labels;
  if (facts.host === instance && (EXPORTERS.test(job) || facts.host?.includes("://"))) delete facts.host;
  const labels = Object.entries(facts).map(([fact, value]) => `${fact} ${value}`);
  const many = alert.firing > 1 ? ` (${alert.firing} alerts)` : "";
  const says = shortened(alert.says, SAYS_MAX_CHARS);
  const parts = [`${shortened(alert.name, NAME_MAX_CHARS)}${many}${says === "" ? "" : `: ${says}`}`, labels.join(", ")];
  const told = parts.filter((part) => part !== "").join("; ");
  return { goal: words === "" ? told : `${words}\n${told}`, facts };
}

function states(fact: FactName, label: string): boolean {
  if (label === "" || label.length > FACT_MAX_CHARS) return false;
  return fact === "url" ? /^https?:\/\//.test(label) : true;
}

const shortened = (text: string, most: number): string => {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
};
