/** How far a rollout is, as `kubectl rollout status` reads it, and what its object says went wrong. */
import type { Place, Workload } from "./workload.js";

export interface Progress {
  done: boolean;
  /** `2 of 3 updated, 1 available`. */
  says: string;
  /** The controller has given up. */
  failed?: string;
  /** The controller cannot make pods at the moment, in its own words. */
  hindered?: string;
  /** It is paused; as many pods as are wanted are up, old ones or new. */
  pausedWith?: { enough: boolean };
}

export function progressOf({ kind }: Pick<Place, "kind">, workload: Workload): Progress {
  const { metadata, status } = workload;
  if ((status.observedGeneration ?? 0) < metadata.generation) {
    return { done: false, says: "the controller has not seen it yet" };
  }
  if (kind === "deployment") return ofDeployment(workload);
  return kind === "statefulset" ? ofStatefulSet(workload) : ofDaemonSet(workload);
}

function ofDeployment({ spec, status }: Workload): Progress {
  const { replicas: wanted = 1 } = spec;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, conditions = [] } = status;
  const old = replicas - updatedReplicas;
  const left = old > 0 ? `, ${old} old left` : "";
  const says = `${updatedReplicas} of ${wanted} updated, ${availableReplicas} available${left}`;
  if (updatedReplicas >= wanted && old <= 0 && replicas <= wanted && availableReplicas >= wanted)
    return { done: true, says };
  const late = conditions.find(({ type, reason }) => type === "Progressing" && reason === "ProgressDeadlineExceeded");
  const without = conditions.find(({ type, status: is }) => type === "ReplicaFailure" && is === "True");
  const enough = replicas === wanted && availableReplicas >= wanted;
  return {
    done: false,
    says,
    pausedWith: spec.paused === true ? { enough } : undefined,
    failed: late === undefined ? undefined : late.message || "its progress deadline has passed",
    hindered: without === undefined ? undefined : without.message || without.reason,
  };
}

function ofStatefulSet({ spec, status }: Workload): Progress {
  const { replicas: wanted = 1, updateStrategy } = spec;
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, currentRevision, updateRevision } = status;
  const { availableReplicas = readyReplicas } = status;
  const partition = updateStrategy?.rollingUpdate?.partition ?? 0;
  const toUpdate = Math.max(0, wanted - partition);
  const isAt = currentRevision === updateRevision;
  const updated = isAt ? replicas : updatedReplicas;
  const says = `${Math.min(updated, wanted)} of ${toUpdate} updated, ${availableReplicas} available`;
  const done = replicas === wanted && availableReplicas >= wanted && (isAt || (partition > 0 && updated >= toUpdate));
  return { done, says };
}

function ofDaemonSet({ status }: Workload): Progress {
  const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status;
  const says = `${updatedNumberScheduled} of ${wanted} updated, ${numberAvailable} available`;
  return { done: updatedNumberScheduled >= wanted && numberAvailable >= wanted, says };
}
