/** Every kept history replays on the workflows as they are now, whatever they guard. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker } from "@temporalio/worker";
import { DeterminismViolationError } from "@temporalio/workflow";
import { beforeAll, expect, test } from "vitest";
import { Fold } from "../../src/client/runs/fold.js";
import { firstValue } from "../../src/client/runs/payloads.js";
import type { RunView } from "../../src/core/report/view.js";
import type { Report } from "../../src/core/report.js";
import { quietRuntime } from "../support/temporal.js";
import { workflowBundle } from "../support/workflows.js";
import { SCENARIOS } from "./scenarios.js";

const FOLDER = join(import.meta.dirname, "histories");
const kept = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.replace(/\.json$/, ""));

interface Event {
  activityTaskScheduledEventAttributes?: { activityId: string; activityType: { name: string } };
}
const read = (name: string): { events: Event[] } =>
  JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")) as { events: Event[] };

beforeAll(() => {
  quietRuntime();
});

async function replay(history: unknown): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, historyFromJSON(history));
}

test("at least ten histories are kept, one for each scenario", () => {
  expect(kept.length).toBeGreaterThanOrEqual(10);
  expect(Object.keys(SCENARIOS).filter((name) => !kept.includes(name))).toEqual([]);
});

test.each(kept)("%s replays", async (name) => {
  await expect(replay(read(name))).resolves.toBeUndefined();
});

test("a history that was edited is seen not to fit", async () => {
  const history = read("chain-of-three");
  const scheduled = history.events.find((event) => event.activityTaskScheduledEventAttributes?.activityId === "b");
  if (scheduled?.activityTaskScheduledEventAttributes === undefined) throw new Error("the history schedules b");
  scheduled.activityTaskScheduledEventAttributes.activityType.name = "another";
  await expect(replay(history)).rejects.toBeInstanceOf(DeterminismViolationError);
});

test.each(kept)("%s gives the same nodes and gates without a worker", (name) => {
  const { events = [] } = historyFromJSON(read(name));
  const fold = new Fold("run", 0);
  for (const event of events ?? []) fold.add(event);
  fold.endTask();
  const result = events?.at(-1)?.workflowExecutionCompletedEventAttributes?.result;
  if (!result) return expect(fold.ending?.kind).toBe("continued");
  const report = firstValue(result) as Report;
  const brief = ({ nodes, gates }: Pick<RunView | Report, "nodes" | "gates">) => ({
    nodes: nodes.map(({ id, status, reason, verification }) => ({ id, status, reason, verification })),
    gates: gates.map(({ nodeId, status, refused, votes }) => ({ nodeId, status, refused, votes: votes.length })),
  });
  expect(JSON.parse(JSON.stringify(brief(fold.view())))).toEqual(JSON.parse(JSON.stringify(brief(report))));
});

/** The event stands in the history before that with this number; all later ones move on by one. */
function inserted(history: { events: object[] }, at: number, event: object): { events: object[] } {
  const shifted = (value: unknown, key = ""): unknown => {
    if (Array.isArray(value)) return value.map((one) => shifted(one));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shifted(one, name)]));
    }
    return /eventid$/i.test(key) && Number(value) >= at ? String(Number(value) + 1) : value;
  };
  const events = history.events.map((one) => shifted(one) as object);
  return { events: [...events.slice(0, at - 1), { ...event, eventId: String(at) }, ...events.slice(at - 1)] };
}

test("a skip that was sent to an older worker changed nothing: not on replay, and not in what is shown", async () => {
  const history = read("gate-approved-by-signal") as { events: Array<Record<string, unknown>> };
  const at = history.events.findIndex((event) => event.workflowExecutionSignaledEventAttributes !== undefined);
  const { workflowExecutionSignaledEventAttributes: attributes, ...rest } = history.events[at] as Record<
    string,
    object
  >;
  const skip = { ...rest, workflowExecutionSignaledEventAttributes: { ...attributes, signalName: "skip" } };
  const older = inserted(history, at + 1, skip);
  await expect(replay(older)).resolves.toBeUndefined();
  const fold = new Fold("run", 0);
  for (const event of historyFromJSON(older).events ?? []) fold.add(event);
  fold.endTask();
  expect(fold.view().gates).toMatchObject([{ status: "approved", votes: [{ decision: "approve" }] }]);
});
