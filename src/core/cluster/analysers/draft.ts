/** What analysers share: how a cause is put down, what is current, what a pod's containers say. */
import type { Container, ContainerStatus, Pod } from "../../../schema/kubernetes/pod.js";
import { type Cause, type Evidence, evidenceOf, type ObjectRef, withoutStar } from "../cause.js";
import type { CauseCode } from "../codes.js";
import { isLeaving, type Model, refOf } from "../model.js";

export type Analyser = (model: Model) => Cause[];

interface Parts {
  evidence?: Evidence[];
  affects?: ObjectRef[];
  weight?: number;
}

export const causeOf = (
  code: CauseCode,
  object: ObjectRef,
  what: string,
  { evidence = [], affects = [], weight = 0.9 }: Parts = {},
): Cause => ({ code, object, what: withoutStar(what), evidence, affects, weight });

/** A recording is looked at long after it was made: then the last thing that happened in it is its present. */
const RECORDING_AGE_MS = 24 * 3_600_000;

const presents = new WeakMap<Model, number>();

/** Asked for by many analysers, some of them for each workload. */
export function presentMs(model: Model): number {
  const had = presents.get(model);
  if (had !== undefined) return had;
  const present = presentOf(model);
  presents.set(model, present);
  return present;
}

function presentOf({ facts }: Model): number {
  let latest = 0;
  const see = (time: string | undefined): void => {
    const ms = Date.parse(time ?? "");
    if (ms > latest && ms <= facts.atMs + 3_600_000) latest = ms;
  };
  const { objects } = facts;
  for (const { spec } of objects.Lease) see(spec?.renewTime);
  for (const { status } of objects.Node) for (const one of status?.conditions ?? []) see(one.lastHeartbeatTime);
  for (const { lastTimestamp, eventTime, series } of objects.Event) {
    see(lastTimestamp);
    see(eventTime);
    see(series?.lastObservedTime);
  }
  for (const { metadata, status } of objects.Pod) {
    see(metadata.creationTimestamp);
    for (const one of status?.conditions ?? []) see(one.lastTransitionTime);
    for (const { state, lastState } of status?.containerStatuses ?? []) {
      see(state?.running?.startedAt);
      see(state?.terminated?.finishedAt);
      see(lastState?.terminated?.finishedAt);
    }
  }
  return latest > 0 && facts.atMs - latest > RECORDING_AGE_MS ? latest : facts.atMs;
}

/** Milliseconds since a time; undefined where it is not known. */
export function ageMs(time: string | undefined, nowMs: number): number | undefined {
  const ms = Date.parse(time ?? "");
  return Number.isNaN(ms) ? undefined : nowMs - ms;
}

export const isReady = (pod: Pod): boolean =>
  pod.status?.conditions.some(({ type, status }) => type === "Ready" && status === "True") === true;

/** It shall serve and has not ended: neither being deleted, nor done. */
export const isWanted = (pod: Pod): boolean =>
  !isLeaving(pod) && !["Succeeded", "Failed"].includes(pod.status?.phase ?? "");

export const isBound = (pod: Pod): boolean => (pod.spec.nodeName ?? "") !== "";

export interface SeenContainer {
  pod: Pod;
  status: ContainerStatus;
  spec: Container | undefined;
  isInit: boolean;
}

export function containersOf(pod: Pod): SeenContainer[] {
  const own = (list: readonly ContainerStatus[] | undefined, specs: readonly Container[], isInit: boolean) =>
    (list ?? []).map((status) => ({ pod, status, spec: specs.find(({ name }) => name === status.name), isInit }));
  return [
    ...own(pod.status?.initContainerStatuses, pod.spec.initContainers, true),
    ...own(pod.status?.containerStatuses, pod.spec.containers, false),
  ];
}

/** How a container ended that does not run now, or ran before. */
export const lastEnd = ({ state, lastState }: ContainerStatus) => state?.terminated ?? lastState?.terminated;

export function conditionOf<C extends { type: string }>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  return conditions?.find((one) => one.type === type);
}

export const podEvidence = (pod: Pod, from: string, text: string): Evidence =>
  evidenceOf(refOf("Pod", pod), from, text);

/** `3 pods` with the first by name. */
export const podsText = (pods: readonly Pod[]): string =>
  pods.length === 1 ? `pod ${pods[0]?.metadata.name}` : `${pods.length} pods (${pods[0]?.metadata.name}, …)`;
