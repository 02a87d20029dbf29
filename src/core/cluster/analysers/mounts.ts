/** Volumes that are there and cannot be attached or mounted; and networks that a node cannot give. */
import type { Pod } from "../../../schema/kubernetes/pod.js";
import { type Cause, refText } from "../cause.js";
import type { CauseCode } from "../codes.js";
import { type Model, type Owner, refOf } from "../model.js";
import { type Analyser, causeOf, isBound, isReady, isWanted, podEvidence } from "./draft.js";

/** The first that fits. What misses a ConfigMap or Secret is told by the start of containers. */
const SAYINGS: ReadonlyArray<readonly [RegExp, CauseCode]> = [
  [/failed to fetch token: .*serviceaccounts? "[^"]+" not found/i, "k8s-service-account-missing"],
  [/failed to fetch token/i, "k8s-account-token-missing"],
  [/Multi-Attach error|already (?:exclusively )?attached to|volume is already used by/i, "k8s-volume-held-elsewhere"],
  [
    /not found in the list of registered CSI drivers|driver name \S+ not found|no volume plugin matched/i,
    "k8s-volume-driver-missing",
  ],
  [
    /hostPath type check failed|is not a (?:directory|file|socket)|subPath|no such file or directory|No such file|does not exist/i,
    "k8s-volume-path-missing",
  ],
  [/[Ss]etting volume ownership|volume ownership change/, "k8s-volume-ownership-slow"],
  [/permission denied|access denied by server/i, "k8s-volume-permission-denied"],
];

export const mountCauses: Analyser = (model) =>
  model.owners.flatMap((owner) => {
    for (const pod of owner.pods.filter((one) => isWanted(one) && isBound(one) && !isReady(one))) {
      const cause = sandboxCause(model, owner, pod) ?? volumeCause(model, owner, pod);
      if (cause !== undefined) return [cause];
    }
    return [];
  });

const waitsForCreation = ({ status }: Pod): boolean =>
  status?.phase === "Pending" &&
  [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].every(
    ({ state }) => state?.running === undefined && state?.terminated === undefined,
  );

function volumeCause(model: Model, { ref }: Owner, pod: Pod): Cause | undefined {
  if (!waitsForCreation(pod)) return undefined;
  const events = model
    .events(refOf("Pod", pod))
    .filter(({ reason }) =>
      /^(?:FailedAttachVolume|FailedMount|FailedMapVolume|FailedAttach|VolumePermissionChangeInProgress)$/.test(reason),
    );
  if (events.some(({ message }) => /configmaps? "|secrets? "|non-existent (?:config|secret) key/i.test(message)))
    return undefined;
  for (const [pattern, code] of SAYINGS) {
    const event = events.find(({ message }) => pattern.test(message));
    if (event !== undefined)
      return causeOf(code, ref, `a volume of ${refText(ref)} cannot be used: ${event.message}`, {
        evidence: [podEvidence(pod, `event ${event.reason}`, event.message)],
        affects: [ref],
        weight: 0.94,
      });
  }
  const event =
    events.find(
      ({ reason, message }) =>
        reason.startsWith("FailedAttach") || !/timed out waiting for the condition/.test(message),
    ) ?? events[0];
  if (event === undefined) return undefined;
  const code = event.reason.startsWith("FailedAttach") ? "k8s-volume-attach-failed" : "k8s-volume-mount-failed";
  return causeOf(
    code,
    ref,
    `a volume of ${refText(ref)} cannot be ${code === "k8s-volume-attach-failed" ? "attached" : "mounted"}: ${event.message}`,
    { evidence: [podEvidence(pod, `event ${event.reason}`, event.message)], affects: [ref], weight: 0.88 },
  );
}

function sandboxCause(model: Model, { ref }: Owner, pod: Pod): Cause | undefined {
  if (!waitsForCreation(pod)) return undefined;
  const event = model
    .events(refOf("Pod", pod))
    .find(({ reason }) => /^(?:FailedCreatePodSandBox|FailedCreatePodSandbox|NetworkNotReady)$/.test(reason));
  if (event === undefined) return undefined;
  if (/runtimeclass|runtime handler|no runtime for/i.test(event.message)) {
    return causeOf("k8s-runtime-class-missing", ref, `${refText(ref)} has no runtime: ${event.message}`, {
      evidence: [podEvidence(pod, `event ${event.reason}`, event.message)],
      affects: [ref],
      weight: 0.95,
    });
  }
  const object = { kind: "Node", name: pod.spec.nodeName ?? "" };
  const code = event.reason === "NetworkNotReady" ? "k8s-node-network-plugin-down" : "k8s-node-sandbox-failing";
  return causeOf(code, object, `the node ${object.name} cannot make a sandbox for ${refText(ref)}: ${event.message}`, {
    evidence: [podEvidence(pod, `event ${event.reason}`, event.message)],
    affects: [ref],
    weight: 0.92,
  });
}
