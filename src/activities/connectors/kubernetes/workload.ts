/** A workload of a cluster: where it is, the parts of it that we look at, and how it is told to people. */
import { z } from "zod";
import { redact } from "../../../core/redact.js";
import type { KubernetesTarget } from "../../../schema/config/clusters.js";
import { jsonSchema } from "../../../schema/json.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { KubernetesFailure } from "./answers.js";
import { clusterNamed, type KubernetesClient } from "./client.js";

export type WorkloadKind = "deployment" | "statefulset" | "daemonset";
const KINDS = { deployment: "Deployment", statefulset: "StatefulSet", daemonset: "DaemonSet" } as const;

/** Where a workload is. */
export interface Place {
  cluster: KubernetesClient;
  namespace: string;
  kind: WorkloadKind;
  /** As the API writes it: `Deployment`. */
  apiKind: (typeof KINDS)[WorkloadKind];
  name: string;
  /** `deployment/checkout`. */
  workload: string;
  /** The container that is meant, where the declaration names one. */
  container?: string;
}

export async function placeOf(target: KubernetesTarget, context: ToolContext): Promise<Place> {
  const { namespace, workload, container } = target;
  const cluster = await clusterNamed(target.cluster, context);
  const [kind = "", name = ""] = workload.split("/", 2);
  const known = kind as WorkloadKind;
  return { cluster, namespace, kind: known, apiKind: KINDS[known], name, workload, container };
}

export const appsPath = ({ namespace }: Place, rest: string): string => `/apis/apps/v1/namespaces/${namespace}/${rest}`;
export const pathOf = (place: Place): string => appsPath(place, `${place.kind}s/${place.name}`);

const conditionSchema = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(""),
  message: z.string().default(""),
});
const selectorSchema = z.looseObject({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(z.looseObject({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
    .optional(),
});
export type Selector = z.infer<typeof selectorSchema>;
const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string().default(""),
  env: z
    .array(z.looseObject({ name: z.string(), value: z.string().optional(), valueFrom: jsonSchema.optional() }))
    .optional(),
});
const labelsSchema = z.record(z.string(), z.string()).optional();
const roundSchema = z.union([z.int(), z.string()]).optional();
const strategySchema = z.looseObject({
  type: z.string().optional(),
  rollingUpdate: z
    .looseObject({ maxUnavailable: roundSchema, maxSurge: roundSchema, partition: z.int().optional() })
    .nullish(),
});
export const templateSchema = z.looseObject({
  metadata: z.looseObject({ labels: labelsSchema, annotations: labelsSchema }).nullish(),
  spec: z.looseObject({ containers: z.array(containerSchema) }),
});
const count = z.int().optional();
const workloadSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    generation: z.int().default(0),
    labels: labelsSchema,
    annotations: labelsSchema,
    ownerReferences: z
      .array(z.looseObject({ kind: z.string(), name: z.string(), controller: z.boolean().optional() }))
      .optional(),
  }),
  spec: z.looseObject({
    replicas: count,
    paused: z.boolean().optional(),
    selector: selectorSchema,
    template: templateSchema,
    strategy: strategySchema.optional(),
    updateStrategy: strategySchema.optional(),
  }),
  status: z
    .looseObject({
      observedGeneration: count,
      replicas: count,
      readyReplicas: count,
      updatedReplicas: count,
      availableReplicas: count,
      currentRevision: z.string().optional(),
      updateRevision: z.string().optional(),
      desiredNumberScheduled: count,
      currentNumberScheduled: count,
      updatedNumberScheduled: count,
      numberAvailable: count,
      conditions: z.array(conditionSchema).optional(),
    })
    .default({}),
});
export type Workload = z.infer<typeof workloadSchema>;
export type Container = z.infer<typeof containerSchema>;

