/** What the logs of the pods say of their causes, weighed by how the pod is: a line of a well pod says little. */
import type { PodLog } from "../../../schema/kubernetes/facts.js";
import type { Pod } from "../../../schema/kubernetes/pod.js";
import { type Cause, evidenceOf, type ObjectRef, refText, uniqueRefs } from "../cause.js";
import type { CauseCode } from "../codes.js";
import { type Model, type Owner, refOf } from "../model.js";
import { refinedBy } from "./denied-paths.js";
import { dependenciesOf, placeOf } from "./dependencies.js";
import { type Analyser, causeOf, isReady, isWanted, lastEnd } from "./draft.js";
import { signIn } from "./log-signs.js";
import { serviceIn } from "./observed-calls.js";
import { callersOfStore, isStore, storeOf } from "./stores.js";

/** Of a pod that is well: so many lines, the last among the newest, are trouble that goes on. */
const GOING_ON_LINES = 3;
const NEWEST_LINES = 15;
/** Above what is a cause: two pods that are well and say it. */
const SHARED_WEIGHT = 0.6;
/** Codes that rather tell of what is called than of the caller. */
const OF_DEPENDENCIES = new Set<CauseCode>([
  "k8s-dependency-refused",
  "k8s-dependency-timing-out",
  "k8s-dependency-name-unresolved",
  "k8s-dependency-exhausted",
]);

/** What is missing lies in the store: its users and their rights. */
const OF_STORES = new Set<CauseCode>([
  "k8s-dependency-user-missing",
  "k8s-dependency-rights-missing",
  "k8s-dependency-read-only",
  "k8s-dependency-not-initialised",
  "k8s-dependency-locked",
]);
/** It is the store that says so, and not a pool of the caller. */
const STORE_IS_FULL =
  /too many (?:connections|clients)|connection slots|max(?:imum)? number of clients|max_connections|OOM command|MISCONF|\balarm\b|blocked(?: because|: )|shared memory segment/i;
/** Said once among the newest lines, it is trouble also where the pod is well. */
const PLAIN = new Set<CauseCode>([...OF_STORES, "k8s-heap-exhausted"]);

export const programCauses: Analyser = (model) => {
  const byPod = new Map(model.facts.objects.Pod.map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod]));
  const found = new Map<string, Cause>();
  for (const log of model.facts.logs) {
    const pod = byPod.get(`${log.namespace}/${log.pod}`);
    if (pod === undefined || !isWanted(pod)) continue;
    const owner = model.owner(model.ownerOf(pod));
    for (const cause of owner === undefined ? [] : logCauses(model, owner, pod, log)) {
      const key = `${cause.code} ${refText(cause.object)}`;
      const had = found.get(key);
      // Several pods of one workload that say the same are no chance.
      const isShared = had !== undefined && had.evidence[0]?.object !== cause.evidence[0]?.object;
      if (had === undefined || cause.weight > had.weight) found.set(key, cause);
      const best = found.get(key);
      if (isShared && best !== undefined && best.weight < SHARED_WEIGHT)
        found.set(key, { ...best, weight: SHARED_WEIGHT });
    }
  }
  return refusedByStore(model, [...found.values()]);
};

/** Several callers whose credentials one store refuses did not all change: the store did. */
function refusedByStore(model: Model, causes: readonly Cause[]): Cause[] {
  const stores = new Map<Cause, Owner>();
  for (const cause of causes) {
    const owner = model.owner(cause.object);
    const store =
      cause.code !== "k8s-dependency-credentials-wrong" || owner === undefined
        ? undefined
        : storeOf(model, owner, cause.evidence[0]?.text ?? "");
    if (store !== undefined) stores.set(cause, store);
  }
  const callers = (store: Owner): ObjectRef[] =>
    uniqueRefs([...stores].filter(([, one]) => one === store).map(([{ object }]) => object));
  return causes.map((cause) => {
    const store = stores.get(cause);
    const all = store === undefined ? [] : callers(store);
    if (store === undefined || all.length < 2) return cause;
    const what = `${refText(store.ref)} refuses the credentials of ${all.length} workloads: ${cause.what}`;
    return { ...cause, object: store.ref, what, affects: uniqueRefs([...all, ...cause.affects]) };
  });
}

interface Said {
  code: CauseCode;
  about: string | undefined;
  line: string;
  count: number;
  /** Of the last line, counted from the end. */
  fromEnd: number;
}

function logCauses(model: Model, owner: Owner, pod: Pod, log: PodLog): Cause[] {
  const said = new Map<CauseCode, Said>();
  log.lines.forEach((line, index) => {
    const seen = signIn(line);
    if (seen === undefined || /\b(?:INFO|DEBUG)\b.*\b(?:retry succeeded|connected|recovered)\b/i.test(line)) return;
    const had = said.get(seen.sign.code);
    said.set(seen.sign.code, {
      code: seen.sign.code,
      about: seen.about ?? had?.about,
      line,
      count: (had?.count ?? 0) + 1,
      fromEnd: log.lines.length - 1 - index,
    });
  });
  const all = [...said.values()];
  const last = Math.min(...all.map(({ fromEnd }) => fromEnd));
  return all.flatMap((one) => {
    const weight = weightOf(pod, log, one, one.fromEnd === last);
    return weight === 0 ? [] : [programCause(model, owner, pod, log, one, weight)];
  });
}

