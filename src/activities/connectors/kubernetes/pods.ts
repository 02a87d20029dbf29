/** What the pods of a workload's newest revision say where they do not come up. */
import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { redact } from "../../../core/redact.js";
import { type Revision, revisionLabel, revisionsOf } from "./revisions.js";
import { type Place, selectorText, type Workload } from "./workload.js";

export interface Symptom {
  /** `CrashLoopBackOff`, `Unschedulable`, … */
  reason: string;
  /** One line with the pod's name and what it says. */
  says: string;
}

const PODS_MAX = 200;
/** Waiting for these passes by itself. */
const ORDINARY = new Set(["", "ContainerCreating", "PodInitializing"]);
const SAID_MAX_CHARS = 200;

/** One trouble for each reason that is seen. */
export async function symptomsOf(place: Place, workload: Workload): Promise<Symptom[]> {
  const [newest] = await revisionsOf(place, workload);
  const labelSelector = selectorText(workload.spec.selector);
  const { items } = await place.cluster
    .api((k8s) => k8s.CoreV1Api)
    .listNamespacedPod({ namespace: place.namespace, labelSelector, limit: PODS_MAX });
  const found = new Map<string, Symptom>();
  for (const pod of items) {
    if (pod.metadata?.deletionTimestamp !== undefined || !isOf(place, pod, newest)) continue;
    const trouble = symptomOf(pod);
    if (trouble !== undefined && !found.has(trouble.reason)) found.set(trouble.reason, trouble);
  }
  return [...found.values()];
}

/** A StatefulSet goes on only once each pod is ready, so one of an earlier revision may be what it waits for. */
function isOf(place: Place, pod: V1Pod, newest: Revision | undefined): boolean {
  if (place.kind === "statefulset") return true;
  return newest === undefined || pod.metadata?.labels?.[revisionLabel(place)] === newest.hash;
}

function symptomOf({ metadata, status }: V1Pod): Symptom | undefined {
  const name = metadata?.name ?? "";
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === "PodScheduled" && is === "False");
  if (unscheduled?.reason === "Unschedulable") return symptomText("Unschedulable", name, unscheduled.message);
  for (const container of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const { reason = "", message } = container.state?.waiting ?? {};
    if (!ORDINARY.has(reason))
      return symptomText(reason, `${name}, container ${container.name}`, message, lastEnd(container));
  }
  return undefined;
}

function lastEnd({ lastState, restartCount }: V1ContainerStatus): string {
  const ended = lastState?.terminated;
  if (ended === undefined) return "";
  return `; it ended with code ${ended.exitCode} (${ended.reason ?? "no reason"}) and was restarted ${restartCount} times`;
}

function symptomText(reason: string, who: string, message = "", more = ""): Symptom {
  const text = message === "" ? "" : `: ${message.slice(0, SAID_MAX_CHARS)}`;
  return { reason, says: redact(`${reason} of ${who}${text}${more}`) };
}

/** What the events say of pods that could not be made at all: a StatefulSet and a DaemonSet say it nowhere else. */
export async function creationFault(place: Place, workload: Workload, sinceMs: number): Promise<string | undefined> {
  if (place.kind === "deployment") return undefined;
  const fieldSelector = `involvedObject.uid=${workload.metadata.uid},reason=FailedCreate`;
  const { items } = await place.cluster
    .api((k8s) => k8s.CoreV1Api)
    .listNamespacedEvent({ namespace: place.namespace, fieldSelector, limit: 50 });
  const since = items.filter(({ lastTimestamp, eventTime }) => timeOf(lastTimestamp ?? eventTime) >= sinceMs);
  return since.at(-1)?.message;
}

const timeOf = (date: Date | undefined): number => (date === undefined ? 0 : new Date(date).getTime());
