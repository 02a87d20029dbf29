/** `autoops schedules create|list|show|pause|resume|trigger|delete`: what starts by the clock. */
import cronstrue from "cronstrue";
import { loadLocal } from "../../../app/local.js";
import { checkedGraph } from "../../../core/check/checked-graph.js";
import type { Problem } from "../../../vocabulary/problems.js";
import type { Result } from "../../../vocabulary/result.js";
import { INTERVAL_MIN_SECONDS, JITTER_MAX_SECONDS } from "../../../vocabulary/schedule-limits.js";
import type { Schedules, ScheduleView, ScheduleWish } from "../../schedules.js";
import { openRuns } from "../backend.js";
import { done, type Ending, failed } from "../ending.js";
import { readGraph } from "../input.js";
import { ownName, type Session } from "../session.js";
import { clock, columns, oneLine, style } from "../text.js";

interface Options {
  graph?: string;
  goal?: string;
  remedy?: boolean;
  cron?: string;
  every?: string;
  timezone: string;
  jitter?: string;
  catchup: string;
  preview?: boolean;
}
type Words = readonly string[];

export async function create(session: Session, [name = ""]: Words, options: Options): Promise<Ending> {
  const timing = timingOf(options);
  if (!timing.ok) return failed(timing.problems);
  const what = await whatOf(session, options);
  if (!what.ok) return failed(what.problems);
  const wish: ScheduleWish = { name, requester: ownName(), ...timing.value, ...what.value };
  return withSchedules(session, async (schedules) => {
    const answer = options.preview === true ? await schedules.preview(wish) : await schedules.create(wish);
    if (!answer.ok) return failed(answer.problems);
    for (const line of linesOf(answer.value)) session.print.result(line);
    if (options.preview === true) session.print.note("nothing was kept: leave --preview out to create it");
    return done({ schedule: documentOf(answer.value), preview: options.preview === true });
  });
}

export function list(session: Session): Promise<Ending> {
  return withSchedules(session, async (schedules) => {
    const answer = await schedules.list();
    if (!answer.ok) return failed(answer.problems);
    if (answer.value.length === 0) session.print.note("there is no schedule");
    const rows = answer.value.map((view) => [
      style.bold(view.name),
      view.paused ? style.yellow("paused") : `next ${view.next[0] === undefined ? "never" : clock(view.next[0])}`,
      oneLine(view.when, 60),
      oneLine(view.what, 80),
    ]);
    for (const line of columns(rows)) session.print.result(line);
    return done({ schedules: answer.value.map(documentOf) });
  });
}

const changing =
  (change: (schedules: Schedules, name: string, reason: string) => Promise<Result<ScheduleView>>) =>
  (session: Session, [name = ""]: Words, { reason = `by ${ownName()}` }: { reason?: string } = {}): Promise<Ending> =>
    withSchedules(session, async (schedules) => {
      const answer = await change(schedules, name, reason);
      if (!answer.ok) return failed(answer.problems);
      for (const line of linesOf(answer.value)) session.print.result(line);
      return done({ schedule: documentOf(answer.value) });
    });

export const show = changing((schedules, name) => schedules.show(name));
export const pause = changing((schedules, name, reason) => schedules.pause(name, reason));
export const resume = changing((schedules, name, reason) => schedules.resume(name, reason));
export const trigger = changing((schedules, name) => schedules.trigger(name));

export function remove(session: Session, [name = ""]: Words): Promise<Ending> {
  return withSchedules(session, async (schedules) => {
    const answer = await schedules.remove(name);
    if (!answer.ok) return failed(answer.problems);
    session.print.result(`deleted ${style.bold(oneLine(name))}; runs that it started go on`);
    return done({ deleted: name });
  });
}

async function withSchedules(session: Session, work: (schedules: Schedules) => Promise<Ending>): Promise<Ending> {
  const opened = await openRuns(session.environment);
  if (!opened.ok) return failed(opened.problems);
  try {
    return await work(opened.schedules);
  } finally {
    await opened.close();
  }
}

