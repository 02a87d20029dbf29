/** The ladder of an escalation, from the first question to the last step, over a restart of the worker. */
import type { WorkflowHandle } from "@temporalio/client";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { RunView } from "../../src/core/report/view.js";
import type { Report } from "../../src/core/report.js";
import { graphOf, openPolicy, write } from "../support/graphs.js";
import { createTestEnvironment } from "../support/temporal.js";
import { gateOf, type Staged, stage, workflowBundle } from "../support/workflows.js";

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await createTestEnvironment();
});
afterAll(() => environment?.teardown());

/** Tokens are `name:group`. */
const verify = async ({ token }: { token: string }) => {
  const [approver = "", group = ""] = token.split(":");
  return {
    ok: true,
    approver,
    groups: [group],
    channel: "cli",
    issuedMs: Number.MAX_SAFE_INTEGER,
    jti: `jti-${token}-1`,
  };
};
const ladder = () =>
  stage({
    verify,
    policy: {
      ...openPolicy(),
      approval: {
        timeout_seconds: 60,
        require_for_production: true,
        rules: [
          {
            name: "ladder",
            match: { effects: ["write"] },
            groups: ["sre"],
            on_timeout: "escalate",
            remind_after_seconds: [30],
            escalate: [
              { after_seconds: 60, groups: ["leads"], channel: "webhook:leads" },
              { after_seconds: 120, groups: ["directors"] },
            ],
          },
        ],
      },
    },
  });

async function withWorker<T>(taskQueue: string, { activities }: Staged, work: () => Promise<T>): Promise<T> {
  const { nativeConnection: connection, namespace } = environment;
  // Nothing is cached: the server would hold the next task for the worker that is gone.
  const workflows = { workflowBundle: await workflowBundle(), maxCachedWorkflows: 0 };
  const worker = await Worker.create({ connection, namespace, taskQueue, activities, ...workflows });
  return worker.runUntil(work);
}
const start = (taskQueue: string): Promise<WorkflowHandle> =>
  environment.client.workflow.start("runGraph", {
    taskQueue,
    workflowId: taskQueue,
    args: [{ graph: graphOf([write("w")]), requester: "rita" }],
  });
const approve = (handle: WorkflowHandle, token: string) =>
  handle.signal("approve", { node_id: "w", approver: "x", token });
/** Waits until so many decisions were refused. */
const refusals = (handle: WorkflowHandle, count: number) =>
  vi.waitFor(
    async () => {
      const view = (await handle.query("runView")) as RunView;
      expect(view.gates[0]?.refused).toEqual({ "not-allowed": count });
    },
    { timeout: 20_000, interval: 50 },
  );

test("each step lets further people answer, tells its channel, and holds over a restart of the worker", {
  timeout: 90_000,
}, async () => {
  const staged = ladder();
  const handle = await start("climb");
  await withWorker("climb", staged, async () => {
    await gateOf(handle, "w");
    await approve(handle, "lea:leads");
    await refusals(handle, 1);
    await environment.sleep("40s");
    expect(staged.told.map((call) => [call.event, call.channels])).toEqual([["gate-reminder", undefined]]);
  });
  const report = await withWorker("climb", staged, async () => {
    await environment.sleep("30s");
    await approve(handle, "dan:directors");
    await refusals(handle, 2);
    await approve(handle, "lea:leads");
    return (await handle.result()) as Report;
  });
  expect(report.outcome).toBe("succeeded");
  expect(staged.told.map((call) => [call.event, call.channels, call.groups])).toEqual([
    ["gate-reminder", undefined, undefined],
    ["gate-escalated", ["webhook:leads"], ["leads"]],
    ["gate-closed", ["webhook:policy", "webhook:leads"], undefined],
  ]);
  // Who is asked later is told the question, too.
  expect(staged.told[1]).toMatchObject({ environment: "staging", params: {}, rule: { name: "ladder" } });
});

test("a ladder that nobody answers ends as expired, after its last step has had its time", {
  timeout: 90_000,
}, async () => {
  const staged = ladder();
  const handle = await start("silence");
  const report = await withWorker("silence", staged, async () => (await handle.result()) as Report);
  expect(report.outcome).toBe("expired");
  const [gate] = report.gates;
  expect((gate?.closedAtMs ?? 0) - (gate?.openedAtMs ?? 0)).toBeGreaterThanOrEqual(180_000);
  expect(staged.calls).toEqual([]);
  expect(staged.told.at(-1)).toMatchObject({ event: "gate-closed", status: "expired" });
});
