/** Changes from a declared record of deployments. */

import type { ToolContext } from "../../define-tool.js";
import { isoMs, isoText } from "../../tools/kit/instant.js";
import { belongsTo, type ChangeQuestion, type ChangeReading, type ReportedChange } from "../kit/change.js";
import { type Deployment, type DeploymentsSource, readDeployments } from "./record.js";

export async function deploymentChanges(
  source: DeploymentsSource,
  question: ChangeQuestion,
  context: ToolContext,
): Promise<ChangeReading> {
  const all = await readDeployments(source, context);
  const { service } = question;
  // A record that names no service is of the one that the source is for.
  const own = all.filter((one) => service === undefined || belongsTo(fieldOf(one, SERVICE_FIELDS) ?? service, service));
  const changes = own.map((one, index) => reportedChange(one, own.slice(index + 1), source));
  const query = `deployments from ${isoText(question.sinceMs)} to ${isoText(question.untilMs)} in ${placeOf(source)}`;
  const inRange = changes.filter(({ timeMs }) => timeMs >= question.sinceMs && timeMs <= question.untilMs);
  return { changes: inRange, query, cut: false, unreadable: [] };
}

const SERVICE_FIELDS = ["service", "app", "application", "component"];
const BY_FIELDS = ["by", "deployed_by", "author", "user", "actor"];
const NOTE_FIELDS = ["description", "message", "notes", "note", "title", "change"];
const LINK_FIELDS = ["url", "link", "html_url"];
const PLACE_FIELDS = ["environment", "env", "namespace", "cluster"];

function reportedChange(one: Deployment, older: readonly Deployment[], source: DeploymentsSource): ReportedChange {
  const service = fieldOf(one, SERVICE_FIELDS);
  const before = older.find(
    (other) => other.version !== one.version && fieldOf(other, SERVICE_FIELDS) === service,
  )?.version;
  const note = fieldOf(one, NOTE_FIELDS);
  const place = fieldOf(one, PLACE_FIELDS);
  return {
    timeMs: isoMs(one.deployed_at) ?? 0,
    kind: "deployment",
    what: `Version ${one.version}${service === undefined ? "" : ` of ${service}`} was deployed${note === undefined ? "" : `: ${note}`}`,
    version: one.version,
    previous: before,
    by: fieldOf(one, BY_FIELDS),
    where: place === undefined ? source.name : `${source.name}, ${place}`,
    link: fieldOf(one, LINK_FIELDS),
  };
}

/** The first of these fields that holds text. */
function fieldOf(one: Deployment, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = Object.hasOwn(one, name) ? one[name] : undefined;
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

const placeOf = ({ path, url }: DeploymentsSource): string => path ?? url ?? "";
