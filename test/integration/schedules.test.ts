/** Schedules on a real server: previews that follow the clocks of a time zone, one start at a time, and a pause where a run went wrong. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { wishOf } from "../../src/client/cli/schedule-wish.js";
import { startFacade } from "../../src/client/http/server.js";
import type { OpenedRuns } from "../../src/client/runs/connected-runs.js";
import { openRuns } from "../../src/client/runs/open-runs.js";
import { auditedSchedules } from "../../src/client/schedules/audit.js";
import type { ChangedBy, ScheduleRequest, ScheduleView, ScheduleWish } from "../../src/client/schedules.js";
import { createLog } from "../../src/platform/log.js";
import type { AuditEntry } from "../../src/schema/audit.js";
import type { GraphInput } from "../../src/schema/graph.js";
import type { StartedWorker } from "../../src/worker.js";
import { createMachine, type Machine } from "../support/machine.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let machine: Machine;
let worker: StartedWorker;
let opened: OpenedRuns;

beforeAll(async () => {
  server = await startTestDevServer();
  machine = createMachine(server.address);
  worker = await machine.startWorker();
  const runs = await openRuns(machine.variables);
  if (!runs.ok) throw new Error(JSON.stringify(runs.problems));
  opened = runs.value;
}, 180_000);
afterAll(async () => {
  await opened?.close();
  await worker?.stop();
  await server?.stop();
  machine?.remove();
});

const graphOf = (tool: string): GraphInput =>
  ({
    ...{ id: "g", name: "Sum up", goal_description: "say what is", edges: [] },
    nodes: [{ id: "sum", name: "sum", type: "summary", tool, params: {} }],
  }) as GraphInput;
const wish = (name: string, more: Partial<ScheduleWish> = {}): ScheduleWish => ({
  ...{ name, requester: "rita", timezone: "UTC", pauses: false, when: "in words", graph: graphOf("summary") },
  ...(more.everySeconds === undefined && more.cron === undefined ? { everySeconds: 3_600 } : {}),
  ...more,
});
function viewOf(answer: Awaited<ReturnType<OpenedRuns["schedules"]["show"]>>): ScheduleView {
  if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
  return answer.value;
}

describe("a preview", () => {
  test("follows the clocks of its zone where they change, and keeps nothing", async () => {
    const morning = wish("spring", { cron: "0 9 27-29 3 *", timezone: "Europe/Berlin" });
    const seen = viewOf(await opened.schedules.preview(morning));
    const hours = seen.next.slice(0, 3).map((ms) => new Date(ms).toISOString().slice(5, 16));
    // The clocks went forward in the night to the last Sunday of March: 28 March 2027.
    expect(new Date(seen.next[0] ?? 0).getUTCFullYear() !== 2027 || hours.join()).toSatisfy(
      (value: boolean | string) => value === true || value === "03-27T08:00,03-28T07:00,03-29T07:00",
    );
    expect(seen.next).toHaveLength(5);
    expect(seen).toMatchObject({ paused: false, timezone: "Europe/Berlin" });
    expect(await opened.schedules.show("spring")).toMatchObject({ ok: false, problems: [{ code: "not-found" }] });
  });
  /** Days around the next times that the clocks of Berlin change, in UTC. */
  function clockChanges(): Array<{ day: Date; isForward: boolean }> {
    const offsetAt = (ms: number): string =>
      new Intl.DateTimeFormat("en", { timeZone: "Europe/Berlin", timeZoneName: "longOffset" }).format(ms).slice(-9);
    const days = Array.from({ length: 370 }, (_, at) => Math.floor(Date.now() / 86_400_000 + 2 + at) * 86_400_000);
    return days
      .filter((ms) => offsetAt(ms) !== offsetAt(ms + 86_400_000))
      .map((ms) => ({ day: new Date(ms), isForward: offsetAt(ms + 86_400_000).includes("+02") }));
  }
  test("of an hour that the clocks leave out has no start on that day, and of one that comes twice one", async () => {
    const changes = clockChanges();
    expect(changes.map(({ isForward }) => isForward).sort()).toEqual([false, true]);
    for (const { day, isForward } of changes) {
      const [date, month] = [day.getUTCDate(), day.getUTCMonth() + 1];
      const cron = `30 2 ${date - 1}-${Math.min(31, date + 1)} ${month} *`;
      const name = isForward ? "left-out" : "twice";
      const { next } = viewOf(await opened.schedules.preview(wish(name, { cron, timezone: "Europe/Berlin" })));
      const onTheDay = next.filter((ms) => Math.abs(ms - day.getTime() - 43_200_000) < 43_200_000);
      expect([name, onTheDay.map((ms) => new Date(ms).toISOString().slice(11, 16))]).toEqual([
        name,
        isForward ? [] : ["01:30"],
      ]);
    }
  });
  test("of what Temporal cannot read is refused", async () => {
    const bad = await opened.schedules.preview(wish("bad", { cron: "99 99 * * *" }));
    expect(bad).toMatchObject({ ok: false, problems: [{ code: "field-invalid" }] });
  });
});

