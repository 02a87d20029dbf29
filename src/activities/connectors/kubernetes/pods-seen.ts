/** The pods of a namespace as far as their logs and events need them. */
import { z } from "zod";
import type { ToolContext } from "../../define-tool.js";
import { isoMs } from "../../tools/kit/instant.js";
import type { KubernetesClient } from "./client.js";
import { listOf } from "./lists.js";

const PODS_MAX = 1_000;

const timeSchema = z.string().nullish();
const endedSchema = z.object({ finishedAt: timeSchema });
const statusSchema = z.object({
  name: z.string(),
  restartCount: z.int().optional(),
  state: z.object({ waiting: z.object({}).optional(), terminated: endedSchema.optional() }).optional(),
  lastState: z.object({ terminated: endedSchema.optional() }).optional(),
});
const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    creationTimestamp: timeSchema,
    ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).optional(),
  }),
  spec: z.object({ nodeName: z.string().optional() }),
  status: z
    .object({
      initContainerStatuses: z.array(statusSchema).optional(),
      containerStatuses: z.array(statusSchema).optional(),
    })
    .optional(),
});
type Pod = z.infer<typeof podSchema>;

export interface SeenPods {
  /** Newest first. */
  pods: Pod[];
  cut: boolean;
  /** Whether a name in an event is that of one of them, of what owns them, or of a pod that it owned. */
  isOfThem(name: string): boolean;
}

export async function podsOf(
  cluster: KubernetesClient,
  namespace: string,
  labelSelector: string | undefined,
  context: ToolContext,
): Promise<SeenPods> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const { items, cut } = await listOf(cluster, { path, item: podSchema, labelSelector, max: PODS_MAX }, context);
  const createdMs = (pod: Pod): number => isoMs(pod.metadata.creationTimestamp ?? "") ?? 0;
  const pods = items.sort((a, b) => createdMs(b) - createdMs(a));
  const owners = ownersOf(pods);
  const names = new Set(pods.map(({ metadata }) => metadata.name));
  const isOfThem = (name: string): boolean =>
    names.has(name) || owners.has(name) || [...owners].some((owner) => name.startsWith(`${owner}-`));
  return { pods, cut, isOfThem };
}

/** A ReplicaSet's name is its Deployment's and a hash. */
function ownersOf(pods: readonly Pod[]): Set<string> {
  const owners = pods.flatMap(({ metadata }) => metadata.ownerReferences ?? []);
  const above = owners.flatMap(({ kind, name }) =>
    kind === "ReplicaSet" ? [name.replace(/-[a-z0-9]{1,12}$/, "")] : [],
  );
  return new Set([...owners.map(({ name }) => name), ...above]);
}

export interface PodContainer {
  pod: string;
  name: string;
  node: string | undefined;
  /** It runs or has run: it has a log. */
  started: boolean;
  /** When the container before it ended; absent where there was none. */
  previousEndedMs: number | undefined;
  previous: boolean;
}

export function containersIn(pods: readonly Pod[]): PodContainer[] {
  return pods.flatMap(({ metadata, spec, status }) => {
    const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
    return statuses.map(({ name, restartCount = 0, state, lastState }) => {
      const ended = lastState?.terminated;
      const endedMs = ended === undefined ? undefined : (isoMs(ended.finishedAt ?? "") ?? Number.MAX_SAFE_INTEGER);
      return {
        pod: metadata.name,
        name,
        node: spec.nodeName,
        started: state?.waiting === undefined || restartCount > 0,
        previousEndedMs: endedMs,
        previous: false,
      };
    });
  });
}
