/** Sentry: alerts of issues and of metrics, issues themselves, and the older webhooks of a project. */
import { type OneAlert, type ReadDelivery, refusedAlert } from "./alert.js";
import { boundedLabels, boundedText, cutsInWords, isNoIncident, noCuts } from "./kit.js";
import { hasAny, listAt, mappingAt, memberOf, pairsOf, textAt, textOf } from "./members.js";

const DATA = ["event", "issue", "error", "metric_alert", "issue_alert", "comment", "installation"];
const OLDER = ["project_slug", "triggering_rules", "project_name"];

export const isSentry = (input: unknown): boolean =>
  (hasAny(input, ["action"]) && hasAny(memberOf(input, "data"), DATA)) ||
  (hasAny(input, OLDER) && hasAny(input, ["event", "culprit"]));

/** What ends an issue: archived is what Sentry called ignored. */
const OVER = /^(?:resolved|archived|ignored)$/i;
/** What people do with an issue, and what an integration does for itself. */
const BESIDE = /^(?:assigned|deleted|updated|unassigned)$/i;

export function readSentry(input: unknown): ReadDelivery {
  const action = textAt(input, "action") ?? "triggered";
  const metric = memberOf(input, "data", "metric_alert");
  const issue = [
    memberOf(input, "data", "event"),
    memberOf(input, "data", "issue"),
    memberOf(input, "data", "error"),
    memberOf(input, "event"),
  ].find((one) => one !== undefined);
  const isBeside = BESIDE.test(action) || (metric === undefined && issue === undefined);
  const name =
    textAt(metric, "alert_rule", "name") ??
    textAt(metric, "title") ??
    textAt(issue, "title") ??
    textAt(input, "data", "description_title") ??
    textAt(input, "message") ??
    (isBeside ? action : undefined);
  if (name === undefined) {
    const message = "the alert must be of Sentry's issue or metric alerts, with a title";
    return refusedAlert([{ code: "alert-invalid", at: "alert.data", message }]);
  }
  const cuts = noCuts();
  const said = [
    textAt(input, "data", "description_text"),
    textAt(issue, "culprit") ?? textAt(input, "culprit"),
    textAt(issue, "metadata", "value"),
  ];
  const alert: OneAlert = {
    id: idOf(metric, issue, input) ?? name,
    name: boundedText(name, cuts),
    says: said.map((one) => boundedText(one, cuts)),
    labels: boundedLabels(labelsOf(metric, issue, input), cuts),
    status: OVER.test(action) || OVER.test(textAt(issue, "status") ?? "") ? "resolved" : "firing",
    noIncident: isBeside || isNoIncident(name) ? (true as const) : undefined,
  };
  return { ok: true, delivery: { from: "sentry", alerts: [alert], cut: cutsInWords(cuts) } };
}

/** An issue and its events have the same. */
const idOf = (metric: unknown, issue: unknown, input: unknown): string | undefined =>
  textAt(metric, "id") ?? textAt(issue, "issue_id") ?? textAt(issue, "id") ?? textAt(input, "id");

/** A project of Sentry is mostly one service. */
function labelsOf(metric: unknown, issue: unknown, input: unknown): Record<string, unknown> {
  const projects = listAt(metric, "alert_rule", "projects");
  const only = projects.length === 1 ? textOf(projects[0]) : undefined;
  const service = textAt(issue, "project", "slug") ?? textAt(input, "project_slug") ?? only;
  const level = textAt(issue, "level") ?? textAt(input, "level");
  const environment = textAt(issue, "environment") ?? textAt(metric, "alert_rule", "environment");
  const version = textAt(issue, "release");
  const { server_name: host, level: _level, ...tags } = tagsOf(issue);
  return Object.fromEntries(
    Object.entries({ severity: level, service, environment, version, host, ...tags }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

const tagsOf = (issue: unknown): Record<string, unknown> => ({
  ...mappingAt(issue, "tags"),
  ...pairsOf(listAt(issue, "tags")),
});
