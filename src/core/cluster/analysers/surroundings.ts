/** What comes to a workload from around it: aliases of hosts, limits that nothing can run in, agents of nodes. */
import type { Pod } from "../../../schema/kubernetes/pod.js";
import { type Cause, evidenceOf, type ObjectRef, refText } from "../cause.js";
import { type Model, type Owner, refOf } from "../model.js";
import { quantityOf } from "../quantity.js";
import { daemonCauses, NETWORK_AGENT } from "./daemon-sets.js";
import { dependenciesOf } from "./dependencies.js";
import { type Analyser, ageMs, causeOf, isReady, isWanted, podEvidence, presentMs } from "./draft.js";
import { leanOn } from "./keepers.js";

const RECENT_MS = 3_600_000;
/** A container that may use so little of a core hardly starts. */
const CPU_LIMIT_TINY = 0.021;
const STUCK_MS = 300_000;
const HOLDS_PODS = /^(?:FailedKillPod|FailedPreStopHook|FailedUnMount|FailedUnmount|FailedDetachVolume|FailedSync)$/;

export const surroundingCauses: Analyser = (model) => [
  ...model.owners.flatMap((owner) => [...aliases(model, owner), ...tinyLimits(model, owner)]),
  ...networkAgents(model),
  ...daemonCauses(model),
  ...stuckPods(model),
];

/** `hostAliases` that give the name of a service another address. */
function aliases(model: Model, owner: Owner): Cause[] {
  const calls = dependenciesOf(model, owner);
  for (const { ip = "", hostnames = [] } of owner.spec?.hostAliases ?? []) {
    const call = calls.find(({ host, value }) =>
      hostnames.some((name) => name.split(".")[0] === host || value.includes(name)),
    );
    const name = hostnames[0];
    if (call === undefined || name === undefined || call.service?.spec?.clusterIP === ip) continue;
    const text = `${hostnames.join(", ")} → ${ip}`;
    return [
      causeOf(
        "k8s-host-alias-wrong",
        owner.ref,
        `${refText(owner.ref)} overrides the address of ${call.host}: ${text}`,
        {
          evidence: [evidenceOf(owner.ref, "hostAliases", text), evidenceOf(owner.ref, call.variable, call.value)],
          affects: [owner.ref],
          weight: call.service === undefined ? 0.7 : 0.92,
        },
      ),
    ];
  }
  return [];
}

function tinyLimits(model: Model, owner: Owner): Cause[] {
  const now = presentMs(model);
  const container = (owner.spec?.containers ?? []).find(({ resources }) => {
    const limit = quantityOf(resources?.limits?.cpu);
    return limit !== undefined && limit > 0 && limit < CPU_LIMIT_TINY;
  });
  if (container === undefined) return [];
  const limit = container.resources?.limits?.cpu ?? "";
  const suffering = owner.pods.find(
    (pod) =>
      isWanted(pod) &&
      (!isReady(pod) ||
        (pod.status?.containerStatuses ?? []).some(
          ({ lastState }) => (ageMs(lastState?.terminated?.finishedAt, now) ?? RECENT_MS) < RECENT_MS,
        ) ||
        model.events(refOf("Pod", pod)).some(({ reason, atMs }) => reason === "Unhealthy" && now - atMs < RECENT_MS)),
  );
  return [
    causeOf(
      "k8s-cpu-limit-too-small",
      owner.ref,
      `container ${container.name} of ${refText(owner.ref)} may use ${limit} of a CPU, too little to run`,
      {
        evidence: [
          evidenceOf(owner.ref, `limits of ${container.name}`, `cpu ${limit}`),
          ...(suffering === undefined
            ? []
            : [podEvidence(suffering, "status", "not ready, or its probes failed lately")]),
        ],
        affects: [owner.ref],
        weight: suffering === undefined ? 0.4 : 0.95,
      },
    ),
  ];
}

/** The network plug-in's own pods: without them no pod of the node gets an address, or reaches anything. */
function networkAgents(model: Model): Cause[] {
  return model.facts.objects.DaemonSet.filter(({ metadata }) => NETWORK_AGENT.test(metadata.name)).flatMap(
    (item): Cause[] => {
      const ref = refOf("DaemonSet", item);
      const pods = model.owner(ref)?.pods.filter(isWanted) ?? [];
      const unready = pods.filter((pod) => !isReady(pod));
      const desired = item.status?.desiredNumberScheduled ?? 0;
      const missing = desired > 0 && pods.length === 0 && model.knows("Pod", ref.namespace);
      if (unready.length === 0 && !missing) return [];
      const waiting = unready[0]?.status?.containerStatuses[0]?.state?.waiting;
      const text = missing
        ? `0 of ${desired} pods`
        : `${unready.length} of ${pods.length} pods are not ready, ${waiting?.reason ?? ""}`;
      return [
        causeOf("k8s-network-agent-down", ref, `the network plug-in ${refText(ref)} does not run: ${text}`, {
          evidence: [evidenceOf(ref, "status", text)],
          affects: onNodesOf(model, unready),
          weight: unready.length === pods.length ? 0.93 : 0.6,
        }),
      ];
    },
  );
}

const onNodesOf = ({ owners }: Model, agents: readonly Pod[]): ObjectRef[] => {
  const nodes = new Set(agents.map(({ spec }) => spec.nodeName));
  return owners.filter(({ pods }) => pods.some(({ spec }) => nodes.has(spec.nodeName))).map(({ ref }) => ref);
};

/** One that is left over from a rollout harms nobody while its workload has its pods. */
function stuckPods(model: Model): Cause[] {
  const now = presentMs(model);
  return model.facts.objects.Pod.flatMap((pod): Cause[] => {
    const since = ageMs(pod.metadata.deletionTimestamp, now);
    if (since === undefined || since < STUCK_MS || (pod.metadata.finalizers ?? []).length > 0) return [];
    const ref = refOf("Pod", pod);
    const owner = model.owner(model.ownerOf(pod));
    const isShort = owner !== undefined && owner.pods.filter(isReady).length < (owner.replicas ?? 1);
    const event = model.events(ref).find(({ reason }) => HOLDS_PODS.test(reason));
    const text = `should have gone ${Math.round(since / 60_000)} minutes ago${event === undefined ? "" : `; ${event.reason}: ${event.message}`}`;
    return [
      causeOf("k8s-pod-stuck-terminating", ref, `${refText(ref)} does not end: ${text}`, {
        evidence: [podEvidence(pod, "metadata.deletionTimestamp", text)],
        affects: leanOn(model, pod.metadata),
        weight: isShort || event !== undefined ? 0.6 : 0.4,
      }),
    ];
  });
}
