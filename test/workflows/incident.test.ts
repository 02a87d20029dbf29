/** The alerts of one group start at most one run; what comes later joins it, and what is over stops what has not started. */
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { IncidentPlan } from "../../src/activities/incident/contract.js";
import type { IncidentView } from "../../src/core/incident/incident.js";
import type { Report } from "../../src/core/report.js";
import { graphOf, write } from "../support/graphs.js";
import { createTestEnvironment } from "../support/temporal.js";
import { stage, workflowBundle } from "../support/workflows.js";

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await createTestEnvironment();
}, 120_000);
afterAll(() => environment?.teardown());

const looks = graphOf(["a", "b"], ["a>b"]);
const starting = (graph = looks, mode: "investigate" | "run" = "investigate"): IncidentPlan =>
  ({ kind: "start", graph, mode, title: "HighErrors", notes: ["one was left out"] }) as IncidentPlan;
const alert = (id: string, status = "firing") => ({ id, name: "HighErrors", says: "", labels: { pod: id }, status });

let count = 0;
interface Incident {
  send(...alerts: object[]): Promise<void>;
  view(): Promise<IncidentView>;
  result(): Promise<IncidentView>;
  planned: Array<{ hook: string; alerts: unknown[] }>;
}

/** Runs `act` beside an incident whose planning gives `plan`. */
async function play(
  plan: IncidentPlan | (() => Promise<IncidentPlan>),
  act: (incident: Incident) => Promise<void>,
  tools = {},
): Promise<void> {
  const taskQueue = `incident-${++count}-${process.pid}`;
  const workflowId = `alert-pager-${String(count).padStart(24, "0")}`;
  const planned: Incident["planned"] = [];
  const plan_incident = async (asked: Incident["planned"][number]) => {
    planned.push(asked);
    return typeof plan === "function" ? await plan() : plan;
  };
  const staged = stage({ tools });
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    namespace: environment.namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: { ...staged.activities, plan_incident },
  });
  const { workflow } = environment.client;
  const input = {
    hook: "pager",
    key: { alertname: "HighErrors" },
    settings: { debounceMs: 10_000, cooldownMs: 60_000 },
  };
  const handle = workflow.getHandle(workflowId);
  await worker.runUntil(() =>
    act({
      send: async (...alerts) => {
        const started = { workflowId, taskQueue, args: [input], signal: "alerts", signalArgs: [alerts] };
        await workflow.signalWithStart("incident", started);
      },
      view: () => handle.query("incidentView"),
      result: () => handle.result() as Promise<IncidentView>,
      planned,
    }),
  );
}

test("what comes within the debounce is one run; what comes while it cools down joins it", async () => {
  await play(starting(), async ({ send, result, view, planned }) => {
    await send(alert("a"), alert("b"));
    await send(alert("a"), alert("c"));
    await environment.sleep("15s");
    await send(alert("d"));
    expect(await view()).toMatchObject({ phase: "cooling", alerts: 4, taken: 5 });
    const ended = await result();
    expect(ended).toMatchObject({
      phase: "ended",
      alerts: 4,
      firing: 4,
      taken: 5,
      run: { outcome: "succeeded", mode: "investigate" },
    });
    expect(ended.notes).toEqual(["one was left out"]);
    expect(planned).toHaveLength(1);
    expect(planned[0]?.alerts).toHaveLength(3);
    const report = (await environment.client.workflow.getHandle(ended.run?.id ?? "").result()) as Report;
    expect(report).toMatchObject({ outcome: "succeeded", requester: "alert-pager" });
  });
}, 60_000);

test("what is resolved before anything has started starts nothing; what fires again within the cool-down does", async () => {
  await play(starting(), async ({ send, result, view, planned }) => {
    await send(alert("a"));
    await send(alert("a", "resolved"));
    await environment.sleep("15s");
    expect(await view()).toMatchObject({ phase: "quiet", notStarted: "resolved", firing: 0 });
    expect(planned).toEqual([]);
    await send(alert("a"));
    const ended = await result();
    expect(ended).toMatchObject({ alerts: 1, taken: 3, run: { outcome: "succeeded" } });
    expect(ended.notStarted).toBeUndefined();
  });
}, 60_000);

test.each([
  ["no-rule", "unmatched"],
  ["no-plan", "not-planned"],
  ["suppressed", "suppressed"],
  ["planned", "planned"],
] as const)(
  "what is %s starts nothing, is listed, and is not planned anew by a repeat",
  async (kind, notStarted) => {
    await play({ kind, notes: ["why"] }, async ({ send, result, planned }) => {
      await send(alert("a"));
      await environment.sleep("15s");
      await send(alert("a"));
      const ended = await result();
      expect(ended).toMatchObject({ notStarted, notes: ["why"], taken: 2, alerts: 1 });
      expect(ended.run).toBeUndefined();
      expect(planned).toHaveLength(1);
    });
  },
  60_000,
);

test("what is resolved while its run waits withdraws the gate that says so, and stands in the report", async () => {
  const when = "event.name == 'alert' and event.status == 'resolved'";
  const graph = graphOf([write("act", { params: { version: "1" }, withdraw_when: when })], []);
  await play(starting(graph, "run"), async ({ send, result }) => {
    await send(alert("a"));
    await environment.sleep("15s");
    await send(alert("b"));
    await environment.sleep("15s");
    await send(alert("a", "resolved"), alert("b", "resolved"));
    const ended = await result();
    expect(ended.run).toMatchObject({ mode: "run" });
    const report = (await environment.client.workflow.getHandle(ended.run?.id ?? "").result()) as Report;
    expect(report.gates).toMatchObject([{ nodeId: "act", status: "withdrawn" }]);
    expect(report.text).toMatch(/1 more alerts of the group came while it ran: HighErrors/);
    expect(report.text).toMatch(/all alerts were resolved by themselves/);
  });
}, 60_000);

test("what comes while the run is being planned reaches its report", async () => {
  const when = "event.name == 'alert' and event.status == 'resolved'";
  const graph = graphOf([write("act", { params: { version: "1" }, withdraw_when: when })], []);
  let later = async (): Promise<void> => undefined;
  const planning = async () => {
    await later();
    return starting(graph, "run");
  };
  await play(planning, async ({ send, result }) => {
    later = () => send(alert("late"));
    await send(alert("a"));
    await environment.sleep("30s");
    await send(alert("a", "resolved"), alert("late", "resolved"));
    const ended = await result();
    const report = (await environment.client.workflow.getHandle(ended.run?.id ?? "").result()) as Report;
    expect(report.text).toMatch(/1 more alerts of the group came while it ran: HighErrors/);
    expect(report.gates).toMatchObject([{ nodeId: "act", status: "withdrawn" }]);
  });
}, 60_000);

test("what is no alert counts for nothing", async () => {
  await play(starting(), async ({ send, result }) => {
    const bad = [
      {},
      { ...alert("a"), status: "maybe" },
      { ...alert("a"), labels: { pod: 7 } },
      { ...alert("__proto__") },
    ];
    await send(...bad, alert("a"));
    expect(await result()).toMatchObject({ alerts: 1, taken: 1 });
  });
}, 60_000);
