/** Nodes that are not well, and the control plane. */
import type { Node } from "../../../schema/kubernetes/surroundings.js";
import { type Cause, evidenceOf, type ObjectRef, refText } from "../cause.js";
import type { CauseCode } from "../codes.js";
import { isLeaving, type Model, refOf } from "../model.js";
import { controlPlane, goneComponents } from "./control-plane.js";
import { type Analyser, ageMs, causeOf, conditionOf, isReady, presentMs } from "./draft.js";
import { oddNodes } from "./odd-nodes.js";

const LEASE_STALE_MS = 120_000;
const EVENT_RECENT_MS = 1_800_000;

/** What a kubelet says of itself; the first that fits. */
const SAYINGS: ReadonlyArray<readonly [RegExp, CauseCode]> = [
  [/x509|certificate has expired|certificate signed by unknown/i, "k8s-node-certificate-expired"],
  [/cni|network plugin|NetworkPluginNotReady|network not ready|NetworkReady=false/i, "k8s-node-network-plugin-down"],
  [
    /container runtime is down|PLEG is not healthy|runtime status check|container runtime (?:not ready|status)|containerd|docker.*(?:down|not running)|rpc error: code = Unavailable|RuntimeReady=false/i,
    "k8s-node-runtime-down",
  ],
];
const PRESSURES: Record<string, CauseCode> = {
  DiskPressure: "k8s-node-disk-pressure",
  MemoryPressure: "k8s-node-memory-pressure",
  PIDPressure: "k8s-node-pid-pressure",
  NetworkUnavailable: "k8s-node-network-plugin-down",
  KernelDeadlock: "k8s-node-kernel-problem",
  ReadonlyFilesystem: "k8s-node-kernel-problem",
  FrequentKubeletRestart: "k8s-node-kernel-problem",
  FrequentContainerdRestart: "k8s-node-runtime-down",
  ContainerRuntimeUnhealthy: "k8s-node-runtime-down",
  KubeletUnhealthy: "k8s-node-not-ready",
  NTPProblem: "k8s-node-clock-wrong",
  ClockSkew: "k8s-node-clock-wrong",
  CorruptDockerOverlay2: "k8s-node-kernel-problem",
};
/** What detectors of problems name themselves: conditions that are good when they are False. */
const BAD_CONDITION = /Full|Shutdown|Hung|Deadlock|Problem|Error|Corrupt|Failure|Unhealthy|Read-?[Oo]nly|Frequent/;
/** What a kernel says of itself. */
const KERNEL =
  /nf_conntrack: table full|EXT4-fs error|XFS \(.{1,40}(?:[Cc]orrupt|[Ss]hutting down)|I\/O error|blocked for more than \d+ seconds|[Rr]emounting filesystem read-only|soft lockup|hard LOCKUP|hung task|[Mm]achine [Cc]heck|unregister_netdevice: waiting|neighbou?r table overflow|uncorrectable|BUG: unable to handle/;

export const nodeCauses: Analyser = (model) => {
  const now = presentMs(model);
  return [
    ...model.facts.objects.Node.flatMap((node) => ofNode(model, node, now)),
    ...evictions(model, now),
    ...oddNodes(model),
    ...controlPlane(model),
    ...goneComponents(model),
  ];
};

function ofNode(model: Model, node: Node, nowMs: number): Cause[] {
  const ref = refOf("Node", node);
  const affects = model.owners
    .filter(({ pods }) => pods.some(({ spec }) => spec.nodeName === ref.name))
    .map((owner) => owner.ref);
  const say = (code: CauseCode, what: string, from: string, text: string, weight: number): Cause =>
    causeOf(code, ref, `${refText(ref)} ${what}: ${text}`, {
      evidence: [evidenceOf(ref, from, text)],
      affects,
      weight,
    });
  const found: Cause[] = [];
  const ready = conditionOf(node.status?.conditions, "Ready");
  const events = model.events(ref).filter(({ atMs }) => nowMs - atMs < EVENT_RECENT_MS);
  if (ready !== undefined && ready.status !== "True") {
    const text = `${ready.status}, ${ready.reason ?? ""}: ${ready.message ?? ""}`;
    const said =
      SAYINGS.find(([pattern]) => pattern.test(`${ready.message} ${ready.reason}`)) ??
      SAYINGS.find(([pattern]) => events.some(({ isWarning, message }) => isWarning && pattern.test(message)));
    found.push(say(said?.[1] ?? "k8s-node-not-ready", "is not ready", "condition Ready", text, 0.97));
  } else if (leaseAge(model, ref.name, nowMs) > LEASE_STALE_MS) {
    found.push(
      say(
        "k8s-node-not-ready",
        "no longer renews its lease",
        "lease",
        `${Math.round(leaseAge(model, ref.name, nowMs) / 1_000)} s old`,
        0.85,
      ),
    );
  }
  for (const { type, status, reason, message } of node.status?.conditions ?? []) {
    const code = PRESSURES[type] ?? (BAD_CONDITION.test(type) ? "k8s-node-kernel-problem" : undefined);
    if (status === "True" && code !== undefined)
      found.push(say(code, `has ${type}`, `condition ${type}`, `${reason ?? ""}: ${message ?? ""}`, 0.92));
  }
  return [...found, ...told(events, ref, say, found)];
}

type Say = (code: CauseCode, what: string, from: string, text: string, weight: number) => Cause;

function told(events: ReturnType<Model["events"]>, ref: ObjectRef, say: Say, found: readonly Cause[]): Cause[] {
  const more: Cause[] = [];
  const oom = events.find(({ reason }) => /^(?:SystemOOM|OOMKilling)$/.test(reason));
  if (oom !== undefined && (oom.reason === "SystemOOM" || !/memory cgroup/i.test(oom.message)))
    more.push(say("k8s-node-out-of-memory", "ran out of memory", `event ${oom.reason}`, oom.message, 0.75));
  const certificate = events.find(
    ({ isWarning, message }) => isWarning && /x509|certificate has expired/i.test(message),
  );
  if (certificate !== undefined && !found.some(({ code }) => code === "k8s-node-certificate-expired"))
    more.push(
      say(
        "k8s-node-certificate-expired",
        "has a certificate that is not accepted",
        `event ${certificate.reason}`,
        certificate.message,
        0.85,
      ),
    );
  const clock = events.find(
    ({ isWarning, message }) => isWarning && /clock (?:skew|is off|drift)|time (?:skew|drift)|NTP/i.test(message),
  );
  if (clock !== undefined && !found.some(({ code }) => code === "k8s-node-clock-wrong"))
    more.push(say("k8s-node-clock-wrong", "has a wrong clock", `event ${clock.reason}`, clock.message, 0.75));
  const kernel = events.find(({ message }) => KERNEL.test(message));
  if (kernel !== undefined && !found.some(({ code }) => code === "k8s-node-kernel-problem"))
    more.push(say("k8s-node-kernel-problem", "is in trouble", `event ${kernel.reason}`, kernel.message, 0.8));
  const full = events.find(({ reason }) => /^(?:FreeDiskSpaceFailed|ImageGCFailed)$/.test(reason));
  if (
    full !== undefined &&
    !/invalid capacity 0/.test(full.message) &&
    ref.name !== "" &&
    !found.some(({ code }) => code === "k8s-node-disk-pressure")
  )
    more.push(say("k8s-node-disk-pressure", "cannot free its disk", `event ${full.reason}`, full.message, 0.6));
  return more;
}

function leaseAge({ facts }: Model, name: string, nowMs: number): number {
  const lease = facts.objects.Lease.find(
    ({ metadata }) => metadata.namespace === "kube-node-lease" && metadata.name === name,
  );
  return ageMs(lease?.spec?.renewTime, nowMs) ?? 0;
}

const EVICTED: ReadonlyArray<readonly [RegExp, CauseCode]> = [
  [/memory/i, "k8s-node-memory-pressure"],
  [/ephemeral-storage|nodefs|imagefs|disk|inodes/i, "k8s-node-disk-pressure"],
  [/pid/i, "k8s-node-pid-pressure"],
];

const OWN_USE = /exceeds? the (?:total )?limit|exceeded its local ephemeral storage limit|Container \S+ exceeded/i;
const AGAIN_MS = 7_200_000;

/** Pods that a node threw out, where they are missed or it was just now. */
function evictions(model: Model, nowMs: number): Cause[] {
  return model.owners.flatMap(({ ref, pods, replicas }): Cause[] => {
    const isShort = pods.filter(isReady).length < (replicas ?? 1);
    const pod = pods.find(
      ({ status, metadata, spec }) =>
        status?.reason === "Evicted" &&
        !isLeaving({ metadata }) &&
        (spec.nodeName ?? "") !== "" &&
        (ageMs(status.startTime ?? metadata.creationTimestamp, nowMs) ?? 0) < 86_400_000,
    );
    const text = pod?.status?.message ?? "Evicted";
    const own = OWN_USE.test(text);
    // New pods come and go in the same way: the workload has its number, and loses it again and again.
    const again = pods.filter(
      ({ status, metadata }) =>
        OWN_USE.test(status?.message ?? "") && (ageMs(metadata.creationTimestamp, nowMs) ?? AGAIN_MS) < AGAIN_MS,
    );
    if (pod === undefined || (!isShort && (!own || again.length < 2))) return [];
    const object = { kind: "Node", name: pod.spec.nodeName ?? "" };
    const code = EVICTED.find(([pattern]) => pattern.test(text))?.[1];
    if (own || code === undefined)
      return own
        ? [
            causeOf("k8s-volume-full", ref, `pods of ${refText(ref)} were evicted for their own use: ${text}`, {
              evidence: [evidenceOf(refOf("Pod", pod), "status", text)],
              affects: [ref],
              weight: 0.9,
            }),
          ]
        : [];
    return [
      causeOf(code, object, `the node ${object.name} evicted pods of ${refText(ref)}: ${text}`, {
        evidence: [evidenceOf(refOf("Pod", pod), "status", `Evicted: ${text}`)],
        affects: [ref],
        weight: 0.85,
      }),
    ];
  });
}
