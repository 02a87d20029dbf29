/** Schedules: graphs and goals that start by the clock. Temporal keeps them; no worker and no façade need to run for that. */
import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError, type ScheduleSpec } from "@temporalio/client";
import type { Graph, GraphInput } from "../schema/graph.js";
import type { GoalInput } from "../schema/run-input.js";
import { RUN_QUEUE, WORKFLOWS } from "../vocabulary/names.js";
import type { Problem } from "../vocabulary/problems.js";
import type { Result } from "../vocabulary/result.js";
import { CATCHUP_DEFAULT_SECONDS, NEXT_SHOWN, SCHEDULES_LISTED } from "../vocabulary/schedule-limits.js";
import type { Asked } from "./runs/context.js";
import { promptly } from "./runs/deadline.js";
import { attempt, refusal } from "./runs/temporal-errors.js";
import { type LastStart, lastStarts } from "./schedules/last-starts.js";

export interface ScheduleWish {
  name: string;
  requester: string;
  /** Exactly one: a cron expression, or seconds between two starts. */
  cron?: string;
  everySeconds?: number;
  timezone: string;
  jitterSeconds?: number;
  catchupSeconds?: number;
  /** Exactly one: run as it is stored, or planned anew each time. */
  graph?: GraphInput;
  goal?: Omit<GoalInput, "requester">;
  /** A run that went wrong pauses the schedule. */
  pauses: boolean;
  /** In words, for lists. */
  when: string;
  /** What stands against it and does not keep it from being created. */
  notices?: Problem[];
}

export interface ScheduleView {
  name: string;
  when: string;
  what: string;
  paused: boolean;
  note?: string;
  /** In whose clocks people read the times. */
  timezone: string;
  /** Milliseconds since the epoch. */
  next: number[];
  /** Oldest first; of the last one, what it came to. */
  recent: LastStart[];
  pausesOnFailure: boolean;
  /** Of a preview, and of one that was just created. */
  notices?: Problem[];
}

export interface Schedules {
  create(wish: ScheduleWish): Promise<Result<ScheduleView>>;
  /** When it would start, as Temporal itself reckons; nothing is kept. */
  preview(wish: ScheduleWish): Promise<Result<ScheduleView>>;
  list(): Promise<Result<ScheduleView[]>>;
  show(name: string): Promise<Result<ScheduleView>>;
  pause(name: string, note: string): Promise<Result<ScheduleView>>;
  resume(name: string, note: string): Promise<Result<ScheduleView>>;
  trigger(name: string): Promise<Result<ScheduleView>>;
  remove(name: string): Promise<Result<{ name: string }>>;
}

/** A schedule as a person asks for it: times as they write them. */
export interface ScheduleRequest {
  name: string;
  graph?: Graph;
  goal?: string;
  remedy?: boolean;
  cron?: string;
  every?: string;
  timezone: string;
  jitter?: string;
  catchup: string;
}

/** What the façade is given: it reads the words of a request, and checks its graph by this machine's policy. */
export interface FacadeSchedules extends Schedules {
  wish(request: ScheduleRequest, requester: string): Promise<Result<ScheduleWish>>;
  /** As somebody changes them: each change has its line in the audit log. */
  changedBy(by: ChangedBy): Schedules;
}

/** Who changes them, and the way that they came in. */
export interface ChangedBy {
  actor: string;
  channel: "cli" | "http" | "page";
}

const PREFIX = "autoops-schedule-";
const NAME = /^[a-z0-9][a-z0-9_-]{0,60}$/;
const MEMO = { when: "when", what: "what" } as const;

export function createSchedules(
  client: Client,
  { asked = {}, idTail }: { asked?: Asked; idTail(): string },
): Schedules {
  const { schedule } = client;
  const handleOf = (name: string) => schedule.getHandle(`${PREFIX}${name}`);
  const changed = (name: string, change: () => Promise<unknown>) =>
    foundOr(name, async () => {
      await promptly(client, change);
      return viewOf(client, name);
    });
  const created = async (wish: ScheduleWish, paused: boolean): Promise<Result<ScheduleView>> => {
    try {
      await promptly(client, () => schedule.create(optionsOf(wish, asked, paused)));
    } catch (error) {
      // So the client says what the server cannot read in the times.
      if (!(error instanceof TypeError)) throw error;
      const message = `the times cannot be read: ${error.message.slice(0, 300)}`;
      return refusal({ code: "field-invalid", at: "schedule", message });
    }
    const { notices } = wish;
    return { ok: true, value: { ...(await viewOf(client, wish.name)), notices } };
  };
  return {
    create: (wish) =>
      attempt(wish.name, () =>
        NAME.test(wish.name) ? orTaken(wish.name, () => created(wish, false)) : badName(wish.name),
      ),
    preview: (wish) =>
      attempt(wish.name, async () => {
        const name = `preview-${idTail()}`;
        try {
          const seen = await created({ ...wish, name }, true);
          return seen.ok ? { ok: true, value: { ...seen.value, name: wish.name, paused: false } } : seen;
        } finally {
          await promptly(client, () => handleOf(name).delete()).catch(() => undefined);
        }
      }),
    list: () => attempt("schedules", async () => ({ ok: true, value: await listed(client) })),
    show: (name) => foundOr(name, () => viewOf(client, name)),
    pause: (name, note) => changed(name, () => handleOf(name).pause(note)),
    resume: (name, note) => changed(name, () => handleOf(name).unpause(note)),
    // Not beside one that goes on, and seen by the schedule, which pauses where it goes wrong.
    trigger: (name) => changed(name, () => handleOf(name).trigger("SKIP")),
    remove: (name) =>
      foundOr(name, async () => {
        await promptly(client, () => handleOf(name).delete());
        return { name };
      }),
  };
}

