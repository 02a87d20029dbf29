/**
 * Alerts that were resolved when their incident had ended: a later execution took that, and what people want to see is the
 * incident that it belongs to. Imports no package and reads no clock.
 */
import type { IncidentView } from "./incident.js";

/** Whether none of its alerts ever fired in it. */
export const isLateEnd = ({ notStarted, resolvedMs }: IncidentView): boolean =>
  notStarted === "resolved" && resolvedMs === undefined;

/** The earlier incident, with what the late end says of its alerts. */
export function endedLate(earlier: IncidentView, late: IncidentView): IncidentView {
  const resolved = new Set(late.members.map(nameOf));
  const members = earlier.members.map((member) => {
    if (member.status !== "firing" || !resolved.has(nameOf(member))) return member;
    return { ...member, status: "resolved" as const, count: member.count + 1, lastMs: late.startedMs };
  });
  const firing = Math.max(0, earlier.firing - late.alerts);
  const isOver = firing === 0 && earlier.resolvedMs === undefined;
  return {
    ...earlier,
    members,
    firing,
    taken: earlier.taken + late.taken,
    ...(isOver ? { resolvedMs: late.startedMs } : {}),
  };
}

const nameOf = ({ name, labels }: IncidentView["members"][number]): string =>
  JSON.stringify([name, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
