/**
 * A workload that looks well and does not serve: whoever calls it says so. Of a chain of such calls the last one is meant;
 * one that complains of everything it calls, and alone, has the trouble itself.
 */
import { type Cause, type Evidence, evidenceOf, type ObjectRef, refText, uniqueRefs } from "../cause.js";
import { type Model, type Owner, refOf } from "../model.js";
import { dependenciesOf } from "./dependencies.js";
import { type Analyser, ageMs, causeOf, isReady, isWanted, presentMs } from "./draft.js";
import { signIn } from "./log-signs.js";
import { calledIn } from "./programs.js";

/** So many lines, the last among the newest, are trouble that goes on. */
const GOING_ON_LINES = 3;
const NEWEST_LINES = 15;
const RECENT_MS = 3_600_000;
const FAILING = new Set(["k8s-dependency-refused", "k8s-dependency-timing-out"]);
/** Answers of what is called, where a line names it. */
const ANSWERS =
  /\b(?:UNAVAILABLE|DEADLINE_EXCEEDED|INTERNAL)\b|code = (?:Unavailable|DeadlineExceeded|Internal)|\b(?:status|code|HTTP)\D{0,12}50[0234]\b|\b50[234] (?:Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out)|upstream (?:connect|prematurely|timed out)|connection reset|socket hang up|ECONNRESET|broken pipe|EOF$|retries exhausted|circuit ?breaker|max retries/i;

export interface Complaint {
  caller: Owner;
  callee: Owner;
  service: ObjectRef;
  lines: number;
  isTimeout: boolean;
  evidence: Evidence;
}

export const unresponsiveCauses: Analyser = (model) => {
  const complaints = complaintsOf(model);
  if (complaints.length === 0) return [];
  const lonely = lonelyCallers(complaints);
  const about = complaints.filter(({ caller }) => !lonely.includes(caller));
  // Who waits for one that is down itself is not the last of the chain.
  const waiting = waitingFor(model);
  const callees = [...new Set(about.map(({ callee }) => callee))].filter((one) => !waiting.has(one));
  const complains = (owner: Owner): boolean => about.some(({ caller, callee }) => caller === owner && callee !== owner);
  // In a circle of complaints nobody is the last.
  const last = callees.filter((callee) => !complains(callee));
  return [
    ...(last.length > 0 ? last : callees).map((callee) =>
      calleeCause(
        model,
        callee,
        about.filter((one) => one.callee === callee),
      ),
    ),
    ...lonely.map((caller) => callerCause(caller, complaints)),
  ];
};

const known = new WeakMap<Model, Complaint[]>();
const downCallees = new WeakMap<Model, Set<Owner>>();
const waitingFor = (model: Model): Set<Owner> => downCallees.get(model) ?? new Set();

export function complaintsOf(model: Model): Complaint[] {
  const had = known.get(model) ?? findComplaints(model);
  known.set(model, had);
  return had;
}

function findComplaints(model: Model): Complaint[] {
  const owners = new Map(model.owners.map((owner) => [refText(owner.ref), owner]));
  const pods = new Map(model.facts.objects.Pod.map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod]));
  const waiting = new Set<Owner>();
  downCallees.set(model, waiting);
  const found = new Map<string, Complaint & { isNew: boolean; pods: Set<string>; isDown: boolean }>();
  for (const log of model.facts.logs) {
    const pod = pods.get(`${log.namespace}/${log.pod}`);
    const caller = pod === undefined ? undefined : owners.get(refText(model.ownerOf(pod)));
    if (pod === undefined || caller === undefined || !isWanted(pod)) continue;
    log.lines.forEach((line, index) => {
      const sign = signIn(line);
      const isFailing = sign !== undefined && FAILING.has(sign.sign.code);
      if (!isFailing && (sign !== undefined || !ANSWERS.test(line))) return;
      const service = calledIn(model, caller, line, sign?.about);
      const callee = service === undefined ? undefined : calleeOf(model, service, caller);
      if (service !== undefined && callee === undefined && isDown(model, service, caller)) waiting.add(caller);
      if (service === undefined || callee === undefined) return;
      const key = `${refText(caller.ref)} ${refText(callee.ref)}`;
      const evidence = evidenceOf(refOf("Pod", pod), `log of ${log.container}`, line);
      const fresh = { caller, callee, service, lines: 0, isTimeout: false, evidence, isNew: false, isDown: false };
      const had = found.get(key) ?? { ...fresh, pods: new Set<string>() };
      had.lines++;
      had.isTimeout ||= sign?.sign.code !== "k8s-dependency-refused";
      had.isNew ||= log.lines.length - index <= NEWEST_LINES;
      had.isDown ||= !isReady(pod);
      had.pods.add(log.pod);
      had.evidence = evidence;
      found.set(key, had);
    });
  }
  const all = [...found.values()];
  const isShared = ({ callee }: Complaint): boolean => all.filter((one) => one.callee === callee).length > 1;
  return all.filter(
    (one) =>
      one.isNew && (one.lines >= GOING_ON_LINES || one.isDown || (one.lines > 1 && one.pods.size > 1) || isShared(one)),
  );
}

