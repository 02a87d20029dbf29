/** Objects of declared kinds that say that they are not well: by their conditions, their phase, or what their operator writes of them. */
import type { CustomObject } from "../../../schema/kubernetes/surroundings.js";
import { type Cause, evidenceOf, refText } from "../cause.js";
import { isLeaving, type Model, refOf } from "../model.js";
import { customRefNamed } from "./custom-owners.js";
import { sufferersOf, waitsForNodes } from "./custom-sufferers.js";
import { type Analyser, ageMs, causeOf, presentMs } from "./draft.js";

type Condition = NonNullable<CustomObject["status"]>["conditions"][number];

/** Young ones are still being made. */
const SETTLED_MS = 60_000;
/** A condition whose name ends so is good when it is True … */
const GOOD =
  /(?:Ready|Available|Accepted|ResolvedRefs|Programmed|Synced|Healthy|Reconciled|Established|Succeeded|Valid|Validated|Installed|Deployed|Released|Provisioned|Configured|Connected|Running|Online|Registered|Verified|Joined|Created|Bound|Admitted|Launched|Initialized|Resolved)$/;
/** … whatever its name is, where the reason says so. */
const BAD_REASON =
  /Fail|Error|Invalid|Denied|NotFound|Refused|Rejected|Forbidden|Unknown[A-Z]|NotAdmitted|Insufficient/;
/** … and so when it is False. */
const BAD =
  /(?:Degraded|Failed|Failure|Stalled|Error|Errored|Invalid\w*|Denied|Unavailable|NotReady|Unhealthy|Fallback|Conflicted|Unresolved|Misconfigured)$/;
/** Neither says anything wrong: it waits for work, or somebody wants it so. */
const ORDINARY = /^(?:Active|Completed|Paused|Suspended|Reconciling|Issuing|Upgradeable|Terminating)$/;
const BAD_STATE =
  /^(?:failed|error|errored|degraded|unhealthy|invalid|rejected|crashloopbackoff|\w*(?:failed|error)|missing)$/i;

export const customResourceCauses: Analyser = (model) => {
  const now = presentMs(model);
  return [...model.facts.objects.Custom.flatMap((item) => ownWords(model, item, now)), ...operatorWords(model)];
};

function isWrong({ type, status, reason }: Condition): boolean {
  if (ORDINARY.test(type)) return false;
  if (type === "Progressing") return status === "False" && /deadline|failed|error/i.test(reason ?? "");
  // Argo CD lists only what is wrong, without a status.
  if (status === undefined) return BAD.test(type);
  if (BAD.test(type)) return status === "True";
  return status === "False" && (GOOD.test(type) || BAD_REASON.test(reason ?? ""));
}

function ownWords(model: Model, item: CustomObject, nowMs: number): Cause[] {
  const { status, metadata } = item;
  if (status === undefined || isLeaving(item)) return [];
  const ref = refOf(item.kind ?? "Custom", item);
  const { parents, listeners, ancestors, ingress } = status;
  const nested = [...parents, ...listeners, ...ancestors, ...ingress].flatMap(({ conditions }) => conditions);
  const wrong = [...status.conditions, ...nested].filter(isWrong);
  // The one that says why goes before the one that sums up.
  const one = wrong.find(({ message }) => (message ?? "") !== "") ?? wrong[0];
  const word = [status.phase, status.state, status.health?.status].find((text) => BAD_STATE.test(text ?? ""));
  if (one === undefined && word === undefined) return [];
  const since = ageMs(one?.lastTransitionTime ?? metadata.creationTimestamp, nowMs) ?? SETTLED_MS;
  const text =
    one === undefined
      ? `${word}${status.message === undefined ? "" : `: ${status.message}`}`
      : `${one.type}=${one.status ?? "True"}${one.reason === undefined ? "" : `, ${one.reason}`}: ${one.message ?? ""}`;
  const sufferers = sufferersOf(model, item);
  // What lies in no namespace is a cause where somebody waits for it.
  const isFelt = ref.namespace !== undefined || sufferers.length > 0 || waitsForNodes(model, ref.kind);
  return [
    causeOf("k8s-custom-resource-failing", ref, `${refText(ref)} says ${text}`, {
      evidence: [evidenceOf(ref, one === undefined ? "status" : `condition ${one.type}`, text)],
      affects: [...(ref.namespace === undefined ? [] : [ref]), ...sufferers],
      weight: since < SETTLED_MS || !isFelt ? 0.45 : 0.72,
    }),
  ];
}

/** controller-runtime, in JSON and as text; client-go's work queues; what several operators write themselves. */
const REFUSALS: readonly RegExp[] = [
  /Reconciler error.*?"controllerKind":\s*"(?<kind>\w+)".*?"namespace":\s*"(?<namespace>[\w.-]+)",\s*"name":\s*"(?<name>[\w.-]+)"(?<text>.*)/,
  /Reconciler error.*?"(?<kind>[A-Z]\w+)":\s*\{"name":\s*"(?<name>[\w.-]+)",\s*"namespace":\s*"(?<namespace>[\w.-]+)"\}(?<text>.*)/,
  /Reconciler error.*?"name":\s*"(?<name>[\w.-]+)",\s*"namespace":\s*"(?<namespace>[\w.-]+)"(?<text>.*)/,
  /error syncing ['"]?(?<namespace>[\w.-]+)\/(?<name>[\w.-]+)['"]?:?(?<text>.*)/,
  /\b(?<kind>[A-Z]\w+): \[?(?<namespace>[\w.-]+)\/(?<name>[\w.-]+)\]?,? (?:sync|reconcile)\w* (?:failed|error)(?<text>.*)/i,
  /(?:failed|unable|error) to (?:reconcile|sync|update|create|apply) (?:the )?(?<kind>[A-Z]\w+) ['"]?(?<namespace>[\w.-]+)\/(?<name>[\w.-]+)['"]?(?<text>.*)/i,
];
/** Two wrote at once; the next try goes well. */
const PASSING = /object has been modified|please apply your changes|requeue after|context canceled/i;
const BUILT_IN =
  /^(?:Deployment|StatefulSet|DaemonSet|ReplicaSet|Pod|Job|CronJob|Service|ConfigMap|Secret|Node|Namespace|Ingress)$/;

function operatorWords(model: Model): Cause[] {
  const found = new Map<string, Cause>();
  for (const { namespace, pod, container, lines } of model.facts.logs) {
    for (const line of lines) {
      const said = PASSING.test(line) ? undefined : refusalIn(line);
      if (said === undefined) continue;
      const ref = customRefNamed(model, said);
      if (ref === undefined || BUILT_IN.test(ref.kind)) continue;
      const what = `the operator in ${pod} cannot carry out ${refText(ref)}: ${said.text}`;
      const evidence = [evidenceOf({ kind: "Pod", name: pod, namespace }, `log of ${container}`, line)];
      found.set(
        refText(ref),
        causeOf("k8s-custom-resource-refused", ref, what, { evidence, affects: [ref], weight: 0.93 }),
      );
    }
  }
  return [...found.values()];
}

function refusalIn(line: string): { kind?: string; name: string; namespace: string; text: string } | undefined {
  for (const pattern of REFUSALS) {
    const { kind, name, namespace, text = "" } = pattern.exec(line)?.groups ?? {};
    if (name === undefined || namespace === undefined) continue;
    const error = /"error":\s*"((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
    return { kind, name, namespace, text: (error ?? text).replace(/^[\s:,]+/, "") };
  }
  return undefined;
}
