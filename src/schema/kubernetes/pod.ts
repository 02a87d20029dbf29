/** Pods and the templates that they are made from. Values of variables and commands are kept only where they are no secret. */
import { z } from "zod";
import {
  condition,
  flag,
  intOrName,
  many,
  metadata,
  nodeSelector,
  number,
  opt,
  resources,
  selector,
  strings,
  text,
} from "./parts.js";

const keyReference = z.object({ name: text, key: text, optional: flag });
const wholeReference = z.object({ name: text, optional: flag });
const variable = z.object({
  name: z.string(),
  value: text,
  valueFrom: opt(z.object({ configMapKeyRef: opt(keyReference), secretKeyRef: opt(keyReference) })),
});
const variables = z.object({ configMapRef: opt(wholeReference), secretRef: opt(wholeReference) });

const probe = z.object({
  httpGet: opt(z.object({ path: text, port: intOrName, scheme: text, host: text })),
  tcpSocket: opt(z.object({ port: intOrName })),
  grpc: opt(z.object({ port: intOrName })),
  exec: opt(z.object({ command: many(z.string()) })),
  initialDelaySeconds: number,
  periodSeconds: number,
  timeoutSeconds: number,
  failureThreshold: number,
});
export type Probe = z.output<typeof probe>;

const security = z.object({
  runAsUser: number,
  runAsNonRoot: flag,
  readOnlyRootFilesystem: flag,
  privileged: flag,
});

const container = z.object({
  name: z.string(),
  image: text,
  imagePullPolicy: text,
  command: opt(z.array(z.string())),
  args: opt(z.array(z.string())),
  ports: many(z.object({ name: text, containerPort: number, hostPort: number, protocol: text })),
  env: many(variable),
  envFrom: many(variables),
  resources: opt(resources),
  livenessProbe: opt(probe),
  readinessProbe: opt(probe),
  startupProbe: opt(probe),
  volumeMounts: many(z.object({ name: z.string(), mountPath: text, subPath: text, readOnly: flag })),
  securityContext: opt(security),
  restartPolicy: text,
});
export type Container = z.output<typeof container>;

const items = many(z.object({ key: z.string() }));
const source = z.object({
  configMap: opt(z.object({ name: text, optional: flag, items })),
  secret: opt(z.object({ name: text, optional: flag, items })),
});
const volume = z.object({
  name: z.string(),
  configMap: opt(z.object({ name: text, optional: flag, items })),
  secret: opt(z.object({ secretName: text, optional: flag, items })),
  persistentVolumeClaim: opt(z.object({ claimName: z.string(), readOnly: flag })),
  projected: opt(z.object({ sources: many(source) })),
  hostPath: opt(z.object({ path: text, type: text })),
  nfs: opt(z.object({ server: text, path: text })),
});

const podTerm = z.object({ labelSelector: opt(selector), topologyKey: text, namespaces: opt(z.array(z.string())) });
const podAffinity = opt(z.object({ requiredDuringSchedulingIgnoredDuringExecution: many(podTerm) }));
const affinity = z.object({
  nodeAffinity: opt(z.object({ requiredDuringSchedulingIgnoredDuringExecution: opt(nodeSelector) })),
  podAffinity,
  podAntiAffinity: podAffinity,
});

export const podSpec = z.object({
  nodeName: text,
  schedulerName: text,
  serviceAccountName: text,
  priorityClassName: text,
  runtimeClassName: text,
  hostNetwork: flag,
  dnsPolicy: text,
  hostAliases: many(z.object({ ip: text, hostnames: opt(z.array(z.string())) })),
  dnsConfig: opt(z.object({ nameservers: opt(z.array(z.string())), searches: opt(z.array(z.string())) })),
  nodeSelector: strings,
  affinity: opt(affinity),
  tolerations: many(z.object({ key: text, operator: text, value: text, effect: text })),
  topologySpreadConstraints: many(z.object({ maxSkew: number, topologyKey: text, whenUnsatisfiable: text })),
  schedulingGates: many(z.object({ name: z.string() })),
  readinessGates: many(z.object({ conditionType: z.string() })),
  imagePullSecrets: many(z.object({ name: z.string() })),
  securityContext: opt(security),
  restartPolicy: text,
  initContainers: many(container),
  containers: many(container),
  volumes: many(volume),
});
export type PodSpec = z.output<typeof podSpec>;

const ended = z.object({
  exitCode: number,
  signal: number,
  reason: text,
  message: text,
  startedAt: text,
  finishedAt: text,
});
const state = z.object({
  waiting: opt(z.object({ reason: text, message: text })),
  running: opt(z.object({ startedAt: text })),
  terminated: opt(ended),
});
const containerStatus = z.object({
  name: z.string(),
  image: text,
  ready: flag,
  started: flag,
  restartCount: number,
  state: opt(state),
  lastState: opt(state),
});
export type ContainerStatus = z.output<typeof containerStatus>;

export const pod = z.object({
  metadata,
  spec: podSpec,
  status: opt(
    z.object({
      phase: text,
      reason: text,
      message: text,
      podIP: text,
      startTime: text,
      qosClass: text,
      conditions: many(condition),
      initContainerStatuses: many(containerStatus),
      containerStatuses: many(containerStatus),
    }),
  ),
});
export type Pod = z.output<typeof pod>;

export const template = opt(
  z.object({ metadata: opt(z.object({ labels: strings, annotations: strings })), spec: opt(podSpec) }),
);
