/** CronJobs that do not start, or whose runs do not end in time. */
import type { ClusterFacts } from "../../../schema/kubernetes/facts.js";
import { type Cause, evidenceOf, refText } from "../cause.js";
import { type Model, refOf } from "../model.js";
import { periodMs } from "./cron-periods.js";
import { ageMs, causeOf, conditionOf } from "./draft.js";

type CronJob = ClusterFacts["objects"]["CronJob"][number];

const MISSED_RECENT_MS = 3_600_000;
const CHANGED_LATELY_MS = 86_400_000;
/** One time may be missed while the controller starts again. */
const MISSED_PERIODS = 3;
const SLACK_MS = 300_000;

export function cronJobCauses(model: Model, nowMs: number): Cause[] {
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
        wasChangedLately(item, nowMs) ? 0.62 : 0.45,
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
    // Why its runs fail is told of them.
    if (hasFailed(model, item)) return [];
    return behindSchedule(item, nowMs).flatMap(({ code, what, text }) =>
      say(code, what, "status.lastScheduleTime", text, 0.55),
    );
  });
}

const hasFailed = ({ facts }: Model, { metadata }: CronJob): boolean =>
  facts.objects.Job.some(
    (job) =>
      job.metadata.namespace === metadata.namespace &&
      job.metadata.ownerReferences.some(({ kind, name }) => kind === "CronJob" && name === metadata.name) &&
      conditionOf(job.status?.conditions, "Failed")?.status === "True",
  );

/** Off for long is meant so; off since a moment ago is news. */
const wasChangedLately = ({ metadata }: CronJob, nowMs: number): boolean =>
  metadata.managedFields.some(
    ({ time, subresource }) =>
      subresource !== "status" && (ageMs(time, nowMs) ?? CHANGED_LATELY_MS) < CHANGED_LATELY_MS,
  ) && (ageMs(metadata.creationTimestamp, nowMs) ?? 0) > CHANGED_LATELY_MS;

interface Behind {
  code: Cause["code"];
  what: string;
  text: string;
}

/** Its events have passed; the schedule beside its last times still tells. */
function behindSchedule({ spec, status, metadata }: CronJob, nowMs: number): Behind[] {
  const period = periodMs(spec?.schedule ?? "");
  const last = ageMs(status?.lastScheduleTime ?? metadata.creationTimestamp, nowMs);
  if (period === undefined || last === undefined) return [];
  const minutes = (ms: number): string => `${Math.round(ms / 60_000)} minutes`;
  const text = `schedule ${spec?.schedule}, last started ${minutes(last)} ago`;
  const active = status?.active.length ?? 0;
  if (last > MISSED_PERIODS * period + SLACK_MS)
    return active > 0 && spec?.concurrencyPolicy === "Forbid"
      ? [{ code: "k8s-cron-job-overlapping", what: "waits for a run that does not end", text }]
      : [{ code: "k8s-cron-job-missed", what: "is not started at its times", text }];
  const done = ageMs(status?.lastSuccessfulTime, nowMs);
  const isReplaced = spec?.concurrencyPolicy === "Replace" && active > 0;
  if (!isReplaced || done === undefined || done < MISSED_PERIODS * period + SLACK_MS) return [];
  const why = `each run is replaced by the next, the last to end did so ${minutes(done)} ago`;
  return [{ code: "k8s-cron-job-overlapping", what: "comes to no end", text: `${text}; ${why}` }];
}
