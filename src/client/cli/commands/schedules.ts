/** `autoops schedules create|list|show|pause|resume|trigger|delete`: what starts by the clock. */
import { type AuditLog, createAuditLog } from "../../../platform/audit/log.js";
import { readEnvironment } from "../../../platform/environment.js";
import { storesOf } from "../../../platform/stores.js";
import { childRunId } from "../../../vocabulary/names.js";
import type { Problem } from "../../../vocabulary/problems.js";
import type { Result } from "../../../vocabulary/result.js";
import { auditedSchedules } from "../../schedules/audit.js";
import type { ScheduleRequest, Schedules, ScheduleView } from "../../schedules.js";
import { openRuns } from "../backend.js";
import { done, type Ending, failed } from "../ending.js";
import { readGraph } from "../input.js";
import { noteWarnings } from "../plan-text.js";
import { wishOf } from "../schedule-wish.js";
import { ownName, type Session } from "../session.js";
import { clockIn, columns, oneLine, style } from "../text.js";

interface Options extends Omit<ScheduleRequest, "name" | "graph"> {
  graph?: string;
  preview?: boolean;
}
type Words = readonly string[];

export async function create(
  session: Session,
  [name = ""]: Words,
  { graph: file, preview = false, ...options }: Options,
): Promise<Ending> {
  const read = file === undefined ? undefined : await readGraph(session, file);
  if (read?.ok === false) return failed(read.problems);
  const asked = { name, ...options, graph: read?.graph };
  const wished = await wishOf(asked, ownName(), session.environment);
  if (!wished.ok) return failed(read === undefined ? wished.problems : read.place(wished.problems));
  const wish = wished.value;
  return withSchedules(session, async (schedules) => {
    const answer = preview ? await schedules.preview(wish) : await schedules.create(wish);
    if (!answer.ok) return failed(answer.problems);
    for (const line of linesOf(answer.value)) session.print.result(line);
    noteDoubts(session, answer.value.notices ?? []);
    if (preview) session.print.note("nothing was kept: leave --preview out to create it");
    return done({ schedule: documentOf(answer.value), preview });
  });
}

export function list(session: Session): Promise<Ending> {
  return withSchedules(session, async (schedules) => {
    const answer = await schedules.list();
    if (!answer.ok) return failed(answer.problems);
    if (answer.value.length === 0) session.print.note("there is no schedule");
    const rows = answer.value.map((view) => [
      style.bold(view.name),
      view.paused
        ? style.yellow("paused")
        : `next ${view.next[0] === undefined ? "never" : clockIn(view.timezone, view.next[0])}`,
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
    const by = { actor: ownName(), channel: "cli" } as const;
    return await work(auditedSchedules(opened.schedules, ownAudit(session), by));
  } finally {
    await opened.close();
  }
}

function ownAudit(session: Session): Pick<AuditLog, "note"> {
  const read = readEnvironment(session.environment);
  if (!read.ok) return { note: async () => undefined };
  return createAuditLog({
    directory: storesOf(read.environment).audit,
    now: Date.now,
    onProblem: (message) => session.print.note(`${style.yellow("audit")} ${message}`),
  });
}

function linesOf(view: ScheduleView): string[] {
  const { name, when, what, paused, note, timezone, next, recent, pausesOnFailure } = view;
  return [
    `${style.bold(oneLine(name))}  ${oneLine(when, 120)}${paused ? `  ${style.yellow("paused")}` : ""}`,
    `  ${oneLine(what, 240)}`,
    ...(pausesOnFailure ? ["  a run that goes wrong pauses it"] : []),
    ...(note === undefined ? [] : [`  ${oneLine(note, 200)}`]),
    ...next.map(
      (ms, index) => `  ${index > 0 ? "then" : paused ? "once resumed, next" : "next"} ${clockIn(timezone, ms)}`,
    ),
    ...recent.flatMap((start) => startLines(start, timezone)),
  ];
}

function startLines({ startedMs, run, outcome, message }: ScheduleView["recent"][number], timezone: string): string[] {
  const said = outcome === undefined ? "" : `  ${style.bold(oneLine(outcome, 40))}`;
  const started = `${style.dim(`  started ${clockIn(timezone, startedMs)} ${oneLine(childRunId(run), 120)}`)}${said}`;
  return message === undefined ? [started] : [started, `    ${oneLine(message, 240)}`];
}

function noteDoubts({ print }: Session, notices: readonly Problem[]): void {
  noteWarnings(print, notices);
  for (const { hint } of notices) if (hint !== undefined) print.note(`  ${oneLine(hint, 400)}`);
}

const documentOf = ({ next, recent, ...view }: ScheduleView) => ({
  ...view,
  next: next.map((ms) => new Date(ms).toISOString()),
  recent: recent.map(({ startedMs, ...start }) => ({ started: new Date(startedMs).toISOString(), ...start })),
});