/** Only one that looks well: else what is wrong with it is named by others. */
function calleeOf(model: Model, { name, namespace }: ObjectRef, caller: Owner): Owner | undefined {
  const service = model.facts.objects.Service.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );
  const [callee] = service === undefined ? [] : model.ownersBehind(service);
  if (callee === undefined || callee === caller) return undefined;
  const wanted = callee.pods.filter(isWanted);
  return wanted.length > 0 && wanted.every(isReady) ? callee : undefined;
}

function isDown(model: Model, { name, namespace }: ObjectRef, caller: Owner): boolean {
  const service = model.facts.objects.Service.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );
  const [callee] = service === undefined ? [] : model.ownersBehind(service);
  return callee !== undefined && callee !== caller && callee.pods.some((pod) => isWanted(pod) && !isReady(pod));
}

/** It complains of several, and of none of them anybody else does although others call them. */
function lonelyCallers(complaints: readonly Complaint[]): Owner[] {
  const callers = [...new Set(complaints.map(({ caller }) => caller))];
  return callers.filter((caller) => {
    const own = complaints.filter((one) => one.caller === caller);
    const isAlone = own.every(({ callee }) =>
      complaints.every((one) => one.callee !== callee || one.caller === caller),
    );
    const isCallee = complaints.some(({ callee }) => callee === caller);
    return own.length > 1 && isAlone && (isCallee || own.length > 2);
  });
}

function calleeCause(model: Model, callee: Owner, complaints: readonly Complaint[]): Cause {
  const callers = uniqueRefs(complaints.map(({ caller }) => caller.ref));
  const isTimeout = complaints.some((one) => one.isTimeout);
  const trouble = symptomOf(model, callee);
  const all = model.owners.filter((owner) =>
    dependenciesOf(model, owner).some(
      ({ service }) => service !== undefined && model.ownersBehind(service).includes(callee),
    ),
  );
  const share = all.length === 0 ? 0 : Math.min(1, callers.length / all.length);
  const weight = 0.6 + 0.06 * Math.min(2, callers.length - 1) + 0.06 * share + (trouble === undefined ? 0 : 0.1);
  const how = isTimeout ? "does not answer in time, or answers with errors," : "refuses connections";
  return causeOf(
    "k8s-workload-unresponsive",
    callee.ref,
    `${refText(callee.ref)} ${how} although its pods are ready: ${callers.map(refText).join(", ")} ${callers.length === 1 ? "complains" : "complain"}`,
    {
      evidence: [
        ...complaints.slice(0, 3).map(({ evidence }) => evidence),
        ...(trouble === undefined ? [] : [trouble]),
      ],
      affects: [...uniqueRefs(complaints.map(({ service }) => service)), ...callers],
      weight: Math.min(weight, 0.88),
    },
  );
}

function callerCause(caller: Owner, complaints: readonly Complaint[]): Cause {
  const own = complaints.filter((one) => one.caller === caller);
  return causeOf(
    "k8s-workload-unresponsive",
    caller.ref,
    `${refText(caller.ref)} reaches none of ${own.map(({ service }) => service.name).join(", ")}, and nobody else complains of them`,
    { evidence: own.slice(0, 4).map(({ evidence }) => evidence), affects: [caller.ref], weight: 0.65 },
  );
}

/** Restarts and probes that failed lately, though it is well now. */
function symptomOf(model: Model, { pods }: Owner): Evidence | undefined {
  const now = presentMs(model);
  for (const pod of pods) {
    const ref = refOf("Pod", pod);
    const event = model
      .events(ref)
      .find(({ isWarning, atMs, reason }) => isWarning && reason === "Unhealthy" && now - atMs < RECENT_MS);
    if (event !== undefined) return evidenceOf(ref, `event ${event.reason}`, event.message);
    const status = pod.status?.containerStatuses.find(
      ({ lastState }) => (ageMs(lastState?.terminated?.finishedAt, now) ?? RECENT_MS) < RECENT_MS,
    );
    if (status !== undefined)
      return evidenceOf(
        ref,
        `container ${status.name}`,
        `${status.restartCount ?? 0} restarts, the last within the hour`,
      );
  }
  return undefined;
}