test("a schedule is created once, listed, triggered, paused, resumed and forgotten", async () => {
  const { schedules } = opened;
  expect(await schedules.create(wish("Not a name"))).toMatchObject({ ok: false, problems: [{ code: "usage" }] });
  const made = viewOf(await schedules.create(wish("nightly")));
  expect(made).toMatchObject({ name: "nightly", paused: false, what: "runs the stored graph: Sum up" });
  expect(await schedules.create(wish("nightly"))).toMatchObject({
    ok: false,
    problems: [{ message: "a schedule nightly exists already" }],
  });
  await schedules.trigger("nightly");
  await vi.waitFor(
    async () => {
      const [run] = viewOf(await schedules.show("nightly")).recent;
      const report = await opened.runs.report(`${run?.run ?? ""}.run`, 1_000);
      expect(report).toMatchObject({ ok: true, value: { outcome: "succeeded", requester: "rita" } });
      expect(run).toMatchObject({ outcome: "succeeded" });
    },
    { timeout: 60_000, interval: 500 },
  );
  expect(viewOf(await schedules.pause("nightly", "freeze"))).toMatchObject({ paused: true, note: "freeze" });
  expect(viewOf(await schedules.resume("nightly", "go on"))).toMatchObject({ paused: false });
  await vi.waitFor(
    async () => expect(await schedules.list()).toMatchObject({ ok: true, value: [{ name: "nightly" }] }),
    { timeout: 20_000 },
  );
  expect(await schedules.remove("nightly")).toMatchObject({ ok: true });
  expect(await schedules.remove("nightly")).toMatchObject({ ok: false, problems: [{ code: "not-found" }] });
}, 120_000);

