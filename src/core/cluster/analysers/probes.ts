/** Which probe fails and why: it asks the wrong thing, asks too early, or the program really is not well. */
import type { Container, Probe } from "../../../schema/kubernetes/pod.js";
import { type Cause, type Evidence, refText } from "../cause.js";
import type { ProbeCode } from "../codes/start.js";
import type { SeenEvent } from "../events.js";
import { type Model, type Owner, refOf } from "../model.js";
import {
  type Analyser,
  ageMs,
  causeOf,
  containersOf,
  isReady,
  isWanted,
  podEvidence,
  presentMs,
  type SeenContainer,
} from "./draft.js";
import { killedByProbe } from "./ends.js";

type Kind = "liveness" | "readiness" | "startup";
type Fault = "wrong-port" | "wrong-path" | "wrong-scheme" | "too-impatient" | "failing";
const FIELDS = { liveness: "livenessProbe", readiness: "readinessProbe", startup: "startupProbe" } as const;

const CURRENT_MS = 900_000;
const STARTING_MS = 60_000;
/** So long before a pod stopped being ready, an event of it says nothing of that. */
const PAST_MS = 3_600_000;
/** A probe that gives up sooner gives a program no time to start. */
const SHORT_PATIENCE_SECONDS = 15;

const SCHEME =
  /HTTP response to HTTPS client|HTTP request (?:was sent )?to (?:an )?HTTPS|malformed HTTP|does not look like a TLS handshake|first record|frame too large|server preface|code = Unimplemented|unknown service grpc\.health|unexpected EOF|: EOF|connection reset/i;
const PORT = /connection refused|couldn't find port|invalid port|unknown port|no such port|strconv|actively refused/i;
const PATH = /statuscode:? (?:404|405|301|302|308|410)\b/i;
const TIME = /Client\.Timeout|deadline exceeded|timed out|timeout/i;

/** Side-cars whose probes came with them; their ports are not declared. */
const INJECTED = /^(?:istio-proxy|linkerd-proxy|envoy|consul-dataplane|kuma-sidecar|daprd|osm-envoy)$/;

export const probeCauses: Analyser = (model) => {
  const now = presentMs(model);
  return model.owners.flatMap((owner) => {
    const found = new Map<string, Cause>();
    for (const pod of owner.pods.filter(isWanted)) {
      for (const one of containersOf(pod)) {
        for (const cause of containerCauses(model, owner, one, now))
          if (!found.has(cause.code)) found.set(cause.code, cause);
      }
    }
    return withoutEchoes([...found.values()]);
  });
};

/** Where liveness or start-up kills, readiness only repeats it. */
const withoutEchoes = (causes: readonly Cause[]): Cause[] =>
  causes.some(({ code }) => !code.includes("readiness"))
    ? causes.filter(({ code }) => !code.includes("readiness"))
    : [...causes];

function containerCauses(model: Model, owner: Owner, one: SeenContainer, nowMs: number): Cause[] {
  const { pod, status, spec } = one;
  const own = model
    .events(refOf("Pod", pod))
    .filter(({ container }) => container === undefined || container === status.name);
  const kills = killedByProbe(model, one);
  // What has not begun to run yet is asked by no probe; an event of before is of another time.
  if (/^(?:PodInitializing|ContainerCreating)$/.test(status.state?.waiting?.reason ?? "")) return [];
  const crashes = status.state?.waiting?.reason === "CrashLoopBackOff" && !kills;
  return (["startup", "liveness", "readiness"] as const).flatMap((kind): Cause[] => {
    const event = own.find(({ reason, message }) => reason === "Unhealthy" && message.toLowerCase().startsWith(kind));
    const probe = spec?.[FIELDS[kind]];
    if (event === undefined || isPast(pod, event)) return silentReadiness(owner, one, kind, probe, nowMs);
    if (kind === "readiness" && status.ready === true) return [];
    const isCurrent = !isReady(pod) || (kind !== "readiness" && nowMs - event.atMs < CURRENT_MS);
    if (!isCurrent || crashes || endsByItself(one, kills)) return [];
    const fault = faultOf(event.message, probe, spec, own, kind);
    return [probeCause(owner, one, kind, fault, [podEvidence(pod, "event Unhealthy", event.message)], probe, 0.93)];
  });
}

function isPast({ status }: SeenContainer["pod"], { atMs }: SeenEvent): boolean {
  const since = status?.conditions.find(
    ({ type, status: is }) => type === "Ready" && is !== "True",
  )?.lastTransitionTime;
  return Date.parse(since ?? "") - atMs > PAST_MS;
}

/** A program that ends with an error of its own is no matter of probes. */
function endsByItself({ status }: SeenContainer, kills: boolean): boolean {
  const end =
    status.state?.terminated ?? (status.state?.running === undefined ? status.lastState?.terminated : undefined);
  return end !== undefined && !kills && ![0, 137, 143].includes(end.exitCode ?? 0);
}

/** Its event has passed, and it still runs without being ready: the spec alone may tell. */
function silentReadiness(
  owner: Owner,
  one: SeenContainer,
  kind: Kind,
  probe: Probe | undefined,
  nowMs: number,
): Cause[] {
  const { pod, status, spec } = one;
  if (kind !== "readiness" || probe === undefined || status.ready === true || status.state?.running === undefined)
    return [];
  if (status.started === false) return [];
  // One that began just now is on its way.
  if ((ageMs(status.state.running.startedAt, nowMs) ?? STARTING_MS) < STARTING_MS) return [];
  const fault = listensElsewhere(probe, spec) ? "wrong-port" : "failing";
  const evidence = [
    podEvidence(
      pod,
      `container ${status.name}`,
      `running since ${status.state.running.startedAt ?? "?"} and not ready`,
    ),
  ];
  return [probeCause(owner, one, kind, fault, evidence, probe, fault === "failing" ? 0.6 : 0.85)];
}

