/** Schedules whose changes stand in the audit log, with who made them: one way for the command line, the façade and the page. */
import type { AuditLog } from "../../platform/audit/log.js";
import type { AuditEvent } from "../../schema/audit.js";
import type { Result } from "../../vocabulary/result.js";
import type { ChangedBy, Schedules, ScheduleWish } from "../schedules.js";

type Notes = Pick<AuditLog, "note">;
/** What is refused changed nothing, and has no line; a preview keeps nothing. */
export function auditedSchedules(schedules: Schedules, audit: Notes, by: ChangedBy): Schedules {
  const noted = async <T>(event: AuditEvent, details: object, change: Promise<Result<T>>): Promise<Result<T>> => {
    const answer = await change;
    if (answer.ok) await audit.note({ event, ...by, details });
    return answer;
  };
  return {
    ...schedules,
    create: (wish) => noted("schedule-created", aboutWish(wish), schedules.create(wish)),
    pause: (name, reason) => noted("schedule-paused", { schedule: name, reason }, schedules.pause(name, reason)),
    resume: (name, reason) => noted("schedule-resumed", { schedule: name, reason }, schedules.resume(name, reason)),
    trigger: (name) => noted("schedule-triggered", { schedule: name }, schedules.trigger(name)),
    remove: (name) => noted("schedule-deleted", { schedule: name }, schedules.remove(name)),
  };
}

function aboutWish({ name, when, pauses, graph, goal }: ScheduleWish): object {
  const what = graph === undefined ? { goal: goal?.goal ?? "", remedy: goal?.remedy === true } : { graph: graph.id };
  return { schedule: name, when, pauses_on_failure: pauses, ...what };
}
