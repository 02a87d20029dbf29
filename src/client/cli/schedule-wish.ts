/** A schedule as it was asked for: its times read and said in words, its graph checked by the policy of this machine. */
import cronstrue from "cronstrue";
import { type Local, loadLocal } from "../../app/local.js";
import { checkedGraph } from "../../core/check/checked-graph.js";
import type { GoalInput } from "../../schema/run-input.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Result } from "../../vocabulary/result.js";
import { INTERVAL_MIN_SECONDS, JITTER_MAX_SECONDS } from "../../vocabulary/schedule-limits.js";
import type { ScheduleRequest, ScheduleWish } from "../schedules.js";

type Environments = Parameters<typeof loadLocal>[0];

export async function wishOf(
  request: ScheduleRequest,
  requester: string,
  environment: Environments,
): Promise<Result<ScheduleWish>> {
  const timing = timingOf(request);
  if (!timing.ok) return timing;
  const what = await whatOf(request, environment);
  if (!what.ok) return what;
  return { ok: true, value: { name: request.name, requester, ...timing.value, ...what.value } };
}

const refused = (at: string, message: string): { ok: false; problems: Problem[] } => ({
  ok: false,
  problems: [{ code: "usage", at, message }],
});

type Timing = Pick<ScheduleWish, "cron" | "everySeconds" | "timezone" | "jitterSeconds" | "catchupSeconds" | "when">;

function timingOf({ cron, every, timezone, jitter, catchup }: ScheduleRequest): Result<Timing> {
  if ((cron === undefined) === (every === undefined))
    return refused("cron", "exactly one of --cron and --every must be given");
  if (!isZone(timezone))
    return refused("timezone", `${JSON.stringify(timezone.slice(0, 60))} must be a time zone such as Europe/Berlin`);
  const [everySeconds, jitterSeconds, catchupSeconds] = [every, jitter, catchup].map(secondsOf);
  if (every !== undefined && (everySeconds === undefined || everySeconds < INTERVAL_MIN_SECONDS))
    return refused("every", "--every must be a duration of at least a minute, such as 15m or 2h");
  if (jitter !== undefined && (jitterSeconds === undefined || jitterSeconds > JITTER_MAX_SECONDS))
    return refused("jitter", "--jitter must be a duration of at most a day, such as 5m");
  if (catchupSeconds === undefined || catchupSeconds < 10)
    return refused("catchup", "--catchup must be a duration of at least 10s");
  const words = cron === undefined ? `every ${every}` : cronWords(cron);
  if (words === undefined)
    return refused("cron", `${JSON.stringify(cron?.slice(0, 60))} must have five fields, such as "0 7 * * 1-5"`);
  const parts = [
    words,
    ...(cron === undefined ? [] : [timezone]),
    ...(jitter === undefined ? [] : [`up to ${jitter} later`]),
  ];
  const value: Timing = { timezone, catchupSeconds, when: parts.join(", ") };
  if (cron !== undefined) value.cron = cron;
  if (everySeconds !== undefined) value.everySeconds = everySeconds;
  if (jitterSeconds !== undefined) value.jitterSeconds = jitterSeconds;
  return { ok: true, value };
}

function cronWords(cron: string): string | undefined {
  if (cron.trim().split(/\s+/).length !== 5) return undefined;
  try {
    return cronstrue.toString(cron, { use24HourTimeFormat: true });
  } catch {
    return undefined;
  }
}

function isZone(timezone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
    return true;
  } catch {
    return false;
  }
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

function secondsOf(text: string | undefined): number | undefined {
  const [, count, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text ?? "") ?? [];
  return count === undefined ? undefined : Number(count) * (UNITS[unit] ?? 1);
}

type What = Pick<ScheduleWish, "graph" | "goal" | "pauses" | "notices">;

/** A graph is checked before it is kept; what writes pauses where it went wrong. */
async function whatOf({ graph, goal, remedy }: ScheduleRequest, environment: Environments): Promise<Result<What>> {
  if ((graph === undefined) === (goal === undefined))
    return refused("graph", "exactly one of graph and goal must be given");
  const local = await loadLocal(environment);
  if (!local.ok) return local;
  if (graph === undefined) {
    const wanted = { goal: goal ?? "", remedy: remedy === true };
    return { ok: true, value: { goal: wanted, pauses: wanted.remedy, notices: doubtsOf(wanted, local) } };
  }
  const outcome = local.check(graph);
  if (!outcome.ok) return outcome;
  const pauses = checkedGraph(graph, outcome.verdict).nodes.some(({ effect }) => effect === "write");
  return { ok: true, value: { graph, pauses } };
}

/** Why it could not be planned today. Kept all the same, for it is planned anew each time; a model is not asked. */
function doubtsOf(goal: Omit<GoalInput, "requester">, local: Local): Problem[] | undefined {
  const input = { ...goal, requester: "schedule" };
  if (local.plannerFor(input) === "model") return undefined;
  const drafted = local.draft(input);
  if (drafted.ok) return undefined;
  return drafted.problems.map((problem) => ({
    ...problem,
    message: `planned now, it would fail: ${problem.message}`,
    // The planner's own hints name options that a schedule has not.
    hint: "try it: autoops plan GOAL; what it looks at is declared in config.yaml, and autoops init finds what is here",
  }));
}