function probeCause(
  owner: Owner,
  { status, pod }: SeenContainer,
  kind: Kind,
  fault: Fault,
  evidence: Evidence[],
  probe: Probe | undefined,
  weight: number,
): Cause {
  const code: ProbeCode = `k8s-${kind}-probe-${fault}`;
  const asks = probe === undefined ? "" : ` (${probeText(probe)})`;
  const what = `the ${kind} probe of ${status.name} of ${refText(owner.ref)}${asks} fails: ${SAYS[fault]}`;
  const all = probe === undefined ? evidence : [...evidence, podEvidence(pod, FIELDS[kind], probeText(probe))];
  return causeOf(code, owner.ref, what, { evidence: all, affects: [owner.ref], weight });
}

const SAYS: Record<Fault, string> = {
  "wrong-port": "nothing listens on the port that it asks",
  "wrong-path": "the path that it asks does not exist",
  "wrong-scheme": "it speaks another protocol than the port",
  "too-impatient": "the program does not answer in the time that it is given",
  failing: "the program says that it is not well",
};

function faultOf(
  message: string,
  probe: Probe | undefined,
  spec: Container | undefined,
  events: readonly SeenEvent[],
  kind: Kind,
): Fault {
  if (SCHEME.test(message) && !PORT.test(message)) return "wrong-scheme";
  if (PATH.test(message)) return "wrong-path";
  if (/statuscode|exit(?:ed)? (?:code|status)|command terminated/i.test(message)) return "failing";
  if (probe?.exec !== undefined && !TIME.test(message)) return "failing";
  if (PORT.test(message) && INJECTED.test(spec?.name ?? "")) return "failing";
  if (PORT.test(message)) {
    if (probe === undefined || listensElsewhere(probe, spec)) return "wrong-port";
    return patienceSeconds(probe) < SHORT_PATIENCE_SECONDS && kind !== "readiness"
      ? "too-impatient"
      : answeredBefore(events)
        ? "failing"
        : knowsPort(probe, spec)
          ? "failing"
          : "wrong-port";
  }
  if (/failed to connect|dial tcp/i.test(message) && probe !== undefined && listensElsewhere(probe, spec))
    return "wrong-port";
  return TIME.test(message) ? "too-impatient" : "failing";
}

const answeredBefore = (events: readonly SeenEvent[]): boolean =>
  events.some(({ reason, message }) => reason === "Unhealthy" && /statuscode/i.test(message));
const patienceSeconds = ({ initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 }: Probe): number =>
  initialDelaySeconds + periodSeconds * failureThreshold;
const portOf = (probe: Probe): string | number | undefined =>
  probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port;

/** The container declares where it listens, and the probe asks elsewhere. */
function listensElsewhere(probe: Probe, spec: Container | undefined): boolean {
  const port = portOf(probe);
  if (port === undefined || spec === undefined) return false;
  if (typeof port === "string" && !/^\d+$/.test(port)) return !spec.ports.some(({ name }) => name === port);
  return spec.ports.length > 0 && !spec.ports.some(({ containerPort }) => containerPort === Number(port));
}
const knowsPort = (probe: Probe, spec: Container | undefined): boolean =>
  (spec?.ports.length ?? 0) > 0 && !listensElsewhere(probe, spec);

function probeText(probe: Probe): string {
  const {
    httpGet,
    tcpSocket,
    grpc,
    exec,
    initialDelaySeconds = 0,
    periodSeconds = 10,
    timeoutSeconds = 1,
    failureThreshold = 3,
  } = probe;
  const asks =
    httpGet !== undefined
      ? `${(httpGet.scheme ?? "HTTP").toLowerCase()}Get ${httpGet.path ?? "/"} on port ${httpGet.port}`
      : tcpSocket !== undefined
        ? `tcpSocket ${tcpSocket.port}`
        : grpc !== undefined
          ? `grpc ${grpc.port}`
          : exec !== undefined
            ? "exec"
            : "probe";
  return `${asks}, after ${initialDelaySeconds} s every ${periodSeconds} s, time-out ${timeoutSeconds} s, ${failureThreshold} failures`;
}

/** Pods that run and are not ready where nothing else says why; the last resort. */
export const unreadyCauses: Analyser = (model) => {
  const now = presentMs(model);
  return model.owners.flatMap((owner) => {
    const wanted = owner.pods.filter((pod) => isWanted(pod) && (pod.spec.nodeName ?? "") !== "");
    const unready = wanted.filter(
      (pod) =>
        !isReady(pod) &&
        pod.status?.conditions.some(({ type }) => type === "Ready") === true &&
        (ageMs(pod.metadata.creationTimestamp, now) ?? 120_000) > 60_000,
    );
    const [pod] = unready;
    if (pod === undefined || owner.ref.kind === "Job") return [];
    const ready = pod.status?.conditions.find(({ type }) => type === "Ready");
    const gates = pod.status?.conditions.find(
      ({ status, type, reason }) => status === "False" && type.includes("/") && reason !== undefined,
    );
    const text = `${ready?.reason ?? ""} ${ready?.message ?? ""}${gates === undefined ? "" : `; ${gates.type}: ${gates.message ?? gates.reason}`}`;
    const evidence = [podEvidence(pod, "condition Ready", text)];
    const what = `${unready.length} of ${wanted.length} pods of ${refText(owner.ref)} are not ready`;
    return [causeOf("k8s-pod-not-ready", owner.ref, what, { evidence, affects: [owner.ref], weight: 0.5 })];
  });
};
