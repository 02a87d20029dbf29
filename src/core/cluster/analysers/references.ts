/** What a pod template refers to by name: ConfigMaps, Secrets, claims. */
import type { Container, PodSpec } from "../../../schema/kubernetes/pod.js";

export interface Reference {
  kind: "ConfigMap" | "Secret";
  name: string;
  /** Absent: the whole of it. */
  key?: string;
  from: string;
}

/** Those that must be there; optional ones are left out. */
export function referencesOf(spec: PodSpec): Reference[] {
  const inContainers = [...spec.initContainers, ...spec.containers].flatMap(containerReferences);
  const inVolumes = spec.volumes.flatMap((volume): Reference[] => {
    const from = `volume ${volume.name}`;
    const found: Reference[] = [];
    const add = (
      kind: Reference["kind"],
      name: string | undefined,
      optional: boolean | undefined,
      items: Array<{ key: string }>,
    ): void => {
      if (name === undefined || optional === true) return;
      found.push({ kind, name, from }, ...items.map(({ key }) => ({ kind, name, key, from })));
    };
    const { configMap, secret, projected } = volume;
    add("ConfigMap", configMap?.name, configMap?.optional, configMap?.items ?? []);
    add("Secret", secret?.secretName, secret?.optional, secret?.items ?? []);
    for (const source of projected?.sources ?? []) {
      add("ConfigMap", source.configMap?.name, source.configMap?.optional, source.configMap?.items ?? []);
      add("Secret", source.secret?.name, source.secret?.optional, source.secret?.items ?? []);
    }
    return found.filter(({ name }) => name !== "kube-root-ca.crt");
  });
  return [...inContainers, ...inVolumes];
}

function containerReferences({ name: container, env, envFrom }: Container): Reference[] {
  const found: Reference[] = [];
  for (const { name, valueFrom } of env) {
    const from = `variable ${name} of ${container}`;
    for (const [kind, one] of [
      ["ConfigMap", valueFrom?.configMapKeyRef],
      ["Secret", valueFrom?.secretKeyRef],
    ] as const) {
      if (one?.name === undefined || one.optional === true) continue;
      found.push(
        { kind, name: one.name, from },
        ...(one.key === undefined ? [] : [{ kind, name: one.name, key: one.key, from }]),
      );
    }
  }
  for (const { configMapRef, secretRef } of envFrom) {
    for (const [kind, one] of [
      ["ConfigMap", configMapRef],
      ["Secret", secretRef],
    ] as const) {
      if (one?.name !== undefined && one.optional !== true)
        found.push({ kind, name: one.name, from: `envFrom of ${container}` });
    }
  }
  return found;
}
