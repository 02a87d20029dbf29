/**
 * Alerts as monitoring sends them, told apart by the keys that each sender always sends. Senders add keys of their own, so
 * unknown ones are let be; what is used is checked, and what is too much is cut and counted. All of it is data.
 */
import type { Problem } from "../vocabulary/problems.js";
import { type Delivery, type ReadDelivery, refusedAlert } from "./alerts/alert.js";
import { isGrafana, readAlertmanager, readGrafanaAlerts } from "./alerts/alertmanager.js";
import { isAnswer, readAnswer } from "./alerts/answers.js";
import { isAzure, readAzure } from "./alerts/azure.js";
import { isCloudWatch, readCloudWatch } from "./alerts/cloudwatch.js";
import { isDatadog, isSurelyDatadog, readDatadog } from "./alerts/datadog.js";
import { isGitHub, readGitHub } from "./alerts/github.js";
import { isGoogleCloud, readGoogleCloud } from "./alerts/google-cloud.js";
import { isGrafanaLegacy, readGrafanaLegacy } from "./alerts/grafana-legacy.js";
import { type Alert, groupOf } from "./alerts/group.js";
import { hasAny, memberOf } from "./alerts/members.js";
import { isMonitor, readMonitor } from "./alerts/monitors.js";
import { isNagios, readNagios } from "./alerts/nagios.js";
import { isNewRelic, readNewRelic } from "./alerts/new-relic.js";
import { readOpsgenie } from "./alerts/opsgenie.js";
import { readPagerDuty } from "./alerts/pagerduty.js";
import { isOlderPagerDuty, readOlderPagerDuty } from "./alerts/pagerduty-older.js";
import { isSentry, readSentry } from "./alerts/sentry.js";
import { readShape, SHAPE_NEEDS } from "./alerts/shape/read.js";
import { isSplunk, readSplunk } from "./alerts/splunk.js";
import { isZabbix, readZabbix } from "./alerts/zabbix.js";

export type { Alert } from "./alerts/group.js";

type ParsedAlert = { ok: true; alert: Alert } | { ok: false; problems: Problem[] };

/** The alerts that fire, as one. */
export function parseAlert(input: unknown): ParsedAlert {
  const read = readDelivery(input);
  return read.ok ? firingGroup(read.delivery) : read;
}

interface Sender {
  is(input: object): boolean;
  read(input: unknown): ReadDelivery;
}

/** The first that fits: names that one sender alone has stand before those that users choose. */
const SURE_SENDERS: readonly Sender[] = [
  { is: (input) => hasAny(input, ["alerts"]) && isGrafana(input), read: readGrafanaAlerts },
  { is: (input) => hasAny(input, ["alerts"]), read: readAlertmanager },
  { is: isGrafanaLegacy, read: readGrafanaLegacy },
  { is: (input) => hasAny(memberOf(input, "event"), ["event_type"]), read: readPagerDuty },
  { is: (input) => hasAny(input, ["alert_group"]), read: readMonitor },
  { is: isOlderPagerDuty, read: readOlderPagerDuty },
  { is: isAzure, read: readAzure },
  { is: isCloudWatch, read: readCloudWatch },
  { is: isGoogleCloud, read: readGoogleCloud },
  { is: isSentry, read: readSentry },
  { is: isGitHub, read: readGitHub },
  { is: (input) => hasAny(input, ["action"]) && hasAny(input, ["alert"]), read: readOpsgenie },
  { is: isNewRelic, read: readNewRelic },
  { is: isSplunk, read: readSplunk },
  { is: isNagios, read: readNagios },
  { is: isZabbix, read: readZabbix },
  { is: isMonitor, read: readMonitor },
  { is: isSurelyDatadog, read: readDatadog },
];
/** Members that others have as well: the shape is tried before. */
const LIKELY_SENDERS: readonly Sender[] = [
  { is: isDatadog, read: readDatadog },
  { is: (input) => hasAny(input, ["event"]), read: readPagerDuty },
];

/** The alerts of whichever sender it is, told by its keys. */
export function readDelivery(input: unknown): ReadDelivery {
  if (isAnswer(input)) return readAnswer(input);
  const keys = typeof input === "object" && input !== null ? input : {};
  const read = SURE_SENDERS.find(({ is }) => is(keys))?.read(input);
  // Who says which version it sends is held to it.
  if (read?.ok === true || (read !== undefined && hasAny(keys, ["version", "schemaId"]))) return read;
  const shape = readShape(input);
  if (shape.ok) return shape;
  return read ?? LIKELY_SENDERS.find(({ is }) => is(keys))?.read(input) ?? refusedSender();
}

function refusedSender(): ReadDelivery {
  const senders =
    "Alertmanager (version 4), Grafana, PagerDuty, Datadog, Opsgenie, GitHub, Amazon CloudWatch, Google Cloud Monitoring, Azure Monitor, Sentry, New Relic, Splunk, Zabbix, Nagios, Icinga or one of the monitors in docs/playbooks.md";
  const message = `the alert must be a webhook of ${senders}; one of another sender ${SHAPE_NEEDS}`;
  const hint = "a hook of kind generic takes any other shape: docs/hooks.md; or say in words what is wrong";
  return refusedAlert([{ code: "alert-invalid", at: "alert", message, hint }]);
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
  const message = `the alert ${quiet.name.slice(0, 100)} is not an incident: it fires to show that alerting works, or for a test`;
  return refusedAlert([{ code: "alert-invalid", at: "alert", message, hint: "there is nothing to plan for" }]);
}
