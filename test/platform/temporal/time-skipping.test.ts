/** The time-skipping server that workflow tests run on. */
import { fileURLToPath } from "node:url";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestEnvironment } from "../../support/temporal.js";

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await createTestEnvironment();
}, 60_000);
afterAll(async () => await environment?.teardown());

test("a workflow that sets our search attributes and waits 300 s ends at once", async () => {
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: "sleepers",
    workflowsPath: fileURLToPath(new URL("sleeper.workflow.ts", import.meta.url)),
  });
  const startedAtMs = Date.now();
  const before = await environment.currentTimeMs();
  const result = await worker.runUntil(
    environment.client.workflow.execute("sleeper", { taskQueue: "sleepers", workflowId: "sleeper", args: [300] }),
  );
  expect(result).toBe("awake");
  expect((await environment.currentTimeMs()) - before).toBeGreaterThanOrEqual(300_000);
  expect(Date.now() - startedAtMs).toBeLessThan(30_000);
}, 60_000);
