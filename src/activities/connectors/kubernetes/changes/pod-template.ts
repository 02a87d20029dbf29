/** What a pod template says of a version: its images, when it was restarted, the ConfigMaps that it uses. */
import { z } from "zod";

const namedSchema = z.object({ name: z.string().optional() }).nullish();
const containerSchema = z.object({
  name: z.string(),
  image: z.string().optional(),
  env: z.array(z.object({ valueFrom: z.object({ configMapKeyRef: namedSchema }).nullish() })).nullish(),
  envFrom: z.array(z.object({ configMapRef: namedSchema })).nullish(),
});
export const podTemplateSchema = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).nullish() }).nullish(),
  spec: z.object({
    containers: z.array(containerSchema),
    volumes: z
      .array(
        z.object({
          configMap: namedSchema,
          projected: z.object({ sources: z.array(z.object({ configMap: namedSchema })).nullish() }).nullish(),
        }),
      )
      .nullish(),
  }),
});
export type PodTemplate = z.infer<typeof podTemplateSchema>;

/** One image as it is; several with their containers' names. */
export function imagesOf({ spec }: PodTemplate): string {
  const [first, ...others] = spec.containers;
  if (others.length === 0) return first?.image ?? "";
  return spec.containers.map(({ name, image = "" }) => `${name}=${image}`).join(", ");
}

/** `kubectl rollout restart` leaves the time of it in the template. */
export const restartedAt = ({ metadata }: PodTemplate): string | undefined =>
  metadata?.annotations?.["kubectl.kubernetes.io/restartedAt"];

export function configMapsOf({ spec }: PodTemplate): string[] {
  const volumes = (spec.volumes ?? []).flatMap(({ configMap, projected }) => [
    configMap?.name,
    ...(projected?.sources ?? []).map((source) => source.configMap?.name),
  ]);
  const environment = spec.containers.flatMap(({ env, envFrom }) => [
    ...(env ?? []).map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
    ...(envFrom ?? []).map(({ configMapRef }) => configMapRef?.name),
  ]);
  return [...volumes, ...environment].filter((name) => name !== undefined);
}
