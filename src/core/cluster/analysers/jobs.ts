/** Jobs that failed, and those that are not started. */
import type { Job } from "../../../schema/kubernetes/workloads.js";
import { type Cause, evidenceOf, refText } from "../cause.js";
import { type Model, refOf } from "../model.js";
import { type Analyser, ageMs, causeOf, conditionOf, presentMs } from "./draft.js";

const FAILED_RECENT_MS = 24 * 3_600_000;
const MISSED_RECENT_MS = 3_600_000;

export const jobCauses: Analyser = (model) => {
  const now = presentMs(model);
  return [...model.facts.objects.Job.flatMap((job) => jobCause(model, job, now)), ...cronJobs(model, now)];
};

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

function cronJobs(model: Model, nowMs: number): Cause[] {
  return model.facts.objects.CronJob.flatMap((item): Cause[] => {
    const ref = refOf("CronJob", item);
    const event = (pattern: RegExp) =>
      model
        .events(ref)
        .find(({ reason, atMs }) => pattern.test(reason) && (atMs === 0 || nowMs - atMs < MISSED_RECENT_MS));
    const say = (code: Cause["code"], what: string, from: string, text: string, weight: number) => [
      causeOf(code, ref, `${refText(ref)} ${what}: ${text}`, {
        evidence: [evidenceOf(ref, from, text)],
        affects: [ref],
        weight,
      }),
    ];
    if (item.spec?.suspend === true)
      return say(
        "k8s-cron-job-suspended",
        "is suspended",
        "spec.suspend",
        `last run ${item.status?.lastScheduleTime ?? "never"}`,
        0.45,
      );
    const invalid = event(
      /^(?:UnparseableSchedule|UnparseableCronJobSchedule|InvalidSchedule|UnknownTimeZone|UnsupportedSchedule)$/,
    );
    if (invalid !== undefined && (invalid.isWarning || invalid.reason !== "UnsupportedSchedule"))
      return say(
        "k8s-cron-job-schedule-invalid",
        "has a schedule that cannot be read",
        `event ${invalid.reason}`,
        invalid.message,
        0.92,
      );
    const missed = event(/^(?:MissSchedule|TooManyMissedTimes|FailedNeedsStart)$/);
    if (missed !== undefined)
      return say("k8s-cron-job-missed", "missed its time", `event ${missed.reason}`, missed.message, 0.7);
    const already = event(/^JobAlreadyActive$/);
    const active = item.status?.active.length ?? 0;
    if (active > 1 || (already !== undefined && active > 0))
      return say(
        "k8s-cron-job-overlapping",
        `has ${active} runs at once`,
        "status.active",
        already?.message ?? `${active} active Jobs (${item.spec?.concurrencyPolicy ?? "Allow"})`,
        0.6,
      );
    return [];
  });
}
