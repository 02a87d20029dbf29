/** Containers that are held back at their limits, or nearly at them, as the metrics of kubelets tell. */
import type { Json } from "../../../schema/json.js";
import type { MetricForm } from "./forms.js";
import { objectIn, textIn } from "./json-parts.js";
import { type Observations, type Origin, serviceName } from "./observations.js";

/** A quarter of its periods: requests take visibly longer. */
const THROTTLED_SHARE = 0.25;
const MEMORY_CLOSE_SHARE = 0.95;
/** Of working sets a little over the limit is seen; more is another quotient. */
const SHARE_MAX = 1.5;
/** Above what a symptom alone scores, below what the cluster itself calls wrong. */
const SCORE_LEAST = 0.52;
const SCORE_RANGE = 0.25;
/** What a container that gets too little time shows. */
const BY_THROTTLING =
  /^k8s-(?:(?:liveness|readiness|startup)-probe-(?:too-impatient|failing)|workload-unresponsive|container-restarted|dependency-timing-out|cpu-limit-close)$/;

interface Limit {
  code: string;
  query: RegExp;
  least: number;
  says: (container: string, share: string) => string;
}

const LIMITS: readonly Limit[] = [
  {
    code: "k8s-cpu-throttled",
    query: /container_cpu_cfs_throttled_periods_total.*\/.*container_cpu_cfs_periods_total/s,
    least: THROTTLED_SHARE,
    says: (container, share) => `${container} is held back at its CPU limit in ${share} of its periods`,
  },
  {
    code: "k8s-memory-limit-close",
    query: /container_memory_working_set_bytes.*\/.*(?:resource_limits|spec_memory_limit)/s,
    least: MEMORY_CLOSE_SHARE,
    says: (container, share) => `${container} uses ${share} of the memory that it may`,
  },
];

/** Of each workload the container that is worst off. */
export function readLimits({ query = "", series }: MetricForm, origin: Origin, material: Observations): void {
  const limit = LIMITS.find((one) => one.query.test(query));
  if (limit === undefined) return;
  const worst = new Map<string, { share: number; container: string }>();
  for (const { labels, value } of series) {
    const own = objectIn(labels as Json);
    const [pod, namespace, name] = [textIn(own?.pod), textIn(own?.namespace), textIn(own?.container)];
    if (pod === undefined || typeof value !== "number" || value < limit.least || value > SHARE_MAX) continue;
    const container = `container ${name ?? "?"} of pod ${namespace === undefined ? "" : `${namespace}/`}${pod}`;
    const service = serviceName(pod);
    if ((worst.get(service)?.share ?? 0) < value) worst.set(service, { share: value, container });
  }
  for (const [service, { share, container }] of worst) {
    const text = `${limit.says(container, `${Math.round(share * 100)} %`)} (${limit.code})`;
    const score = SCORE_LEAST + SCORE_RANGE * Math.min(1, share);
    material.states.push({
      ...{ ...origin, service, code: limit.code, text, score: Math.round(score * 1_000) / 1_000 },
      ...{ changed: undefined, affects: [service], explainedBy: undefined },
    });
  }
}

/** What the throttling of the same workload explains is a symptom of it. */
export function withThrottling(states: Observations["states"]): Observations["states"] {
  const throttled = new Set(states.filter(({ code }) => code === "k8s-cpu-throttled").map(({ service }) => service));
  return states.map((one) =>
    throttled.has(one.service) && one.explainedBy === undefined && BY_THROTTLING.test(one.code)
      ? { ...one, explainedBy: `k8s-cpu-throttled of ${one.service}` }
      : one,
  );
}
