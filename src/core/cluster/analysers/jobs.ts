/** Jobs that failed, and those that are not started. */
import type { Job } from "../../../schema/kubernetes/workloads.js";
import { type Cause, evidenceOf, refText } from "../cause.js";
import { type Model, refOf } from "../model.js";
import { cronJobCauses } from "./cron-jobs.js";
import { type Analyser, ageMs, causeOf, conditionOf, isWanted, podEvidence, presentMs } from "./draft.js";

const FAILED_RECENT_MS = 24 * 3_600_000;

/** After its main container has ended, others get so long to end as well. */
const SIDECAR_LONG_MS = 300_000;

export const jobCauses: Analyser = (model) => {
  const now = presentMs(model);
  return [
    ...model.facts.objects.Job.flatMap((job) => [...jobCause(model, job, now), ...keptBySidecar(model, job, now)]),
    ...cronJobCauses(model, now),
  ];
};

/** Its work is done, and a container that never ends keeps the pod running. */
function keptBySidecar(model: Model, job: Job, nowMs: number): Cause[] {
  const ref = refOf("Job", job);
  return (model.owner(ref)?.pods ?? []).filter(isWanted).flatMap((pod): Cause[] => {
    const all = pod.status?.containerStatuses ?? [];
    const done = all.find(({ state }) => state?.terminated?.exitCode === 0);
    const runs = all.find(({ state }) => state?.running !== undefined);
    const since = ageMs(done?.state?.terminated?.finishedAt, nowMs) ?? 0;
    if (done === undefined || runs === undefined || since < SIDECAR_LONG_MS) return [];
    const text = `${done.name} ended ${Math.round(since / 60_000)} minutes ago with exit code 0, ${runs.name} runs on`;
    return [
      causeOf("k8s-job-kept-by-sidecar", ref, `${refText(ref)} does not end: ${text}`, {
        evidence: [podEvidence(pod, "containers", text)],
        affects: [ref],
        weight: 0.85,
      }),
    ];
  });
}

function jobCause(model: Model, job: Job, nowMs: number): Cause[] {
  const ref = refOf("Job", job);
  const parent = job.metadata.ownerReferences.find(({ kind }) => kind === "CronJob");
  const object = parent === undefined ? ref : { kind: "CronJob", name: parent.name, namespace: ref.namespace };
  const failed = conditionOf(job.status?.conditions, "Failed");
  if (failed?.status === "True") {
    const isOver =
      (ageMs(failed.lastTransitionTime ?? job.metadata.creationTimestamp, nowMs) ?? 0) > FAILED_RECENT_MS ||
      hasSucceededSince(model, job);
    if (isOver) return [];
    const code = failed.reason === "DeadlineExceeded" ? "k8s-job-deadline-exceeded" : "k8s-job-back-off-limit";
    const text = `${failed.reason ?? ""}: ${failed.message ?? ""}`;
    return [
      causeOf(code, object, `${refText(ref)} failed: ${text}`, {
        evidence: [evidenceOf(ref, "condition Failed", text)],
        affects: [object, ref],
        weight: 0.72,
      }),
    ];
  }
  const isQueued = Object.keys(job.metadata.labels ?? {}).some((label) => label.includes("queue-name"));
  if (job.spec?.suspend === true && !isQueued)
    return [
      causeOf("k8s-job-suspended", ref, `${refText(ref)} is suspended`, {
        evidence: [evidenceOf(ref, "spec.suspend", "true")],
        affects: [ref],
        weight: 0.45,
      }),
    ];
  return [];
}

function hasSucceededSince(model: Model, job: Job): boolean {
  const parent = job.metadata.ownerReferences.find(({ kind }) => kind === "CronJob");
  if (parent === undefined) return false;
  const startOf = ({ metadata, status }: Job): string => status?.startTime ?? metadata.creationTimestamp ?? "";
  return model.facts.objects.Job.some(
    (other) =>
      other.metadata.ownerReferences.some(({ name, kind }) => kind === "CronJob" && name === parent.name) &&
      (other.status?.succeeded ?? 0) > 0 &&
      startOf(other) > startOf(job),
  );
}
