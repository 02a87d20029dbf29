/** The watch over rollouts: each that ended is told once, whichever workers come and go, and it ends where no worker knows its hook. */
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RolloutReading, RolloutToTake } from "../../src/activities/rollout/contract.js";
import type { SeenWorkload } from "../../src/core/rollout/state.js";
import { createTestEnvironment } from "../support/temporal.js";
import { workflowBundle } from "../support/workflows.js";

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await createTestEnvironment();
}, 120_000);
afterAll(() => environment?.teardown());

const seen = (revision: string, stands: SeenWorkload["stands"]): RolloutReading => ({
  ...{ known: true, everySeconds: 30, stalledSeconds: 300 },
  sightings: [
    {
      target: "web",
      uid: "u",
      generation: 1,
      revision,
      isUnique: true,
      image: `web:${revision}`,
      stands,
      says: stands,
    },
  ],
});

let count = 0;
/** The watch while `looks` last; after them no worker knows the hook. Every worker is gone after two looks. */
async function watched(looks: RolloutReading[], failing = 0): Promise<string[]> {
  const taskQueue = `rollouts-${++count}-${process.pid}`;
  const taken: string[] = [];
  let left = failing;
  let stop = () => {};
  const activities = {
    async look_at_rollouts() {
      if (looks.length % 2 === 1) stop();
      return looks.shift() ?? { known: false };
    },
    async take_rollout({ event }: RolloutToTake) {
      taken.push(`${event.kind} ${event.revision}`);
      if (left-- > 0) throw new Error("the worker was lost before it could say so");
      return {};
    },
  };
  const handle = await environment.client.workflow.start("watchRollouts", {
    ...{ taskQueue, workflowId: `watch-${count}`, args: [{ hook: "rollouts" }] },
  });
  let isOver = false;
  const result = handle.result().finally(() => {
    isOver = true;
    stop();
  });
  while (!isOver) {
    const worker = await Worker.create({
      ...{ connection: environment.nativeConnection, namespace: environment.namespace, taskQueue, activities },
      workflowBundle: await workflowBundle(),
      maxCachedWorkflows: 0,
    });
    await worker.runUntil(
      new Promise<void>((resolve) => {
        stop = resolve;
        if (isOver) resolve();
      }),
    );
  }
  await result;
  return taken;
}

test("tells each rollout that ended once, with workers that come and go", async () => {
  const looks = [
    ...[seen("1", "complete"), seen("2", "rolling"), seen("2", "complete"), seen("2", "complete")],
    ...[seen("3", "failed"), seen("3", "failed"), seen("4", "rolling"), seen("4", "complete"), seen("4", "complete")],
  ];
  expect(await watched(looks)).toEqual(["complete 2", "replaced 2", "stalled 3", "replaced 3", "complete 4"]);
}, 120_000);

test("tells again what could not be told, and goes on", async () => {
  const looks = [seen("1", "complete"), seen("2", "complete"), seen("2", "complete"), seen("3", "complete")];
  expect(await watched(looks, 1)).toEqual(["complete 2", "complete 2", "replaced 2", "complete 3"]);
}, 120_000);

test("is refused what names no hook", async () => {
  const taskQueue = `rollouts-${++count}-${process.pid}`;
  const worker = await Worker.create({
    ...{ connection: environment.nativeConnection, namespace: environment.namespace, taskQueue },
    workflowBundle: await workflowBundle(),
  });
  const refused = [[7], [{}], [{ hook: 7 }]].map((args) => ({ taskQueue, workflowId: `watch-${++count}`, args }));
  const outcomes = await worker.runUntil(() => Promise.all(refused.map(outcome)));
  expect(outcomes).toEqual(refused.map(() => "field-invalid"));
}, 60_000);

const outcome = async (options: { taskQueue: string; workflowId: string; args: unknown[] }): Promise<string> =>
  environment.client.workflow.execute("watchRollouts", options as never).then(
    () => "done",
    (error: { cause?: { type?: string } }) => error.cause?.type ?? "failed",
  );
