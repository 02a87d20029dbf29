/** Schedules on a real server: previews that follow the clocks of a time zone, one start at a time, and a pause where a run went wrong. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type OpenedRuns, openRuns } from "../../src/client/runs/open-runs.js";
import type { ScheduleView, ScheduleWish } from "../../src/client/schedules.js";
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
    expect(await opened.schedules.show("spring")).toMatchObject({ ok: false, problems: [{ code: "not-found" }] });
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
