/** The containers and the pod that `kubectl describe` tells of, as the API would give them. */
import type { Json, JsonObject } from "../../../../schema/json.js";
import { object } from "./objects.js";
import { type Entry, entryOf, pairsOf, textOf, timeOf } from "./outline.js";

const textsOf = (entry: Entry | undefined): string[] | undefined => entry?.children.map(({ text }) => text);

function portsOf(entries: readonly Entry[]): JsonObject[] {
  const text = textOf(entries, "Port", "Ports") ?? "";
  return [...text.matchAll(/(\d+)(?: \(([^)]+)\))?\/(TCP|UDP|SCTP)/g)].map(([, port, name, protocol]) =>
    object({ containerPort: Number(port), protocol, name }),
  );
}

/** `http-get http://:8080/ready delay=5s timeout=1s period=10s #success=1 #failure=3`. */
function probeOf(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  const seconds = (name: string): number | undefined => {
    const found = new RegExp(`#?${name}=(\\d+)`).exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const port = (found: string | undefined): Json | undefined =>
    found === undefined ? undefined : /^\d+$/.test(found) ? Number(found) : found;
  const http = /^http-get (https?):\/\/[^:/]*:([\w-]+)(\/\S*)?/i.exec(text);
  const tcp = /^tcp-socket [^:]*:([\w-]+)/.exec(text);
  const grpc = /^grpc <pod>:(\d+)/.exec(text);
  const exec = /^exec \[(.*?)\]/.exec(text);
  return object({
    httpGet: http === null ? undefined : object({ scheme: http[1]?.toUpperCase(), port: port(http[2]), path: http[3] }),
    tcpSocket: tcp === null ? undefined : object({ port: port(tcp[1]) }),
    grpc: grpc === null ? undefined : object({ port: port(grpc[1]) }),
    exec: exec === null ? undefined : { command: (exec[1] ?? "").split(" ") },
    initialDelaySeconds: seconds("delay"),
    timeoutSeconds: seconds("timeout"),
    periodSeconds: seconds("period"),
    failureThreshold: seconds("failure"),
  });
}

function variablesOf(entry: Entry | undefined): JsonObject[] {
  return (entry?.children ?? []).map(({ key, value }): JsonObject => {
    const reference = /^<set to the key '([^']+)' (?:in|of) (secret|config map) '([^']+)'>/.exec(value);
    if (reference === null) return object({ name: key, value: value.startsWith("<") ? undefined : value });
    const from = { name: reference[3] ?? "", key: reference[1] ?? "", optional: /Optional: true/i.test(value) };
    const kind = reference[2] === "secret" ? "secretKeyRef" : "configMapKeyRef";
    return { name: key, valueFrom: { [kind]: from } };
  });
}

export function containerOf({ key: name, children: own }: Entry): JsonObject {
  const limits = pairsOf(entryOf(own, "Limits"));
  const requests = pairsOf(entryOf(own, "Requests"));
  return object({
    name,
    image: textOf(own, "Image"),
    ports: portsOf(own),
    command: textsOf(entryOf(own, "Command")),
    args: textsOf(entryOf(own, "Args")),
    env: variablesOf(entryOf(own, "Environment")),
    resources: { limits, requests },
    livenessProbe: probeOf(textOf(own, "Liveness")),
    readinessProbe: probeOf(textOf(own, "Readiness")),
    startupProbe: probeOf(textOf(own, "Startup")),
    volumeMounts: (entryOf(own, "Mounts")?.children ?? []).flatMap(({ text }) => {
      const mount = /^(\S+) from (\S+) \((r[wo])/.exec(text);
      return mount === null ? [] : [{ mountPath: mount[1] ?? "", name: mount[2] ?? "", readOnly: mount[3] === "ro" }];
    }),
  });
}

function stateOf(entry: Entry | undefined): JsonObject | undefined {
  if (entry === undefined) return undefined;
  const { value, children: own } = entry;
  const code = textOf(own, "Exit Code");
  const [reason, message] = [textOf(own, "Reason"), textOf(own, "Message")];
  if (value === "Waiting") return { waiting: object({ reason, message }) };
  if (value === "Running") return { running: object({ startedAt: timeOf(textOf(own, "Started")) }) };
  if (value !== "Terminated") return undefined;
  const ended = { startedAt: timeOf(textOf(own, "Started")), finishedAt: timeOf(textOf(own, "Finished")) };
  return { terminated: object({ reason, message, exitCode: code === undefined ? undefined : Number(code), ...ended }) };
}

const statusOf = ({ key: name, children: own }: Entry): JsonObject =>
  object({
    name,
    image: textOf(own, "Image"),
    ready: textOf(own, "Ready") === "True",
    restartCount: Number(textOf(own, "Restart Count") ?? 0),
    state: stateOf(entryOf(own, "State")),
    lastState: stateOf(entryOf(own, "Last State")),
  });

const VOLUMES: Record<string, (own: readonly Entry[]) => JsonObject> = {
  PersistentVolumeClaim: (own) => ({ persistentVolumeClaim: { claimName: textOf(own, "ClaimName") ?? "" } }),
  ConfigMap: (own) => ({
    configMap: object({ name: textOf(own, "Name"), optional: textOf(own, "Optional") === "true" }),
  }),
  Secret: (own) => ({
    secret: object({ secretName: textOf(own, "SecretName"), optional: textOf(own, "Optional") === "true" }),
  }),
  HostPath: (own) => ({ hostPath: object({ path: textOf(own, "Path"), type: textOf(own, "HostPathType") }) }),
};

/** Of a pod or of the template of one. */
export function podSpecOf(entries: readonly Entry[]): JsonObject {
  const volumes = (entryOf(entries, "Volumes")?.children ?? []).map(({ key, children: own }) => {
    const type = /^\w+/.exec(textOf(own, "Type") ?? "")?.[0] ?? "";
    return { name: key, ...VOLUMES[type]?.(own) };
  });
  return object({
    nodeName: textOf(entries, "Node")?.split("/")[0],
    serviceAccountName: textOf(entries, "Service Account"),
    priorityClassName: textOf(entries, "Priority Class Name"),
    nodeSelector: pairsOf(entryOf(entries, "Node-Selectors")),
    containers: (entryOf(entries, "Containers")?.children ?? []).map(containerOf),
    initContainers: (entryOf(entries, "Init Containers")?.children ?? []).map(containerOf),
    volumes,
  });
}

export function podStatusOf(entries: readonly Entry[]): JsonObject {
  const conditions = (entryOf(entries, "Conditions")?.children ?? []).flatMap(({ text }) => {
    const [type = "", status = ""] = text.split(/\s+/);
    return /^(?:True|False|Unknown)$/.test(status) ? [{ type, status }] : [];
  });
  const status = textOf(entries, "Status") ?? "Unknown";
  const isPhase = /^(?:Pending|Running|Succeeded|Failed|Unknown)$/.test(status);
  return object({
    phase: isPhase ? status : "Running",
    reason: textOf(entries, "Reason"),
    message: textOf(entries, "Message"),
    podIP: textOf(entries, "IP"),
    startTime: timeOf(textOf(entries, "Start Time")),
    conditions,
    containerStatuses: (entryOf(entries, "Containers")?.children ?? []).map(statusOf),
    initContainerStatuses: (entryOf(entries, "Init Containers")?.children ?? []).map(statusOf),
  });
}
