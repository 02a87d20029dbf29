/** What else governs a workload's pods: autoscalers that own its replicas, and budgets for disruptions. */
import type { V1LabelSelector, V1PodDisruptionBudget, V2CrossVersionObjectReference } from "@kubernetes/client-node";
import { toolFailure } from "../../define-tool.js";
import { KubernetesFailure } from "./answers.js";
import type { Place, Workload } from "./workload.js";
import { wantedPods } from "./workload.js";

/** How many are read of a namespace; one with more has other troubles. */
const LISTED_MAX = 500;

/** Refuses where an autoscaler owns the replicas: it would set them back at its next look. */
export async function refuseAutoscaled(place: Place): Promise<void> {
  const { namespace, cluster } = place;
  const list = await absentAsNone(() =>
    cluster
      .api((k8s) => k8s.AutoscalingV2Api)
      .listNamespacedHorizontalPodAutoscaler({ namespace, limit: LISTED_MAX })
      .then(({ items }) => items),
  );
  const owner = list.find(({ spec }) => isFor(place, spec?.scaleTargetRef));
  if (owner === undefined) return;
  const name = owner.metadata?.name ?? "";
  const { minReplicas = 1, maxReplicas } = owner.spec ?? {};
  const message = `the replicas of ${place.workload} are set by the HorizontalPodAutoscaler ${name} (${minReplicas} to ${maxReplicas})`;
  throw toolFailure("replicas-autoscaled", `${message}, which would set them back`, {
    hint: `change minReplicas or maxReplicas of ${name} in ${namespace}`,
    retryable: false,
  });
}

function isFor(place: Place, reference: V2CrossVersionObjectReference | undefined): boolean {
  return reference?.kind === place.apiKind && reference.name === place.name;
}

/** The budgets that count pods of the workload. */
export async function budgetsOf(place: Place, workload: Workload): Promise<V1PodDisruptionBudget[]> {
  const { namespace, cluster } = place;
  const labels = workload.spec.template.metadata?.labels ?? {};
  const budgets = await absentAsNone(() =>
    cluster
      .api((k8s) => k8s.PolicyV1Api)
      .listNamespacedPodDisruptionBudget({ namespace, limit: LISTED_MAX })
      .then(({ items }) => items),
  );
  return budgets.filter(({ spec }) => selects(spec?.selector, labels));
}

/** A cluster without the API has none of its objects; one that may not be read is another matter. */
async function absentAsNone<T>(read: () => Promise<T[]>): Promise<T[]> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof KubernetesFailure && error.status === 404) return [];
    throw error;
  }
}

/** Whether labels fit a selector; an absent one fits none, an empty one all. */
export function selects(selector: V1LabelSelector | undefined, labels: Record<string, string>): boolean {
  if (selector === undefined || selector === null) return false;
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return (
    equal &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      if (operator === "In") return value !== undefined && values.includes(value);
      return operator === "NotIn" && (value === undefined || !values.includes(value));
    })
  );
}

/**
 * Refuses to scale below what a budget wants up at all times. kubectl would do it, for budgets bind evictions alone;
 * whoever wrote the number meant it, and too few replicas stay too few.
 */
export function refuseBelowBudget(place: Place, budgets: readonly V1PodDisruptionBudget[], replicas: number): void {
  for (const { metadata, spec } of budgets) {
    const least = spec?.minAvailable;
    if (typeof least !== "number" || replicas >= least) continue;
    const name = metadata?.name ?? "";
    const message = `the PodDisruptionBudget ${name} wants at least ${least} pod(s) of ${place.workload} available, not ${replicas}`;
    const hint = `scale to ${least} or more, or change minAvailable of ${name} in ${place.namespace}`;
    throw toolFailure("disruption-not-allowed", message, { hint, retryable: false });
  }
}

/**
 * What people should know before pods are replaced: rollouts go by the workload's own strategy and heed no budget, and a
 * restart is the remedy where pods are down already, so this is told and not refused.
 */
export function budgetRemarks(budgets: readonly V1PodDisruptionBudget[]): string[] {
  return budgets.map(({ metadata, status }) => {
    const name = `the PodDisruptionBudget ${metadata?.name ?? ""}`;
    const { currentHealthy = 0, desiredHealthy = 0, disruptionsAllowed = 0 } = status ?? {};
    const healthy = `${currentHealthy} healthy, ${desiredHealthy} wanted`;
    if (disruptionsAllowed > 0) return `${name} allows ${disruptionsAllowed} disruption(s) now (${healthy})`;
    return `${name} allows no disruption now (${healthy}), and a rollout does not heed it`;
  });
}

/** How a rollout takes pods away, in words. */
export function replacing(place: Place, workload: Workload): string {
  const pods = wantedPods(workload, place.kind);
  const { strategy, updateStrategy } = workload.spec;
  const { type = "RollingUpdate", rollingUpdate } = strategy ?? updateStrategy ?? {};
  if (type === "Recreate") return `replaces ${pods} pod(s), all at once`;
  const usual = place.kind === "deployment" ? "25%" : 1;
  const gone = rollingUpdate?.maxUnavailable ?? usual;
  return `replaces ${pods} pod(s), at most ${gone} unavailable at a time`;
}
