/** An alert as every sender's is read: all of it is data. */
import type { Problem } from "../../vocabulary/problems.js";

export type AlertSender =
  | "alertmanager"
  | "grafana"
  | "pagerduty"
  | "datadog"
  | "opsgenie"
  | "github"
  | "cloudwatch"
  | "google-cloud"
  | "azure"
  | "sentry"
  | "new-relic"
  | "splunk"
  | "zabbix"
  | "nagios"
  | "monitor"
  | "shape"
  | "generic"
  | "kubernetes";

export interface OneAlert {
  /** The sender's own key: what fires and what is resolved later have the same. */
  id: string;
  name: string;
  /** What it says beside its name, part by part; a part that one alert lacks is empty. */
  says: readonly string[];
  labels: Readonly<Record<string, string>>;
  status: "firing" | "resolved";
  /** When it began, as the sender says: the same for a trouble and its end. */
  since?: string;
  /** It fires so that its absence is noticed, or for a test: there is nothing to look for. */
  noIncident?: true;
}

/** What one request of a sender holds. */
export interface Delivery {
  from: AlertSender;
  alerts: OneAlert[];
  /** What was left out of it, in words. */
  cut: string[];
}

export type ReadDelivery = { ok: true; delivery: Delivery } | { ok: false; problems: Problem[] };

export const refusedAlert = (problems: readonly Problem[]): { ok: false; problems: Problem[] } => ({
  ok: false,
  problems: problems.map((problem) => ({ ...problem, code: "alert-invalid" as const })),
});