function optionsOf(wish: ScheduleWish, { dryRun, stricter }: Asked, paused: boolean) {
  const { name, requester, graph, goal, pauses, catchupSeconds = CATCHUP_DEFAULT_SECONDS } = wish;
  const input = {
    ...{ requester, pauses },
    graph,
    goal,
    dry_run: dryRun || undefined,
    stricter,
  };
  return {
    scheduleId: `${PREFIX}${name}`,
    spec: specOf(wish),
    action: {
      type: "startWorkflow" as const,
      workflowType: WORKFLOWS.runScheduled,
      workflowId: `schedule-${name}`,
      taskQueue: RUN_QUEUE,
      args: [input],
    },
    policies: { overlap: "SKIP" as const, catchupWindow: catchupSeconds * 1_000, pauseOnFailure: pauses },
    state: { paused },
    memo: { [MEMO.when]: wish.when, [MEMO.what]: whatOf(wish) },
  };
}

function specOf({ cron, everySeconds, timezone, jitterSeconds }: ScheduleWish): ScheduleSpec {
  return {
    cronExpressions: cron === undefined ? undefined : [cron],
    intervals: everySeconds === undefined ? undefined : [{ every: everySeconds * 1_000 }],
    timezone,
    jitter: jitterSeconds === undefined ? undefined : jitterSeconds * 1_000,
  };
}

const whatOf = ({ graph, goal }: ScheduleWish): string =>
  graph === undefined
    ? `plans anew each time: ${(goal?.goal ?? "").slice(0, 200)}`
    : `runs the stored graph: ${graph.name}`;

async function viewOf(client: Client, name: string): Promise<ScheduleView> {
  const { memo, spec, state, info, policies } = await promptly(client, () =>
    client.schedule.getHandle(`${PREFIX}${name}`).describe(),
  );
  const text = (key: string): string => (typeof memo?.[key] === "string" ? String(memo[key]) : "");
  return {
    name,
    when: text(MEMO.when),
    what: text(MEMO.what),
    paused: state.paused,
    note: state.note || undefined,
    timezone: spec.timezone ?? "UTC",
    next: info.nextActionTimes.slice(0, NEXT_SHOWN).map((time) => time.getTime()),
    recent: await lastStarts(client, info.recentActions.slice(-NEXT_SHOWN)),
    pausesOnFailure: policies.pauseOnFailure,
  };
}

async function listed(client: Client): Promise<ScheduleView[]> {
  const names: string[] = [];
  for await (const { scheduleId } of client.schedule.list({ pageSize: SCHEDULES_LISTED })) {
    if (scheduleId.startsWith(PREFIX)) names.push(scheduleId.slice(PREFIX.length));
    if (names.length >= SCHEDULES_LISTED) break;
  }
  const views = await Promise.all(names.sort().map((name) => viewOf(client, name).catch(() => undefined)));
  return views.filter((view) => view !== undefined);
}

function foundOr<T>(name: string, call: () => Promise<T>): Promise<Result<T>> {
  return attempt(name, async () => {
    try {
      return { ok: true as const, value: await call() };
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
      const message = `there is no schedule ${JSON.stringify(name.slice(0, 60))}`;
      return refusal({ code: "not-found", at: name, message, hint: "list them: autoops schedules list" });
    }
  });
}

async function orTaken<T>(name: string, call: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const message = `a schedule ${name} exists already`;
    return refusal({ code: "usage", at: name, message, hint: "take another name, or delete it first" });
  }
}

function badName(name: string) {
  const message = `the name must be 1 to 61 small letters, digits, - or _, got ${JSON.stringify(name.slice(0, 60))}`;
  return Promise.resolve(refusal({ code: "usage", at: "name", message }));
}
