/** Kubernetes in config.yaml: the clusters with the ways to sign in, and targets that are workloads of one. */
import { z } from "zod";
import { commonKeys, secretReferenceSchema } from "./keys.js";

/** Where a pod finds its own cluster. */
const IN_CLUSTER_SERVER = "https://kubernetes.default.svc";

const pathSchema = z.string().min(1).max(1_000);
const namePartSchema = z.string().regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, "small letters, digits, - or .");
const kindSchema = z.strictObject({
  /** Such as `cert-manager.io`. */
  group: namePartSchema,
  /** Such as `v1`. */
  version: namePartSchema,
  /** As it stands in the URL, such as `certificates`. */
  plural: namePartSchema,
});
const clusterFileSchema = z.strictObject({
  /** Its API server. Left out only in a pod of the cluster itself. */
  server: z
    .url({ protocol: /^https$/, error: "an https URL" })
    .max(2_000)
    .optional(),
  /** Path of a kubeconfig; the context must lead to `server`. */
  kubeconfig: pathSchema.optional(),
  context: z.string().min(1).max(253).optional(),
  /** Lets the kubeconfig start the program that it names to sign in. */
  allow_exec: z.boolean().default(false),
  /** Signs in as the service account of the pod that the worker runs in. */
  in_cluster: z.literal(true, { error: "true, or left out" }).optional(),
  /** A bearer token. */
  token: secretReferenceSchema.optional(),
  /** Path of the PEM file with the certificates that are trusted, beside `token`. */
  ca: pathSchema.optional(),
  /** Path of a folder of dumps (`kubectl get … -o yaml`, `describe`, `cluster-info dump`) in place of a cluster that can be asked. */
  dumps: pathSchema.optional(),
  /** Kinds of its own (CRDs) whose objects `kubernetes_state` reads as well. */
  kinds: z.array(kindSchema).max(50).optional(),
  description: commonKeys.description,
});
type ClusterFile = z.infer<typeof clusterFileSchema>;

const given = ({ kubeconfig, in_cluster, token, dumps }: ClusterFile): number =>
  [kubeconfig, in_cluster, token, dumps].filter((way) => way !== undefined).length;

export const clusterSchema = clusterFileSchema
  .refine((cluster) => given(cluster) === 1, "given exactly one of kubeconfig, in_cluster, token and dumps")
  .refine(({ server, in_cluster, dumps }) => server !== undefined || in_cluster === true || dumps !== undefined, {
    path: ["server"],
    error: "the https URL of the cluster's API server; the kubeconfig's context must name the same",
  })
  .refine(({ server, dumps }) => server === undefined || dumps === undefined, {
    path: ["server"],
    error: "left out: a folder of dumps has no server",
  })
  .refine(({ kubeconfig, context, allow_exec }) => kubeconfig !== undefined || (context === undefined && !allow_exec), {
    error: "without context and allow_exec where there is not a kubeconfig",
  })
  .refine(({ token, ca }) => ca === undefined || token !== undefined, {
    path: ["ca"],
    error: "left out: the certificates come with the kubeconfig, or with the pod",
  })
  .transform(({ server, ...cluster }) => ({
    ...cluster,
    server: server ?? (cluster.dumps === undefined ? IN_CLUSTER_SERVER : ""),
  }));
/** A cluster as the code uses it: `server` is always there (empty of a folder of dumps), paths are absolute. */
export type Cluster = z.infer<typeof clusterSchema>;

/** A name as Kubernetes takes it for namespaces and containers. */
export const kubernetesLabelSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "1 to 63 small letters, digits or -, as Kubernetes takes it");
/** A name as Kubernetes takes it for workloads and ConfigMaps. */
const objectNameSchema = z
  .string()
  .max(253)
  .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, "small letters, digits, - or ., as Kubernetes takes it");
/** `deployment/checkout`, as kubectl writes it. */
export const workloadSchema = z
  .string()
  .max(253 + 12)
  .regex(
    /^(?:deployment|statefulset|daemonset)\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/,
    "deployment/NAME, statefulset/NAME or daemonset/NAME",
  );

const keySchema = z.string().regex(/^[A-Za-z0-9._-]{1,253}$/, "a key of letters, digits, -, _ or .");
const configUpdateSchema = z
  .strictObject({
    /** Changes keys of this ConfigMap of the same namespace … */
    configmap: objectNameSchema.optional(),
    /** … or the environment of the workload's container. */
    env: z.literal(true, { error: "true, or left out" }).optional(),
    /** The only ones that may be changed. */
    keys: z.array(keySchema).min(1).max(200).optional(),
    /** Restarts the pods once the ConfigMap has changed: most programs read it only at their start. */
    restart: z.boolean().default(false),
  })
  .refine(
    ({ configmap, env }) => (configmap === undefined) !== (env === undefined),
    "given exactly one of configmap and env",
  )
  .refine(({ env, restart }) => env === undefined || !restart, {
    path: ["restart"],
    error: "left out with env: the pods are replaced anyway",
  });
const scaleSchema = z
  .strictObject({
    min_replicas: z.int().min(0).max(1_000).default(1),
    max_replicas: z.int().min(1).max(1_000),
    /** The most replicas that one action may add or take away. */
    max_step: z.int().min(1).max(1_000).optional(),
  })
  .refine(
    ({ min_replicas, max_replicas }) => min_replicas <= max_replicas,
    "given a min_replicas of at most max_replicas",
  );

export const kubernetesTarget = z
  .strictObject({
    kind: z.literal("kubernetes"),
    /** A name under `clusters`. */
    cluster: z.string().min(1).max(63),
    namespace: kubernetesLabelSchema,
    workload: workloadSchema,
    /** The container whose image and environment are meant, where the pod has several. */
    container: kubernetesLabelSchema.optional(),
    actions: z.strictObject({
      rollback: z.strictObject({}).optional(),
      service_restart: z.strictObject({}).optional(),
      scale_action: scaleSchema.optional(),
      config_update: configUpdateSchema.optional(),
    }),
    ...commonKeys,
  })
  .refine(({ workload, actions }) => !workload.startsWith("daemonset/") || actions.scale_action === undefined, {
    path: ["actions", "scale_action"],
    error: "left out: a DaemonSet runs one pod on each node and has no replicas",
  });
export type KubernetesTarget = z.infer<typeof kubernetesTarget>;

/** Names of clusters that targets and sources refer to and that are not declared, with the place of each. */
export function undeclaredClusters(
  clusters: Record<string, unknown>,
  parts: Array<{ at: PropertyKey[]; cluster: string | undefined }>,
): Array<{ path: PropertyKey[]; message: string }> {
  const names = Object.keys(clusters).sort().join(", ") || "none is declared";
  return parts
    .filter(({ cluster }) => cluster !== undefined && !Object.hasOwn(clusters, cluster))
    .map(({ at }) => ({ path: [...at, "cluster"], message: `a name under clusters (${names})` }));
}
