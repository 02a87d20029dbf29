/** From all that analysers name to what is to mend: the same thing once, what another explains behind it, the root first. */

import { atKeeper } from "./analysers/custom-owners.js";
import { customExplains } from "./analysers/custom-sufferers.js";
import { dependenciesOf } from "./analysers/dependencies.js";
import { observedCalls } from "./analysers/observed-calls.js";
import { type Cause, type ObjectRef, refText, sameRef, uniqueRefs } from "./cause.js";
import { CAUSES, type CauseCode } from "./codes.js";
import { lastingCosts } from "./lasting.js";
import type { Model } from "./model.js";
import { networkExplains, OF_CALLS, tierOf } from "./tiers.js";

/** From here on something is a cause; below, it is worth a notice. */
export const CAUSE_MIN_WEIGHT = 0.5;
export const NOTICE_MIN_WEIGHT = 0.35;
const EVIDENCE_MAX = 6;
const FELT_WEIGHT = 0.93;

export interface RankedCause extends Cause {
  score: number;
  /** The cause that explains this one. */
  explainedBy?: ObjectRef & { code: CauseCode };
}

export function ranked(causes: readonly Cause[], model: Model): RankedCause[] {
  const once = felt(merged(causes.map((cause) => atKeeper(cause, model))));
  const calls = callsOf(model);
  const costs = lastingCosts(once, model);
  const scored = once.map((cause): RankedCause => ({ ...cause, score: scoreOf(cause, costs.get(cause) ?? 0) }));
  const explained = scored.map((cause) => withRoot(cause, scored, calls));
  return explained.sort(
    (a, b) =>
      Number(a.explainedBy !== undefined) - Number(b.explainedBy !== undefined) ||
      b.score - a.score ||
      refText(a.object).localeCompare(refText(b.object), "en") ||
      a.code.localeCompare(b.code, "en"),
  );
}

function scoreOf({ code, weight, affects }: Cause, cost: number): number {
  const width = Math.min(5, Math.max(0, affects.length - 1)) * 0.012;
  const score = weight - 0.07 * Math.max(0, tierOf(code) - 1) + width - cost;
  return Math.round(Math.max(0, score) * 1_000) / 1_000;
}

function merged(causes: readonly Cause[]): Cause[] {
  const found = new Map<string, Cause>();
  for (const cause of causes) {
    if (cause.weight < NOTICE_MIN_WEIGHT) continue;
    const key = `${cause.code} ${refText(cause.object)}`;
    const had = found.get(key);
    const [first, second] = had === undefined || had.weight >= cause.weight ? [had ?? cause, cause] : [cause, had];
    const evidence = [
      ...new Map(
        [...first.evidence, ...(had === undefined ? [] : second.evidence)].map((one) => [JSON.stringify(one), one]),
      ).values(),
    ];
    found.set(key, {
      ...first,
      evidence: evidence.slice(0, EVIDENCE_MAX),
      affects: uniqueRefs([...first.affects, ...second.affects]),
    });
  }
  return [...found.values()];
}

/** An autoscaler at its limit is a notice, until those who call what it scales wait. */
function felt(causes: readonly Cause[]): Cause[] {
  const waited = causes.filter(
    ({ code, weight }) => code === "k8s-workload-unresponsive" && weight >= CAUSE_MIN_WEIGHT,
  );
  const isFelt = ({ code, affects }: Cause): boolean =>
    code === "k8s-autoscaler-at-limit" && waited.some(({ object }) => affects.some((one) => sameRef(one, object)));
  return causes.map((cause) => (isFelt(cause) ? { ...cause, weight: FELT_WEIGHT } : cause));
}

/** Of each workload the services that it calls and the workloads behind them. */
function callsOf(model: Model): Map<string, ObjectRef[]> {
  return new Map(
    model.owners.map((owner) => [
      refText(owner.ref),
      uniqueRefs(
        [
          ...dependenciesOf(model, owner),
          ...observedCalls(model)
            .filter(({ caller }) => caller === owner)
            .map(({ service }) => ({ service, host: service.metadata.name, namespace: service.metadata.namespace })),
        ].flatMap(({ service, host, namespace }): ObjectRef[] => [
          { kind: "Service", name: host, namespace },
          ...(service === undefined ? [] : model.ownersBehind(service).map(({ ref }) => ref)),
        ]),
      ),
    ]),
  );
}

function withRoot(
  cause: RankedCause,
  all: readonly RankedCause[],
  calls: ReadonlyMap<string, ObjectRef[]>,
): RankedCause {
  const roots = all.filter(
    (other) => other !== cause && other.weight >= CAUSE_MIN_WEIGHT && explains(other, cause, calls),
  );
  const [root] = roots.sort((a, b) => tierOf(a.code) - tierOf(b.code) || b.score - a.score);
  return root === undefined ? cause : { ...cause, explainedBy: { ...root.object, code: root.code } };
}

