/** What workloads stand on: storage, configuration by name, quotas, accounts, nodes, events. */
import { z } from "zod";
import {
  condition,
  flag,
  intOrName,
  keysOnly,
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

const conditions = many(condition);

export const claim = z.object({
  metadata,
  spec: opt(
    z.object({
      storageClassName: text,
      volumeName: text,
      accessModes: opt(z.array(z.string())),
      volumeMode: text,
      selector: opt(selector),
      resources: opt(resources),
    }),
  ),
  status: opt(z.object({ phase: text, capacity: strings, conditions })),
});
export type Claim = z.output<typeof claim>;

export const volume = z.object({
  metadata,
  spec: opt(
    z.object({
      storageClassName: text,
      capacity: strings,
      accessModes: opt(z.array(z.string())),
      volumeMode: text,
      claimRef: opt(z.object({ namespace: text, name: text, uid: text })),
      nodeAffinity: opt(z.object({ required: opt(nodeSelector) })),
      persistentVolumeReclaimPolicy: text,
    }),
  ),
  status: opt(z.object({ phase: text, reason: text, message: text })),
});
export type Volume = z.output<typeof volume>;

export const storageClass = z.object({
  metadata,
  provisioner: text,
  volumeBindingMode: text,
  allowVolumeExpansion: flag,
});

/** Names and keys alone. */
export const configMap = z.object({ metadata, data: keysOnly, binaryData: keysOnly, immutable: flag });
/** Names, keys and the type alone. */
export const secret = z.object({ metadata, type: text, data: keysOnly });

export const quota = z.object({
  metadata,
  spec: opt(z.object({ hard: strings })),
  status: opt(z.object({ hard: strings, used: strings })),
});

export const limitRange = z.object({
  metadata,
  spec: opt(z.object({ limits: many(z.object({ type: text, max: strings, min: strings, default: strings })) })),
});

export const serviceAccount = z.object({ metadata, imagePullSecrets: many(z.object({ name: z.string() })) });

export const roleBinding = z.object({
  metadata,
  roleRef: opt(z.object({ kind: text, name: text })),
  subjects: many(z.object({ kind: text, name: text, namespace: text })),
});
export const role = z.object({ metadata });

export const node = z.object({
  metadata,
  spec: opt(
    z.object({
      unschedulable: flag,
      taints: many(z.object({ key: z.string(), value: text, effect: text, timeAdded: text })),
    }),
  ),
  status: opt(
    z.object({
      capacity: strings,
      allocatable: strings,
      conditions,
      nodeInfo: opt(
        z.object({ kubeletVersion: text, containerRuntimeVersion: text, architecture: text, osImage: text }),
      ),
    }),
  ),
});
export type Node = z.output<typeof node>;

export const namespace = z.object({ metadata, status: opt(z.object({ phase: text, conditions })) });

const reference = z.object({ kind: text, name: text, namespace: text, uid: text, fieldPath: text });
export const event = z.object({
  metadata,
  involvedObject: opt(reference),
  /** Of `events.k8s.io`. */
  regarding: opt(reference),
  type: text,
  reason: text,
  message: text,
  note: text,
  count: number,
  source: opt(z.object({ component: text, host: text })),
  reportingComponent: text,
  firstTimestamp: text,
  lastTimestamp: text,
  eventTime: text,
  series: opt(z.object({ count: number, lastObservedTime: text })),
});
export type ClusterEvent = z.output<typeof event>;

export const lease = z.object({
  metadata,
  spec: opt(z.object({ holderIdentity: text, renewTime: text, leaseDurationSeconds: number })),
});

export const priorityClass = z.object({ metadata, value: number, globalDefault: flag });

/** Of `metrics.k8s.io`: what containers use just now. */
export const podUsage = z.object({ metadata, containers: many(z.object({ name: z.string(), usage: strings })) });

const loose = many(z.object({ type: z.string(), status: text, reason: text, message: text, lastTransitionTime: text }));
const part = many(z.object({ name: text, conditions: loose }));
const destination = opt(z.object({ host: text, subset: text }));
const named = opt(z.object({ name: text, kind: text }));
/** Calico writes its selectors as text. */
const asText = (value: unknown): unknown => (typeof value === "string" ? { text: value } : value);
const selected = opt(
  z.preprocess(
    asText,
    z.object({
      text,
      matchLabels: strings,
      labelSelectors: strings,
      expressionSelectors: many(z.object({ key: z.string(), operator: z.string(), values: opt(z.array(z.string())) })),
      pods: opt(z.record(z.string(), z.array(z.string()))),
      namespaces: opt(z.array(z.string())),
    }),
  ),
);
const peers = opt(z.array(z.object({ fromEndpoints: opt(z.array(selector)), action: text })));
/** What is known of objects of other makers: experiments, routes and policies of a mesh, vertical autoscalers, certificates, secrets. */
const otherMakers = {
  action: text,
  selector: selected,
  engineState: text,
  appinfo: opt(z.object({ appns: text, applabel: text })),
  hosts: opt(z.array(z.string())),
  http: many(
    z.object({
      fault: opt(
        z.object({ abort: opt(z.object({ httpStatus: number })), delay: opt(z.object({ fixedDelay: text })) }),
      ),
      route: many(z.object({ destination })),
    }),
  ),
  host: text,
  subsets: many(z.object({ name: text, labels: strings })),
  targetRef: opt(z.object({ kind: text, name: text })),
  secretName: text,
  target: named,
  issuerRef: named,
  secretStoreRef: named,
  sourceRef: named,
  chartRef: named,
  endpointSelector: opt(selector),
  subject: opt(z.unknown()),
  ingress: peers,
  destination: opt(z.object({ namespace: text })),
  targetNamespace: text,
  mtls: opt(z.object({ mode: text })),
};
/**
 * An object of a kind that config.yaml declares: conditions are what such objects agree on. Those of the Gateway API have them by
 * parent, listener and ancestor; some have a phase, a state or a health in their place.
 */
const declared = z.object({
  metadata,
  kind: text,
  spec: opt(z.object({ scaleTargetRef: opt(z.object({ name: text })), ...otherMakers })),
  status: opt(
    z.object({
      notAfter: text,
      engineStatus: text,
      phase: text,
      state: text,
      message: text,
      reason: text,
      health: opt(z.object({ status: text, message: text })),
      conditions: loose,
      parents: part,
      listeners: part,
      ancestors: part,
      ingress: part,
    }),
  ),
});
export const customObject = declared.transform((item) => ({ ...item, target: item.spec?.scaleTargetRef?.name }));
export type CustomObject = z.output<typeof customObject>;

export const webhookConfiguration = z.object({
  metadata,
  webhooks: many(
    z.object({
      name: text,
      failurePolicy: text,
      clientConfig: opt(z.object({ service: opt(z.object({ name: text, namespace: text, port: intOrName })) })),
    }),
  ),
});