describe("by HTTP", () => {
  let url: string;
  let stop: () => Promise<void>;
  const noted: AuditEntry[] = [];
  beforeAll(async () => {
    const wish = (request: ScheduleRequest, requester: string) => wishOf(request, requester, machine.variables);
    const audit = { note: async (entry: AuditEntry) => void noted.push(entry) };
    const changedBy = (by: ChangedBy) => auditedSchedules(opened.schedules, audit, by);
    const started = await startFacade({
      ...{ runs: opened.runs, operator: "ann", staticDir: "/nonexistent", log: createLog("fatal") },
      ...{ host: "127.0.0.1", port: 0, schedules: { ...opened.schedules, wish, changedBy } },
    });
    if (!started.ok) throw new Error(JSON.stringify(started.problems));
    ({ url, stop } = started.facade);
  });
  afterAll(() => stop?.());
  async function ask(method: string, path = "", body?: object) {
    const headers = { "content-type": "application/json" };
    const init = { method, ...(body === undefined ? {} : { headers, body: JSON.stringify(body) }) };
    const answer = await fetch(`${url}/api/v1/schedules${path}`, init);
    // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
    return { status: answer.status, body: (await answer.json()) as any };
  }
  const daily = { name: "daily", goal: "is the shop well?", cron: "0 7 * * 1-5", timezone: "Europe/Berlin" };

  test("it is previewed, created, shown, paused, resumed, triggered and deleted", async () => {
    const previewed = await ask("POST", "", { ...daily, preview: true });
    expect(previewed).toMatchObject({ status: 200, body: { when: expect.stringMatching(/07:00.*Europe\/Berlin/) } });
    expect(previewed.body.next).toHaveLength(5);
    // Nothing that the machine declares could be looked at: a goal that fails at every start is told before it is kept.
    const fails = {
      message: expect.stringMatching(/^planned now, it would fail: /),
      hint: expect.not.stringContaining("--"),
    };
    expect(previewed.body.notices).toEqual([expect.objectContaining(fails)]);
    expect((await ask("GET", "/daily")).status).toBe(404);
    expect(await ask("POST", "", daily)).toMatchObject({
      status: 201,
      body: {
        name: "daily",
        what: "plans anew each time: is the shop well?",
        pausesOnFailure: false,
        notices: [fails],
      },
    });
    expect(await ask("POST", "/daily/pause", { reason: "freeze" })).toMatchObject({
      status: 200,
      body: { paused: true, note: "freeze" },
    });
    expect(await ask("POST", "/daily/resume", {})).toMatchObject({ body: { paused: false, note: "by ann" } });
    expect((await ask("POST", "/daily/trigger", {})).status).toBe(200);
    expect(await ask("DELETE", "/daily")).toMatchObject({ status: 200, body: { name: "daily" } });
    expect((await ask("GET", "/daily")).status).toBe(404);
    expect((await ask("DELETE", "/daily")).status).toBe(404);
    const lines = noted.map(({ event, actor, channel, details }) => ({ event, actor, channel, ...details }));
    const by = { actor: "ann", channel: "http", schedule: "daily" };
    expect(lines).toEqual([
      {
        ...by,
        event: "schedule-created",
        when: expect.stringContaining("07:00"),
        pauses_on_failure: false,
        goal: "is the shop well?",
        remedy: false,
      },
      { ...by, event: "schedule-paused", reason: "freeze" },
      { ...by, event: "schedule-resumed", reason: "by ann" },
      { ...by, event: "schedule-triggered" },
      { ...by, event: "schedule-deleted" },
    ]);
  }, 60_000);
  test.each<[string, object, string]>([
    ["neither graph nor goal", { name: "a", every: "1h" }, "body"],
    ["no time", { name: "a", goal: "g" }, "cron"],
    ["two times", { name: "a", goal: "g", every: "1h", cron: "0 7 * * *" }, "cron"],
    ["a time that cannot be read", { name: "a", goal: "g", every: "soon" }, "every"],
    ["no zone", { ...daily, timezone: "Moon/Base" }, "timezone"],
    ["seconds in cron", { ...daily, cron: "0 0 7 * * *" }, "cron"],
    ["a graph that the policy refuses", { name: "a", every: "1h", graph: graphOf("no_such_tool") }, "nodes[0].tool"],
  ])("with %s it is refused with the field", async (_, body, at) => {
    const refused = await ask("POST", "", body);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.status).toBeLessThan(500);
    expect(refused.body.problems[0].at).toBe(at);
  });
});

test("a run that goes wrong pauses the schedule that says so, and no other", async () => {
  const { schedules } = opened;
  for (const [name, pauses] of [
    ["strict", true],
    ["loose", false],
  ] as const) {
    viewOf(await schedules.create(wish(name, { graph: graphOf("no_such_tool"), pauses })));
    await schedules.trigger(name);
  }
  await vi.waitFor(async () => expect(viewOf(await schedules.show("strict")).paused).toBe(true), {
    timeout: 60_000,
    interval: 500,
  });
}, 120_000);

test("a start that could not be planned says why, for it left no run behind", async () => {
  const { schedules } = opened;
  const goal = { goal: "is anything wrong in the stack?" };
  viewOf(
    await schedules.create({
      name: "blind",
      requester: "rita",
      timezone: "UTC",
      pauses: false,
      when: "hourly",
      everySeconds: 3_600,
      goal,
    }),
  );
  await schedules.trigger("blind");
  await vi.waitFor(
    async () => {
      const [start] = viewOf(await schedules.show("blind")).recent;
      expect(start).toMatchObject({ outcome: "failed", message: expect.stringMatching(/\w/) });
    },
    { timeout: 60_000, interval: 500 },
  );
}, 120_000);
