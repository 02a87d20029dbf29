/** A workload that is ready and whose log is full of errors that no sign explains. Of callers and what they call, the last one is meant. */
import { type Cause, evidenceOf, refText } from "../cause.js";
import { type Model, type Owner, refOf } from "../model.js";
import { dependenciesOf } from "./dependencies.js";
import { type Analyser, causeOf, isReady, isWanted } from "./draft.js";
import { signIn } from "./log-signs.js";

const LOOKED_AT_LINES = 60;
const NEWEST_LINES = 15;
const ERRORS_MIN = 5;
/** Of its lines: many programs write an error now and then. */
const CAUSE_SHARE = 0.4;
const NOTICE_SHARE = 0.2;
const ERROR =
  /\b(?:ERROR|FATAL|CRITICAL|SEVERE|PANIC)\b|"(?:level|severity|lvl)":\s*"(?:error|fatal|critical|panic)"|\b(?:level|lvl|severity)=(?:error|fatal|critical|panic)\b|^\s*(?:[\w.]+(?:Exception|Error):|Traceback \(|panic:|Unhandled )/i;

interface Reported {
  owner: Owner;
  cause: Cause;
}

export const reportedErrorCauses: Analyser = (model) => {
  const found = new Map<Owner, Reported>();
  const owners = new Map(model.owners.map((owner) => [refText(owner.ref), owner]));
  const pods = new Map(model.facts.objects.Pod.map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod]));
  for (const { namespace, pod: name, container, previous, lines } of model.facts.logs) {
    const pod = pods.get(`${namespace}/${name}`);
    const owner = pod === undefined ? undefined : owners.get(refText(model.ownerOf(pod)));
    if (pod === undefined || owner === undefined || previous || !isWanted(pod) || !isReady(pod)) continue;
    const last = lines.slice(-LOOKED_AT_LINES);
    const errors = last.filter((line) => ERROR.test(line) && signIn(line) === undefined);
    const share = errors.length / Math.max(1, last.length);
    const newest = last.slice(-NEWEST_LINES).some((line) => ERROR.test(line));
    if (errors.length < ERRORS_MIN || share < NOTICE_SHARE || !newest) continue;
    const line = errors.at(-1) ?? "";
    const what = `${refText(owner.ref)} reports errors, ${errors.length} of its last ${last.length} lines: ${line.trim()}`;
    const evidence = [evidenceOf(refOf("Pod", pod), `log of ${container}`, line)];
    const weight = share >= CAUSE_SHARE ? 0.55 : 0.4;
    const cause = causeOf("k8s-program-reports-errors", owner.ref, what, { evidence, affects: [owner.ref], weight });
    const had = found.get(owner);
    if (had === undefined || weight > had.cause.weight) found.set(owner, { owner, cause });
  }
  const all = [...found.values()];
  return all.filter(({ owner }) => !callsOneOf(model, owner, all)).map(({ cause }) => cause);
};

/** What it calls reports errors itself, or does so through others. */
function callsOneOf(model: Model, owner: Owner, all: readonly Reported[]): boolean {
  const seen = new Set<Owner>([owner]);
  let front = [owner];
  while (front.length > 0) {
    const next = front
      .flatMap((one) => dependenciesOf(model, one))
      .flatMap(({ service }) => (service === undefined ? [] : model.ownersBehind(service)))
      .filter((one) => !seen.has(one));
    for (const one of next) seen.add(one);
    front = [...new Set(next)];
  }
  return all.some((one) => one.owner !== owner && seen.has(one.owner) && !reaches(model, one.owner, owner));
}

/** Directly: two that call each other explain nothing. */
const reaches = (model: Model, from: Owner, to: Owner): boolean =>
  dependenciesOf(model, from).some(({ service }) => service !== undefined && model.ownersBehind(service).includes(to));
