/** How the rollout of a declared workload stands: one request, read as `kubectl rollout status` reads it. */
import { createHash } from "node:crypto";
import type { Sighting } from "../../../core/rollout/state.js";
import type { KubernetesTarget } from "../../../schema/config/clusters.js";
import { ROLLOUT_SAYS_CHARS } from "../../../vocabulary/rollout-limits.js";
import type { ToolContext } from "../../define-tool.js";
import { KubernetesFailure } from "./answers.js";
import { type Progress, progressOf } from "./progress.js";
import { containerOf, type Place, placeOf, readWorkload, type Workload } from "./workload.js";

/** `name`: of the target. Throws where the cluster cannot be asked; that the workload is not there is an answer. */
export async function seeRollout(name: string, target: KubernetesTarget, context: ToolContext): Promise<Sighting> {
  const place = await placeOf(target, context);
  try {
    return sightingOf(name, place, await readWorkload(place));
  } catch (error) {
    if (error instanceof KubernetesFailure && error.code === "object-not-found") return { target: name, missing: true };
    throw error;
  }
}

function sightingOf(target: string, place: Place, workload: Workload): Sighting {
  const progress = progressOf(place, workload);
  const { uid, generation } = workload.metadata;
  const { image } = containerOf(place, workload.spec.template);
  const says = [progress.says, progress.failed, progress.hindered].filter((text) => text !== undefined).join("; ");
  return {
    ...{ target, uid, generation, image: image.slice(0, ROLLOUT_SAYS_CHARS), ...revisionOf(place, workload) },
    ...{ stands: standsOf(progress), says: says.slice(0, ROLLOUT_SAYS_CHARS) },
  };
}

function standsOf({ done, failed, pausedWith }: Progress): "complete" | "failed" | "paused" | "rolling" {
  if (done) return "complete";
  if (pausedWith !== undefined) return "paused";
  return failed === undefined ? "rolling" : "failed";
}

/** Numbers that the controllers count up; a StatefulSet goes back to the name of the revision that it had before. */
const COUNTED = {
  deployment: "deployment.kubernetes.io/revision",
  daemonset: "deprecated.daemonset.template.generation",
  statefulset: undefined,
} as const;

function revisionOf({ kind }: Place, { metadata, spec, status }: Workload): { revision: string; isUnique: boolean } {
  const counted = COUNTED[kind];
  const number = counted === undefined ? undefined : metadata.annotations?.[counted];
  if (number !== undefined) return { revision: number, isUnique: true };
  const digest = createHash("sha256").update(JSON.stringify(spec.template)).digest("hex").slice(0, 12);
  return { revision: status.updateRevision ?? digest, isUnique: false };
}
