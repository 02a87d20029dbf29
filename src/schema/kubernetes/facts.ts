/** What was read of a cluster, as facts: the trimmed objects by kind, log lines of some pods, and what could not be read. */
import type { z } from "zod";
import { endpointSlice, ingress, ingressClass, networkPolicy, service } from "./network.js";
import { pod } from "./pod.js";
import {
  claim,
  configMap,
  customObject,
  event,
  lease,
  limitRange,
  namespace,
  node,
  podUsage,
  priorityClass,
  quota,
  role,
  roleBinding,
  secret,
  serviceAccount,
  storageClass,
  volume,
  webhookConfiguration,
} from "./surroundings.js";
import { autoscaler, budget, cronJob, job, workload } from "./workloads.js";

/** Every kind that is read, and the shape of one object. */
export const FACT_SCHEMAS = {
  Pod: pod,
  Deployment: workload,
  ReplicaSet: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  Job: job,
  CronJob: cronJob,
  HorizontalPodAutoscaler: autoscaler,
  PodDisruptionBudget: budget,
  Service: service,
  EndpointSlice: endpointSlice,
  Ingress: ingress,
  IngressClass: ingressClass,
  NetworkPolicy: networkPolicy,
  PersistentVolumeClaim: claim,
  PersistentVolume: volume,
  StorageClass: storageClass,
  ConfigMap: configMap,
  Secret: secret,
  ResourceQuota: quota,
  LimitRange: limitRange,
  ServiceAccount: serviceAccount,
  Role: role,
  RoleBinding: roleBinding,
  Node: node,
  Namespace: namespace,
  Event: event,
  Lease: lease,
  PriorityClass: priorityClass,
  ValidatingWebhookConfiguration: webhookConfiguration,
  MutatingWebhookConfiguration: webhookConfiguration,
  PodMetrics: podUsage,
  Custom: customObject,
} as const;
export type FactKind = keyof typeof FACT_SCHEMAS;
export const FACT_KINDS = Object.keys(FACT_SCHEMAS) as FactKind[];
export type FactOf<K extends FactKind> = z.output<(typeof FACT_SCHEMAS)[K]>;

/** The last lines of a container. */
export interface PodLog {
  namespace: string;
  pod: string;
  container: string;
  /** Of the container that ran before this one. */
  previous: boolean;
  lines: string[];
}

/** A kind, in a namespace or the whole cluster, of which not all is known. */
export interface UnreadKind {
  /** A file is one of a folder of dumps. */
  kind: FactKind | "Log" | "File";
  /** Absent: of the cluster. */
  namespace?: string;
  code: string;
  message: string;
}

export interface ClusterFacts {
  cluster: string;
  /** The namespace that was asked for; absent where all were. */
  namespace?: string;
  atMs: number;
  objects: { [K in FactKind]: Array<FactOf<K>> };
  /** Kinds that were read to their end, as `Kind` (cluster) or `Kind/namespace`. */
  read: string[];
  logs: PodLog[];
  unread: UnreadKind[];
}
