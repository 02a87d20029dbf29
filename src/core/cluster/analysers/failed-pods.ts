/** Pods that their node did not take, or that a deadline ended. */
import { type Cause, refText } from "../cause.js";
import type { CauseCode } from "../codes.js";
import type { Owner } from "../model.js";
import { causeOf, isReady, podEvidence } from "./draft.js";

/** `status.reason` of pods that their node, or a deadline, ended. */
const ENDED: ReadonlyArray<readonly [RegExp, CauseCode, string]> = [
  [/^UnexpectedAdmissionError$/, "k8s-device-unavailable", "the node did not take"],
  [/^AppArmor$/, "k8s-security-profile-missing", "the node did not take"],
  [
    /^(?:OutOf\w+|NodeAffinity|NodePorts|NodeName|SysctlForbidden|TopologyAffinityError|PodOS\w*|InvalidNodeInfo)$/,
    "k8s-node-refused-pod",
    "the node did not take",
  ],
  [/^DeadlineExceeded$/, "k8s-pod-deadline-exceeded", "its own deadline ended"],
];

export function podFailures({ ref, pods }: Owner): Cause[] {
  if (pods.some(isReady)) return [];
  for (const pod of pods.filter(({ status }) => status?.phase === "Failed")) {
    const { reason = "", message = "" } = pod.status ?? {};
    const found = ENDED.find(([pattern]) => pattern.test(reason));
    if (found === undefined || (ref.kind === "Job" && found[1] === "k8s-pod-deadline-exceeded")) continue;
    return [
      causeOf(found[1], ref, `${found[2]} pods of ${refText(ref)}: ${reason} ${message}`, {
        evidence: [podEvidence(pod, "status", `${reason}: ${message}`)],
        affects: [ref],
        weight: 0.9,
      }),
    ];
  }
  return [];
}
