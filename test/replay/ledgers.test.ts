/** The kept history of a ledger of writes replays on the workflow as it is now: one ledger may live for months. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker } from "@temporalio/worker";
import { beforeAll, expect, test } from "vitest";
import { quietRuntime } from "../support/temporal.js";
import { workflowBundle } from "../support/workflows.js";

const KEPT = readFileSync(join(import.meta.dirname, "ledgers", "paused-resumed-overridden.json"), "utf8");
const replay = async (history: string): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, historyFromJSON(JSON.parse(history)));

beforeAll(async () => {
  quietRuntime();
  await workflowBundle();
}, 180_000);

test("a ledger that was paused, resumed and overridden replays", async () => {
  expect(KEPT).toContain("start_write");
  await expect(replay(KEPT)).resolves.toBeUndefined();
});

test("a ledger that was told something else is seen not to fit", async () => {
  const edited = KEPT.replaceAll('"signalName": "pause"', '"signalName": "hold"');
  expect(edited).not.toBe(KEPT);
  await expect(replay(edited)).rejects.toThrow();
});
