/**
 * Alerts as monitoring sends them, told apart by the keys that each sender always sends. Senders add keys of their own, so
 * unknown ones are let be; what is used is checked, and what is too much is cut and counted. All of it is data.
 */
import type { Problem } from "../vocabulary/problems.js";
import { type Delivery, type ReadDelivery, refusedAlert } from "./alerts/alert.js";
import { isGrafana, readAlertmanager, readGrafanaAlerts } from "./alerts/alertmanager.js";
import { isDatadog, readDatadog } from "./alerts/datadog.js";
import { isGitHub, readGitHub } from "./alerts/github.js";
import { isGrafanaLegacy, readGrafanaLegacy } from "./alerts/grafana-legacy.js";
import { type Alert, groupOf } from "./alerts/group.js";
import { readOpsgenie } from "./alerts/opsgenie.js";
import { readPagerDuty } from "./alerts/pagerduty.js";

export type { Alert } from "./alerts/group.js";

type ParsedAlert = { ok: true; alert: Alert } | { ok: false; problems: Problem[] };

/** The alerts that fire, as one. */
export function parseAlert(input: unknown): ParsedAlert {
  const read = readDelivery(input);
  return read.ok ? firingGroup(read.delivery) : read;
}

function readDelivery(input: unknown): ReadDelivery {
  const keys = typeof input === "object" && input !== null ? input : {};
  if (Object.hasOwn(keys, "alerts")) return isGrafana(input) ? readGrafanaAlerts(input) : readAlertmanager(input);
  if (isGrafanaLegacy(keys)) return readGrafanaLegacy(input);
  if (Object.hasOwn(keys, "event")) return readPagerDuty(input);
  if (isGitHub(keys)) return readGitHub(input);
  if (Object.hasOwn(keys, "action") && Object.hasOwn(keys, "alert")) return readOpsgenie(input);
  if (isDatadog(keys)) return readDatadog(input);
  const message =
    "the alert must be a webhook of Alertmanager (version 4), Grafana, PagerDuty (V3), Datadog, Opsgenie or GitHub";
  return refusedAlert([{ code: "alert-invalid", at: "alert", message, hint: "docs/playbooks.md" }]);
}

function firingGroup(delivery: Delivery): ParsedAlert {
  const fires = delivery.alerts.filter(({ status }) => status === "firing");
  const told = fires.filter(({ noIncident }) => noIncident !== true);
  const [quiet] = fires;
  if (told.length > 0) {
    const left = fires.length - told.length;
    const cut = left === 0 ? [] : [`${left} alerts that are no incident were left out`];
    return { ok: true, alert: groupOf({ ...delivery, cut: [...delivery.cut, ...cut] }, told) };
  }
  if (quiet === undefined) {
    const message = "the alert must be firing, and it is resolved";
    return refusedAlert([{ code: "alert-invalid", at: "alert.status", message, hint: "there is nothing to plan for" }]);
  }
  const message = `the alert ${quiet.name.slice(0, 100)} is no incident: it fires to show that alerting works, or for a test`;
  return refusedAlert([{ code: "alert-invalid", at: "alert", message, hint: "there is nothing to plan for" }]);
}
