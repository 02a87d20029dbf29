/** Faults that a tool injects: told by its experiments, its events, the routes of a mesh, or a pause container in a program's place. */
import type { CustomObject } from "../../../schema/kubernetes/surroundings.js";
import { type Cause, evidenceOf, type ObjectRef, refText, uniqueRefs } from "../cause.js";
import { hasLabels, type Model, type Owner, refOf, selects } from "../model.js";
import { type Analyser, causeOf, isWanted, podEvidence, presentMs } from "./draft.js";

const RECENT_MS = 3_600_000;
const INJECTOR = /chaos|litmus|fault-?inject|gremlin|pumba/i;
const OVER = /recover|revert|finish|complet|deleted|stopped/i;
/** What an injector puts in the place of a program: an image that only sleeps. */
const PAUSE = /(?:^|\/)pause(?:[:@-]|$)/;

export const injectedCauses: Analyser = (model) => [
  ...model.facts.objects.Custom.flatMap((item) => [...experiment(model, item), ...routeFault(model, item)]),
  ...toldByEvents(model),
  ...model.owners.flatMap((owner) => pausedProgram(owner)),
];

const causeOn = (source: ObjectRef, hit: ObjectRef, from: string, text: string): Cause =>
  causeOf("k8s-fault-injected", hit, `${refText(source)} injects a fault into ${refText(hit)}: ${text}`, {
    evidence: [evidenceOf(source, from, text)],
    affects: [hit],
    weight: 0.97,
  });

/** An experiment that is on: it has chosen its pods and has not given them back. */
function experiment(model: Model, item: CustomObject): Cause[] {
  const { kind = "", spec, status, metadata } = item;
  if (!/Chaos$|^ChaosEngine$/.test(kind) || metadata.deletionTimestamp !== undefined) return [];
  const is = (type: string): boolean =>
    status?.conditions.some((one) => one.type === type && one.status === "True") === true;
  const isOver =
    is("AllRecovered") ||
    is("Paused") ||
    spec?.engineState === "stop" ||
    /complet|stop/i.test(status?.engineStatus ?? "");
  if (spec === undefined || isOver) return [];
  const text = spec.action ?? "it is on";
  return hitOf(model, item).map((hit) => causeOn(refOf(kind, item), hit, "spec", text));
}

function hitOf(model: Model, { spec, metadata }: CustomObject): ObjectRef[] {
  const { selector, appinfo } = spec ?? {};
  const [key, value] = (appinfo?.applabel ?? "").split("=");
  const labels = value === undefined ? selector?.labelSelectors : { [key ?? ""]: value };
  const named = new Map(Object.entries(selector?.pods ?? {}).map(([place, names]) => [place, new Set(names)]));
  const places = [appinfo?.appns ?? [], selector?.namespaces ?? []].flat();
  const expressions = selector?.expressionSelectors ?? [];
  const isBlank = labels === undefined && named.size === 0 && expressions.length === 0;
  if (isBlank && selector === undefined) return [];
  const pods = model.facts.objects.Pod.filter((pod) => {
    const namespace = pod.metadata.namespace ?? "";
    if (named.size > 0) return named.get(namespace)?.has(pod.metadata.name) === true;
    if (!(places.length > 0 ? places : [metadata.namespace]).includes(namespace)) return false;
    return (
      hasLabels(pod.metadata.labels, labels ?? {}) && selects({ matchExpressions: expressions }, pod.metadata.labels)
    );
  });
  return uniqueRefs(pods.map((pod) => model.ownerOf(pod)));
}

/** A route of a mesh that answers with an error, or late, on purpose. */
function routeFault(model: Model, item: CustomObject): Cause[] {
  const fault = item.spec?.http.find((one) => one.fault !== undefined)?.fault;
  if (fault === undefined || item.kind !== "VirtualService") return [];
  const text = [
    fault.abort === undefined ? "" : `abort with ${fault.abort.httpStatus ?? "an error"}`,
    fault.delay === undefined ? "" : `delay of ${fault.delay.fixedDelay ?? "some seconds"}`,
  ].filter((one) => one !== "");
  const hosts = new Set((item.spec?.hosts ?? []).map((host) => host.split(".")[0]));
  const services = model.facts.objects.Service.filter(
    ({ metadata }) => hosts.has(metadata.name) && metadata.namespace === item.metadata.namespace,
  );
  const hits = uniqueRefs(services.flatMap((service) => model.ownersBehind(service)).map(({ ref }) => ref));
  return hits.map((hit) => causeOn(refOf("VirtualService", item), hit, "spec.http.fault", text.join(", ")));
}

/** Tools that inject faults tell of it in events; the workload that is hit is the one that suffers. */
function toldByEvents(model: Model): Cause[] {
  const now = presentMs(model);
  const told = model.allEvents.filter(
    ({ ref, by, reason, atMs }) =>
      now - atMs < RECENT_MS && (INJECTOR.test(ref.kind) || INJECTOR.test(by) || /^Chaos/i.test(reason)),
  );
  return told.flatMap(({ ref, reason, message }): Cause[] => {
    const hit = hitBy(model, ref, message);
    if (hit === undefined || OVER.test(`${reason} ${message}`)) return [];
    return [{ ...causeOn(ref, hit, `event ${reason}`, message), weight: 0.9 }];
  });
}

function hitBy(model: Model, ref: ObjectRef, message: string): ObjectRef | undefined {
  const pod = model.facts.objects.Pod.find(
    ({ metadata }) =>
      (ref.kind === "Pod" && metadata.name === ref.name && metadata.namespace === ref.namespace) ||
      message.includes(metadata.name),
  );
  if (pod !== undefined) return model.ownerOf(pod);
  const words = new Set(`${message} ${ref.name}`.toLowerCase().split(/[^a-z0-9-]+/));
  const isNamed = (name: string): boolean =>
    [...words].some((word) => word === name || word.startsWith(`${name}-`) || word.endsWith(`-${name}`));
  return model.owners
    .map((owner) => owner.ref)
    .filter((one) => one.namespace === ref.namespace && isNamed(one.name))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

/** Its template wants a program, and its pod runs an image that does nothing. */
function pausedProgram({ ref, spec, pods }: Owner): Cause[] {
  for (const pod of pods.filter(isWanted)) {
    const [container] = pod.spec.containers.filter(({ name, image }) => {
      const runs = pod.status?.containerStatuses.find((one) => one.name === name)?.image ?? image ?? "";
      const wanted = spec?.containers.find((one) => one.name === name)?.image;
      return PAUSE.test(runs) && wanted !== undefined && !PAUSE.test(wanted);
    });
    if (container === undefined || ref.kind === "Pod") continue;
    const text = `container ${container.name} runs ${container.image}, and not the image of its template`;
    return [
      causeOf("k8s-fault-injected", ref, `in ${refText(ref)} something put a pause image in the program's place`, {
        evidence: [podEvidence(pod, "image", text)],
        affects: [ref],
        weight: 0.95,
      }),
    ];
  }
  return [];
}