function explains(root: Cause, cause: Cause, calls: ReadonlyMap<string, ObjectRef[]>): boolean {
  const [above, below] = [tierOf(root.code), tierOf(cause.code)];
  const byCustom = customExplains(root, cause);
  if (byCustom !== undefined) return byCustom;
  if (root.code === "k8s-dns-configuration-wrong" && cause.code === "k8s-dns-down") return true;
  if (cause.code === "k8s-control-plane-down" || root.code === "k8s-budget-blocks-eviction") return false;
  if (OF_CALLS.has(root.code) && below >= 2 && !OF_CALLS.has(cause.code) && sameRef(root.object, cause.object))
    return true;
  if (OF_CALLS.has(cause.code) && above === 2 && sameRef(root.object, cause.object)) return false;
  const byNetwork = networkExplains(root, cause);
  if (byNetwork !== undefined) return byNetwork;
  if (root.code === "k8s-autoscaler-at-limit")
    return cause.code === "k8s-workload-unresponsive" && root.affects.some((one) => sameRef(one, cause.object));
  if (above >= below) return sameTier(root, cause);
  const hits = [root.object, ...root.affects];
  const owners = cause.affects.length > 0 ? cause.affects : [cause.object];
  if (CAUSES[root.code].family === "nodes")
    return below >= 2 && owners.every((one) => hits.some((hit) => sameRef(hit, one)));
  if (hits.some((hit) => sameRef(hit, cause.object)) && (below >= 2 || above === 0))
    return below >= 2 || root.code !== "k8s-kube-proxy-down";
  // What it calls is in trouble.
  const called = calls.get(refText(cause.object)) ?? [];
  return (
    below >= 2 &&
    isOfCalls(cause) &&
    called.some(
      (one) =>
        sameRef(one, root.object) ||
        (above <= 1 && root.affects.some((hit) => sameRef(hit, one) && hit.kind === "Service")),
    )
  );
}

/** Failing by a dependency shows as refused calls, crashes and probes; an own image does not. */
const isOfCalls = ({ code }: Cause): boolean => tierOf(code) >= 2 && code !== "k8s-service-without-workload";

/** Of two of one rank on the same workload, some include the other. */
function sameTier(root: Cause, cause: Cause): boolean {
  const isService = cause.code === "k8s-workload-unresponsive" && root.object.kind === "Service";
  if (!isService && !sameRef(root.object, cause.object) && !root.affects.some((one) => sameRef(one, cause.object)))
    return false;
  if (cause.code === "k8s-pod-not-ready" && root.code !== "k8s-pod-not-ready" && root.code !== "k8s-rollout-stalled")
    return true;
  // It says of itself why it does not run.
  if (root.code === "k8s-cluster-agent-down") return cause.code !== "k8s-cluster-agent-down";
  // Whatever else a workload shows, somebody does to it on purpose.
  if (root.code === "k8s-fault-injected") return cause.code !== "k8s-fault-injected";
  if (cause.code === "k8s-rollout-stalled") return root.code !== "k8s-rollout-stalled";
  if (cause.code === "k8s-workload-unresponsive") return saysWhyUnresponsive(root, cause);
  const pair = `${root.code} ${cause.code}`;
  return INCLUDES.has(pair) || (root.code.startsWith("k8s-claim-") && cause.code === "k8s-volume-mount-failed");
}

/** Whom these affect they keep from answering. */
const CUTS_OFF =
  /^k8s-(?:network-policy-|mesh-policy-|node-cpu-hogged|fault-injected|mesh-route-wrong|service-publishes-unready|service-endpoints-stale)/;

/** Its callers only tell that it does not answer: what is wrong with it, or with the service before it, says why. */
const saysWhyUnresponsive = (root: Cause, cause: Cause): boolean =>
  root.code !== cause.code &&
  tierOf(root.code) === 1 &&
  (sameRef(root.object, cause.object) ||
    CUTS_OFF.test(root.code) ||
    cause.affects.some((one) => one.kind === "Service" && sameRef(one, root.object)));

const INCLUDES = new Set([
  "k8s-network-policy-blocks-egress k8s-external-dependency-failing",
  "k8s-pod-dns-wrong k8s-external-dependency-failing",
  "k8s-container-out-of-memory k8s-memory-limit-close",
  "k8s-image-of-another-workload k8s-program-port-unexpected",
  "k8s-vertical-autoscaler-oversizes k8s-cpu-insufficient",
  "k8s-vertical-autoscaler-oversizes k8s-memory-insufficient",
  "k8s-vertical-autoscaler-undersizes k8s-container-out-of-memory",
  "k8s-limit-range-default-too-small k8s-container-out-of-memory",
  "k8s-cpu-limit-too-small k8s-cpu-limit-close",
  "k8s-dependency-user-missing k8s-dependency-credentials-wrong",
  "k8s-dependency-user-missing k8s-dependency-rights-missing",
  "k8s-dependency-rights-missing k8s-dependency-credentials-wrong",
  "k8s-container-out-of-memory k8s-heap-exhausted",
  "k8s-image-platform-unmatched k8s-container-crashing",
  "k8s-cpu-limit-close k8s-workload-unresponsive",
  "k8s-node-memory-pressure k8s-node-out-of-memory",
  "k8s-node-runtime-down k8s-node-not-ready",
  "k8s-node-network-plugin-down k8s-node-sandbox-failing",
  "k8s-node-certificate-expired k8s-node-not-ready",
]);
