/** A source of config.yaml that reads one namespace of a declared cluster: pod logs, events, and what changed there. */
import { z } from "zod";
import { kubernetesLabelSchema } from "./clusters.js";
import { commonKeys } from "./keys.js";

/** What of the namespace is read. The account needs the right to list each. */
export const KUBERNETES_PARTS = [
  "logs",
  "previous_logs",
  "events",
  "rollouts",
  "config_maps",
  "argocd",
  "helm",
] as const;

const pageSchema = z
  .string()
  .max(2_000)
  .regex(/^https?:\/\/[^/\\\s{}]+(?:\/\S*)?$/, "an http or https URL without {} in its host");

export const kubernetesSource = z.strictObject({
  kind: z.literal("kubernetes"),
  /** A name under `clusters`. */
  cluster: z.string().min(1).max(63),
  namespace: kubernetesLabelSchema,
  /** Only pods, and workloads of pods, with these labels. */
  selector: z
    .string()
    .regex(/^[A-Za-z0-9_./!=,() -]{1,1000}$/, "a label selector such as app=checkout")
    .optional(),
  /** Only this container of the pods. */
  container: kubernetesLabelSchema.optional(),
  include: z
    .array(z.enum(KUBERNETES_PARTS))
    .min(1)
    .max(KUBERNETES_PARTS.length)
    .default([...KUBERNETES_PARTS]),
  /** Where Argo CD keeps its Applications. */
  argocd_namespace: kubernetesLabelSchema.default("argocd"),
  /** Where Argo CD's own page begins. */
  argocd_url: pageSchema.optional(),
  /** A link to the cluster's page; `{namespace}` and `{selector}` stand for the source's own. */
  ui_url: pageSchema.optional(),
  ...commonKeys,
});
export type KubernetesPart = (typeof KUBERNETES_PARTS)[number];
