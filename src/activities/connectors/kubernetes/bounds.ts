/** What config.yaml lets be done to a workload, whatever the cluster says: known before anything is asked. */
import type { KubernetesTarget } from "../../../schema/config/clusters.js";

export interface Fault {
  message: string;
  hint: string;
}

type ScaleBounds = NonNullable<KubernetesTarget["actions"]["scale_action"]>;

export function replicasFault(workload: string, replicas: number, bounds: ScaleBounds): Fault | undefined {
  const { min_replicas: min, max_replicas: max } = bounds;
  if (replicas >= min && replicas <= max) return undefined;
  const message = `replicas of ${workload} must be from ${min} to ${max}, got ${replicas}`;
  return { message, hint: "min_replicas and max_replicas of the target in config.yaml say so" };
}

export function stepFault(
  workload: string,
  now: number,
  replicas: number,
  { max_step }: ScaleBounds,
): Fault | undefined {
  const step = Math.abs(replicas - now);
  if (max_step === undefined || step <= max_step) return undefined;
  const message = `${workload} has ${now} replicas, and ${replicas} is a step of ${step}`;
  return { message, hint: `config.yaml allows steps of at most ${max_step} (max_step)` };
}
