/** Which causes stand under others by what they are: what the cluster stands on, what is to mend, what only shows, what only repeats. */
import { type Cause, sameRef } from "./cause.js";
import type { CauseCode } from "./codes.js";

/** Symptoms of something else wherever something else is known. */
const DERIVED = new Set<CauseCode>([
  "k8s-rollout-stalled",
  "k8s-pod-not-ready",
  "k8s-job-back-off-limit",
  "k8s-job-deadline-exceeded",
  "k8s-container-restarted",
  "k8s-dependency-refused",
  "k8s-dependency-timing-out",
  "k8s-dependency-name-unresolved",
  "k8s-service-endpoints-missing",
  "k8s-autoscaler-metrics-missing",
  "k8s-autoscaler-at-limit",
  "k8s-cron-job-overlapping",
  "k8s-daemon-set-incomplete",
]);
/** What a program or a probe shows of itself: explained by what the program says, or by what it stands on. */
const SHOWN = new Set<CauseCode>([
  "k8s-container-crashing",
  "k8s-container-killed-by-signal",
  "k8s-container-ends-at-once",
  "k8s-init-container-failing",
  "k8s-readiness-probe-failing",
  "k8s-liveness-probe-failing",
  "k8s-startup-probe-failing",
  "k8s-readiness-probe-too-impatient",
  "k8s-liveness-probe-too-impatient",
  "k8s-service-without-workload",
  "k8s-program-reports-errors",
  "k8s-init-container-hanging",
  "k8s-custom-resource-failing",
]);
/** What the log says of something that is called explains why the program ends, and not the other way round. */
export const OF_CALLS = new Set<CauseCode>([
  "k8s-dependency-refused",
  "k8s-dependency-timing-out",
  "k8s-dependency-name-unresolved",
]);
const INFRASTRUCTURE =
  /^k8s-(?:node-(?!refused)|scheduler-absent|control-plane|controller-manager|dns-(?:down|service|configuration)|kube-proxy|network-agent-down|namespace-terminating|cluster-agent-down)/;

/** 0 stands under all, 3 only repeats what something else does. */
export function tierOf(code: CauseCode): 0 | 1 | 2 | 3 {
  if (DERIVED.has(code)) return 3;
  if (SHOWN.has(code)) return 2;
  return INFRASTRUCTURE.test(code) ? 0 : 1;
}

/** One that drops packets is a matter of its kernel, too. */
const NETWORK_OF_NODE = new Set<CauseCode>([
  "k8s-node-network-impaired",
  "k8s-node-kernel-problem",
  "k8s-network-agent-down",
]);
/** Beside what it does to calls, it explains what comes of the node or the plug-in itself. */
const hasOwnFamily = (root: Cause, cause: Cause): boolean =>
  root.code !== "k8s-node-network-impaired" && (tierOf(cause.code) === 0 || !SLOWED.has(cause.code));

/** What a node's network makes of workloads on both of its ends. */
const SLOWED = new Set<CauseCode>([
  ...OF_CALLS,
  "k8s-workload-unresponsive",
  "k8s-program-reports-errors",
  "k8s-pod-not-ready",
  "k8s-rollout-stalled",
  "k8s-container-crashing",
  "k8s-readiness-probe-failing",
]);

/** Undefined: this says nothing of the two. */
export function networkExplains(root: Cause, cause: Cause): boolean | undefined {
  if (root.code === "k8s-network-agent-down" && !SLOWED.has(cause.code)) return sameRef(root.object, cause.object);
  if (NETWORK_OF_NODE.has(root.code) && !hasOwnFamily(root, cause))
    return SLOWED.has(cause.code) && root.affects.some((hit) => sameRef(hit, cause.object));
  return undefined;
}