/** A container that ended said last why; one that runs must say it again and again. */
function weightOf(pod: Pod, log: PodLog, { code, count, fromEnd }: Said, isLast: boolean): number {
  const status = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].find(
    ({ name }) => name === log.container,
  );
  const isDown =
    status?.state?.waiting !== undefined ||
    (lastEnd(
      status ?? {
        name: "",
        image: undefined,
        ready: undefined,
        started: undefined,
        restartCount: undefined,
        state: undefined,
        lastState: undefined,
      },
    ) !== undefined &&
      status?.ready !== true);
  if (isDown || log.previous) return status?.ready === true ? 0.5 : isLast ? 0.9 : 0.8;
  if (!isReady(pod)) return isLast ? 0.85 : 0.7;
  if (fromEnd >= NEWEST_LINES) return 0.35;
  return count >= GOING_ON_LINES ? 0.65 : PLAIN.has(code) ? 0.6 : 0.35;
}

function programCause(
  model: Model,
  owner: Owner,
  pod: Pod,
  log: PodLog,
  { code, about, line, count }: Said,
  weight: number,
): Cause {
  const evidence = [evidenceOf(refOf("Pod", pod), `log of ${log.container}${log.previous ? " (before)" : ""}`, line)];
  const { refined, more } = refinedBy(owner, code, about);
  const called = OF_DEPENDENCIES.has(code) ? calledIn(model, owner, line, about) : undefined;
  const affects: ObjectRef[] = [owner.ref];
  const of = called === undefined ? (about === undefined ? "" : ` (${about})`) : ` (${refText(called)})`;
  const often = count > 1 ? `, ${count} times` : "";
  const what = `the log of ${refText(owner.ref)} says${of}${often}: ${line.trim()}${more}`;
  const full = code === "k8s-dependency-exhausted" ? fullStore(model, owner, line, called) : undefined;
  if (OF_STORES.has(code)) return storeCause(model, owner, refined, what, line, { evidence, weight });
  // A store that refuses somebody is not ill by that.
  if (code === "k8s-dependency-credentials-wrong" && isStore(owner) && owner.pods.every(isReady))
    return causeOf(refined, owner.ref, what, { evidence, affects, weight: Math.min(weight, 0.4) });
  if (full !== undefined)
    return causeOf(refined, full.ref, `${refText(full.ref)} takes no more: ${what}`, {
      evidence,
      affects: [owner.ref, ...(called === undefined ? [] : [called])],
      weight,
    });
  const cause = causeOf(refined, owner.ref, what, { evidence, affects, weight });
  return called === undefined
    ? cause
    : { ...cause, evidence: [...evidence, evidenceOf(called, "called by", refText(owner.ref))] };
}

/** Told by the store itself, or by who calls it. */
function storeCause(
  model: Model,
  owner: Owner,
  code: CauseCode,
  what: string,
  line: string,
  parts: Pick<Cause, "evidence" | "weight">,
): Cause {
  if (isStore(owner)) {
    const callers = callersOfStore(model, owner, line);
    const suffers = callers.some((ref) => model.owner(ref)?.pods.some((pod) => isWanted(pod) && !isReady(pod)));
    return causeOf(code, owner.ref, what, {
      ...parts,
      affects: [owner.ref, ...callers],
      weight: suffers ? Math.max(parts.weight, 0.9) : parts.weight,
    });
  }
  const store = storeOf(model, owner, line);
  const object = store?.ref ?? owner.ref;
  return causeOf(code, object, store === undefined ? what : `${refText(object)}: ${what}`, {
    ...parts,
    affects: [owner.ref, object],
    weight: Math.min(0.96, parts.weight + 0.05),
  });
}

function fullStore(model: Model, owner: Owner, line: string, called: ObjectRef | undefined): Owner | undefined {
  if (called !== undefined) return behind(model, called);
  return STORE_IS_FULL.test(line) && !isStore(owner) ? storeOf(model, owner, line) : undefined;
}

function behind(model: Model, { name, namespace }: ObjectRef): Owner | undefined {
  const service = model.facts.objects.Service.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );
  return service === undefined ? undefined : model.ownersBehind(service)[0];
}

/** The service of the cluster that a line tells of. */
export function calledIn(model: Model, owner: Owner, line: string, about: string | undefined): ObjectRef | undefined {
  const namespace = owner.ref.namespace ?? "";
  const host = about?.replace(/:\d+$/, "");
  const place = host === undefined || /^[\d.]+$/.test(host) ? undefined : placeOf(model, namespace, host);
  if (place !== undefined && model.has("Service", place.host, place.namespace))
    return { kind: "Service", name: place.host, namespace: place.namespace };
  const observed = serviceIn(model, owner, line);
  if (observed !== undefined) return refOf("Service", observed);
  const byAddress = model.facts.objects.Service.find(
    ({ spec }) =>
      spec?.clusterIP !== undefined &&
      spec.clusterIP !== "None" &&
      spec.clusterIP !== "" &&
      line.includes(spec.clusterIP),
  );
  if (byAddress !== undefined) return refOf("Service", byAddress);
  const named = dependenciesOf(model, owner).find(({ host: one }) =>
    new RegExp(`(?:^|[^a-z0-9-])${one.replace(/[^a-z0-9-]/g, "")}(?:$|[^a-z0-9-])`, "i").test(line),
  );
  return named?.service === undefined ? undefined : refOf("Service", named.service);
}
