/** What anyone in the namespace may send: values made to exhaust whoever walks them end in an answer, never in a run that hangs. */
import { randomUUID } from "node:crypto";
import type { WorkflowHandle } from "@temporalio/client";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { graphOf, write } from "../support/graphs.js";
import { createTestEnvironment, quietRuntime } from "../support/temporal.js";
import { gateOf, play, stage, workflowBundle } from "../support/workflows.js";

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await createTestEnvironment();
});
afterAll(() => environment?.teardown());

const NAMESPACE = "default";
/** As bytes: no client of ours would write them. */
const DEEP = `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
const payloads = (...texts: string[]) => ({
  payloads: texts.map((text) => ({ metadata: { encoding: Buffer.from("json/plain") }, data: Buffer.from(text) })),
});

const signalRaw = (handle: WorkflowHandle, signalName: string, text: string) =>
  environment.client.workflowService.signalWorkflowExecution({
    namespace: NAMESPACE,
    workflowExecution: { workflowId: handle.workflowId },
    signalName,
    input: payloads(text),
  });

test("decisions and events that nest twenty thousand levels count for nothing, and the run goes on", async () => {
  const staged = stage();
  const graph = graphOf([write("w", { withdraw_when: "event.a == 2" })]);
  const report = await play(environment, graph, staged, async (handle) => {
    await gateOf(handle, "w");
    await signalRaw(handle, "approve", `{"node_id":"w","approver":"ann","params":${DEEP}}`);
    await signalRaw(handle, "approve", DEEP);
    await signalRaw(handle, "reject", `{"node_id":"w","approver":${DEEP}}`);
    await signalRaw(handle, "event", DEEP);
    await signalRaw(handle, "approve", '{"node_id":"w","approver":"ann"}');
  });
  expect(report.outcome).toBe("succeeded");
  expect(staged.calls).toEqual(["w"]);
  expect(report.problems.map(({ code, at }) => [code, at])).toContainEqual(["field-invalid", "event"]);
});

test("a workflow whose input cannot be looked at ends with a code", async () => {
  quietRuntime();
  const taskQueue = `hostile-${randomUUID()}`;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    namespace: environment.namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: stage().activities,
  });
  const codeOf = async (workflow: string, ...inputs: string[]): Promise<unknown> => {
    const workflowId = randomUUID();
    await environment.client.workflowService.startWorkflowExecution({
      namespace: NAMESPACE,
      workflowId,
      requestId: workflowId,
      workflowType: { name: workflow },
      taskQueue: { name: taskQueue },
      input: payloads(...inputs),
    });
    const ended = environment.client.workflow.getHandle(workflowId).result();
    return ended.then(
      () => "done",
      (error: { cause?: { type?: unknown } }) => error.cause?.type,
    );
  };
  await worker.runUntil(async () => {
    for (const workflow of ["runGraph", "planGoal", "runGoal"]) {
      expect(await codeOf(workflow, `{"requester":"r","goal":"g","params":${DEEP}}`)).toBe("document-too-large");
      expect(await codeOf(workflow, `{"requester":"r","graph":${DEEP}}`)).toBe("document-too-large");
      for (const input of ["null", "7", '"text"', "[]"]) expect(await codeOf(workflow, input)).toBe("field-invalid");
      expect(await codeOf(workflow)).toBe("field-invalid");
    }
  });
});
