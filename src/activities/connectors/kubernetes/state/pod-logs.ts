/** The last lines of the pods that tell most: those that fail, with the container before; else one of each workload. */
import { redact } from "../../../../core/redact.js";
import type { ClusterFacts, PodLog } from "../../../../schema/kubernetes/facts.js";
import type { ContainerStatus, Pod } from "../../../../schema/kubernetes/pod.js";
import { type ToolContext, ToolFailure } from "../../../define-tool.js";
import { KubernetesFailure } from "../answers.js";
import type { KubernetesClient } from "../client.js";

export const LOG_CHOICES = ["none", "failing", "all"] as const;
export type LogChoice = (typeof LOG_CHOICES)[number];

/** Containers of one call; a namespace of a usual application fits. */
const CONTAINERS_MAX = 80;
const PER_WORKLOAD_MAX = 2;
const LINES = 100;
const LOG_MAX_BYTES = 200_000;
const LINE_MAX_CHARS = 500;
const AT_ONCE = 4;

interface Wanted {
  pod: Pod;
  status: ContainerStatus;
  previous: boolean;
  isFailing: boolean;
}

export async function readPodLogs(
  client: KubernetesClient,
  facts: ClusterFacts,
  choice: LogChoice,
  context: ToolContext,
): Promise<void> {
  if (choice === "none") return;
  const waiting = wantedLogs(facts, choice).slice(0, CONTAINERS_MAX);
  const api = client.api((k8s) => k8s.CoreV1Api);
  let isRefused = false;
  const work = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined && !isRefused; one = waiting.shift()) {
      const { metadata } = one.pod;
      const { name, namespace = "" } = metadata;
      try {
        const text = await api.readNamespacedPodLog({
          name,
          namespace,
          container: one.status.name,
          previous: one.previous,
          tailLines: LINES,
          limitBytes: LOG_MAX_BYTES,
        });
        facts.logs.push(logOf(one, text));
      } catch (error) {
        if (!(error instanceof ToolFailure) || context.signal.aborted) throw error;
        // The container has not begun, left nothing, or is gone; without the right all others would be refused too.
        if (error instanceof KubernetesFailure && (error.status === 404 || error.status === 400)) continue;
        if (!isRefused)
          facts.unread.push({ kind: "Log", namespace, code: error.code, message: error.message.slice(0, 300) });
        isRefused = error.code === "permission-missing";
      }
      context.heartbeat(`log of ${name}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  facts.logs.sort((a, b) => (`${a.pod}/${a.container}` < `${b.pod}/${b.container}` ? -1 : 1));
}

const logOf = ({ pod, status, previous }: Wanted, text: string): PodLog => ({
  namespace: pod.metadata.namespace ?? "",
  pod: pod.metadata.name,
  container: status.name,
  previous,
  lines: text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-LINES)
    .map((line) => redact(line.slice(0, LINE_MAX_CHARS))),
});

/** Failing ones first. */
function wantedLogs({ objects, namespace }: ClusterFacts, choice: LogChoice): Wanted[] {
  const found: Wanted[] = [];
  const seen = new Map<string, number>();
  const isOwn = (pod: Pod): boolean =>
    namespace === undefined || pod.metadata.namespace === namespace || /dns/.test(pod.metadata.name);
  for (const pod of objects.Pod.filter(isOwn)) {
    if (pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === "Succeeded") continue;
    const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    for (const status of statuses) {
      const isDone = status.state?.terminated?.exitCode === 0 && (status.restartCount ?? 0) === 0;
      const isFailing = !isDone && (status.ready !== true || (status.restartCount ?? 0) > 0);
      const hasBegun =
        status.state?.running !== undefined ||
        status.state?.terminated !== undefined ||
        status.lastState?.terminated !== undefined;
      if (isDone || !hasBegun || (!isFailing && choice === "failing")) continue;
      const owner = pod.metadata.ownerReferences[0]?.name ?? pod.metadata.name;
      const key = `${pod.metadata.namespace}/${owner}/${status.name}/${isFailing}`;
      const count = seen.get(key) ?? 0;
      if (count >= (isFailing ? PER_WORKLOAD_MAX : 1)) continue;
      seen.set(key, count + 1);
      found.push({ pod, status, previous: false, isFailing });
      if (isFailing && status.lastState?.terminated !== undefined)
        found.push({ pod, status, previous: true, isFailing });
    }
  }
  return found.sort((a, b) => Number(b.isFailing) - Number(a.isFailing));
}