/** Reads what the API answered with; throws `source-answer-invalid`. */
export function parsedAs<T>(place: Place, schema: z.ZodType<T>, what: string, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const message = `the cluster ${place.cluster.name} did not answer with ${what} (${issue?.path.join(".")})`;
  throw toolFailure("source-answer-invalid", message, {
    hint: "check that clusters.NAME.server leads to an API server",
  });
}

export const workloadOf = (place: Place, body: unknown): Workload =>
  parsedAs(place, workloadSchema, `${place.workload}`, body);

/** The workload as it is now. Throws `object-not-found` with the names that exist. */
export async function readWorkload(place: Place): Promise<Workload> {
  try {
    return workloadOf(place, await place.cluster.call("GET", pathOf(place)));
  } catch (error) {
    if (!(error instanceof KubernetesFailure) || error.code !== "object-not-found") throw error;
    const { workload, namespace, cluster } = place;
    const message = `the namespace ${namespace} of the cluster ${cluster.name} has no ${workload}`;
    throw new KubernetesFailure("object-not-found", message, 404, await othersOf(place));
  }
}

async function othersOf(place: Place): Promise<string> {
  const namesSchema = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });
  try {
    const path = appsPath(place, `${place.kind}s`);
    const list = namesSchema.parse(await place.cluster.call("GET", path, { query: { limit: "20" } }));
    const names = list.items.map(({ metadata }) => metadata.name).join(", ");
    return names === "" ? `it has no ${place.kind} at all: check the namespace` : `it has ${place.kind}s ${names}`;
  } catch {
    return "check cluster, namespace and workload in config.yaml";
  }
}

/** The container that an action means: the declared one, or the first, as kubectl takes it. */
export function containerOf(place: Place, template: Workload["spec"]["template"]): Container {
  const { containers } = template.spec;
  const found = place.container === undefined ? containers[0] : containers.find(({ name }) => name === place.container);
  if (found !== undefined) return found;
  const names = containers.map(({ name }) => name).join(", ");
  const message = `${place.workload} has no container ${place.container ?? ""}`;
  throw toolFailure("object-not-found", message, {
    hint: `it has ${names}: correct container of the target`,
    retryable: false,
  });
}

/** How many pods it wants. */
export function wantedPods({ spec, status }: Workload, kind: WorkloadKind): number {
  return kind === "daemonset" ? (status.desiredNumberScheduled ?? 0) : (spec.replicas ?? 1);
}

export const RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

/** `image shop/checkout:v42, 3 replicas, restarted at 2026-…`. */
export function described(place: Place, workload: Workload): string {
  const { template } = workload.spec;
  const { image } = containerOf(place, template);
  const pods = wantedPods(workload, place.kind);
  const restarted = template.metadata?.annotations?.[RESTARTED_AT];
  const count = place.kind === "daemonset" ? `${pods} pod(s), one on each node` : `${pods} replica(s)`;
  return redact(`image ${image}, ${count}${restarted === undefined ? "" : `, restarted at ${restarted}`}`);
}

/** Who else keeps the workload as it is declared elsewhere, and may set a change back. */
export function keeperOf({ metadata }: Workload): string | undefined {
  const { annotations = {}, labels = {}, ownerReferences = [] } = metadata;
  const owner = ownerReferences.find(({ controller }) => controller === true);
  if (owner !== undefined) return `${owner.kind} ${owner.name}`;
  const argo = annotations["argocd.argoproj.io/tracking-id"] ?? labels["argocd.argoproj.io/instance"];
  if (argo !== undefined) return `Argo CD (${argo.split(":", 1)[0]})`;
  const flux = labels["kustomize.toolkit.fluxcd.io/name"] ?? labels["helm.toolkit.fluxcd.io/name"];
  return flux === undefined ? undefined : `Flux (${flux})`;
}

/** A label selector in the form of a query. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: Selector): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const others = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator === "In" ? "in" : "notin"} (${values.join(",")})`;
  });
  return [...equal, ...others].join(",");
}