type Read<T> = { ok: true; value: T } | { ok: false; problems: Problem[] };
const usage = (at: string, message: string, hint?: string): { ok: false; problems: Problem[] } => ({
  ok: false,
  problems: [{ code: "usage", at, message, ...(hint === undefined ? {} : { hint }) }],
});

type Timing = Pick<ScheduleWish, "cron" | "everySeconds" | "timezone" | "jitterSeconds" | "catchupSeconds" | "when">;

function timingOf({ cron, every, timezone, jitter, catchup }: Options): Read<Timing> {
  if ((cron === undefined) === (every === undefined))
    return usage("--cron", "exactly one of --cron and --every must be given");
  if (!isZone(timezone))
    return usage("--timezone", `${JSON.stringify(timezone.slice(0, 60))} must be a time zone such as Europe/Berlin`);
  const [everySeconds, jitterSeconds, catchupSeconds] = [every, jitter, catchup].map(secondsOf);
  if (every !== undefined && (everySeconds === undefined || everySeconds < INTERVAL_MIN_SECONDS))
    return usage("--every", "it must be a duration of at least a minute, such as 15m or 2h");
  if (jitter !== undefined && (jitterSeconds === undefined || jitterSeconds > JITTER_MAX_SECONDS))
    return usage("--jitter", "it must be a duration of at most a day, such as 5m");
  if (catchupSeconds === undefined || catchupSeconds < 10)
    return usage("--catchup", "it must be a duration of at least 10s");
  const words = cron === undefined ? `every ${every}` : cronWords(cron);
  if (words === undefined)
    return usage("--cron", `${JSON.stringify(cron?.slice(0, 60))} must have five fields, such as "0 7 * * 1-5"`);
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

type What = Pick<ScheduleWish, "graph" | "goal" | "pauses">;

/** A graph is checked by this machine's policy before it is kept; what writes pauses where it went wrong. */
async function whatOf(session: Session, { graph: file, goal, remedy }: Options): Promise<Read<What>> {
  if ((file === undefined) === (goal === undefined))
    return usage("--graph", "exactly one of --graph and --goal must be given");
  if (file === undefined) {
    const asks = remedy === true;
    return { ok: true, value: { goal: { goal: goal ?? "", remedy: asks }, pauses: asks } };
  }
  const read = await readGraph(session, file);
  if (!read.ok) return read;
  const local = await loadLocal(session.environment);
  if (!local.ok) return local;
  const outcome = local.check(read.graph);
  if (!outcome.ok) return { ok: false, problems: read.place(outcome.problems) };
  const pauses = checkedGraph(read.graph, outcome.verdict).nodes.some(({ effect }) => effect === "write");
  return { ok: true, value: { graph: read.graph, pauses } };
}

function linesOf(view: ScheduleView): string[] {
  const { name, when, what, paused, note, next, recent, pausesOnFailure } = view;
  return [
    `${style.bold(oneLine(name))}  ${oneLine(when, 120)}${paused ? `  ${style.yellow("paused")}` : ""}`,
    `  ${oneLine(what, 240)}`,
    ...(pausesOnFailure ? ["  a run that goes wrong pauses it"] : []),
    ...(note === undefined ? [] : [`  ${oneLine(note, 200)}`]),
    ...next.map((ms, index) => `  ${index === 0 ? "next" : "then"} ${clock(ms)}`),
    ...recent.map(({ startedMs, run }) => style.dim(`  started ${clock(startedMs)} ${oneLine(run, 120)}`)),
  ];
}

const documentOf = ({ next, recent, ...view }: ScheduleView) => ({
  ...view,
  next: next.map((ms) => new Date(ms).toISOString()),
  recent: recent.map(({ startedMs, run }) => ({ started: new Date(startedMs).toISOString(), run })),
});
