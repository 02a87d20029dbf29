/** Amazon CloudWatch: alarms as SNS, EventBridge and Lambda hand them on, in SNS's envelope or bare. */
import { type OneAlert, type ReadDelivery, refusedAlert } from "./alert.js";
import { boundedLabels, boundedText, type Cuts, cutsInWords, noCuts } from "./kit.js";
import { hasAny, isMapping, listAt, mappingAt, memberOf, pairsOf, textAt } from "./members.js";

const EVENT = ["detail-type", "alarmData"];

export const isCloudWatch = (input: unknown): boolean =>
  hasAny(input, ["AlarmName", "NewStateValue"]) ||
  isSns(input) ||
  listAt(input, "Records").some((one) => isMapping(memberOf(one, "Sns"))) ||
  (hasAny(input, EVENT) && textAt(input, "source") === "aws.cloudwatch");

const isSns = (input: unknown): boolean => hasAny(input, ["TopicArn"]) && hasAny(input, ["Message", "SubscribeURL"]);

export function readCloudWatch(input: unknown): ReadDelivery {
  const cuts = noCuts();
  const records = listAt(input, "Records").map((one) => memberOf(one, "Sns"));
  const messages = records.length > 0 ? records : [input];
  const alerts = messages.flatMap((message) => alertOf(message, cuts) ?? []);
  if (alerts.length > 0) return { ok: true, delivery: { from: "cloudwatch", alerts, cut: cutsInWords(cuts) } };
  const message = "the alert must be an alarm of CloudWatch with a name (AlarmName, or detail.alarmName of an event)";
  return refusedAlert([{ code: "alert-invalid", at: "alert.AlarmName", message }]);
}

function alertOf(message: unknown, cuts: Cuts): OneAlert | undefined {
  if (!isSns(message)) return alarmOf(message, cuts) ?? eventOf(message, cuts);
  if (hasAny(message, ["SubscribeURL"])) return quiet("subscription of SNS");
  const text = textAt(message, "Message") ?? "";
  const inner = jsonIn(text);
  const alarm = inner === undefined ? undefined : (alarmOf(inner, cuts) ?? eventOf(inner, cuts));
  if (alarm !== undefined) return alarm;
  const name = textAt(message, "Subject") ?? text.split("\n")[0]?.slice(0, 200);
  if (!name) return undefined;
  const id = textAt(message, "MessageId") ?? name;
  return { id, name, says: [boundedText(text, cuts)], labels: {}, status: /^OK:/.test(name) ? "resolved" : "firing" };
}

const quiet = (name: string): OneAlert => ({
  id: name,
  name,
  says: [],
  labels: {},
  status: "firing",
  noIncident: true,
});

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function alarmOf(sent: unknown, cuts: Cuts): OneAlert | undefined {
  const name = textAt(sent, "AlarmName");
  if (name === undefined) return undefined;
  const labels = labelsOf(pairsOf(dimensionsOf(sent)), textAt(sent, "Region"), cuts);
  const said = [textAt(sent, "AlarmDescription"), textAt(sent, "NewStateReason")];
  const id = textAt(sent, "AlarmArn") ?? name;
  return {
    id,
    name,
    says: said.map((one) => boundedText(one, cuts)),
    labels,
    ...stateOf(textAt(sent, "NewStateValue")),
  };
}

/** Of one metric, or of the first metric of an expression. */
function dimensionsOf(sent: unknown): unknown[] {
  const own = listAt(sent, "Trigger", "Dimensions");
  if (own.length > 0) return own;
  return listAt(sent, "Trigger", "Metrics").flatMap((one) => listAt(one, "MetricStat", "Metric", "Dimensions"));
}

/** EventBridge has it under `detail`, Lambda under `alarmData`. */
function eventOf(sent: unknown, cuts: Cuts): OneAlert | undefined {
  const alarm = [mappingAt(sent, "detail"), mappingAt(sent, "alarmData")].find((one) => textAt(one, "alarmName"));
  const name = textAt(alarm, "alarmName");
  if (name === undefined) return undefined;
  const metrics = listAt(alarm, "configuration", "metrics");
  const dimensions = metrics.map((one) => mappingAt(one, "metricStat", "metric", "dimensions"));
  const labels = labelsOf(Object.assign({}, ...dimensions), textAt(sent, "region"), cuts);
  const said = [textAt(alarm, "configuration", "description"), textAt(alarm, "state", "reason")];
  const id = textAt(sent, "alarmArn") ?? textAt({ arn: listAt(sent, "resources")[0] }, "arn") ?? name;
  return {
    id,
    name,
    says: said.map((one) => boundedText(one, cuts)),
    labels,
    ...stateOf(textAt(alarm, "state", "value")),
  };
}

/** A message that data are missing comes only where somebody asked for it: it is a trouble. */
const stateOf = (state = ""): Pick<OneAlert, "status"> => ({ status: /^ok$/i.test(state) ? "resolved" : "firing" });

/** Its names are small where they become labels; a service of ECS is one. */
function labelsOf(dimensions: Record<string, unknown>, region: string | undefined, cuts: Cuts): Record<string, string> {
  const small = Object.fromEntries(Object.entries(dimensions).map(([name, value]) => [name.toLowerCase(), value]));
  const service = small.servicename === undefined ? {} : { service: small.servicename };
  return boundedLabels({ ...(region === undefined ? {} : { region }), ...small, ...service }, cuts);
}
