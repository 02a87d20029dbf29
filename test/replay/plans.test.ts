/** Kept histories of plans by a model replay on the workflows as they are now. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker } from "@temporalio/worker";
import { beforeAll, expect, test } from "vitest";
import { quietRuntime } from "../support/temporal.js";
import { workflowBundle } from "../support/workflows.js";

const FOLDER = join(import.meta.dirname, "plans");
const kept = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
const read = (file: string): string => readFileSync(join(FOLDER, file), "utf8");
const replay = async (history: unknown): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, historyFromJSON(history));

beforeAll(() => {
  quietRuntime();
});

test("a plan with a repair and one that no model answered are kept", () => {
  expect(kept).toEqual(["plan-with-a-repair.json", "plan-without-a-model.json"]);
});

test.each(kept)("%s replays", async (file) => {
  await expect(replay(JSON.parse(read(file)))).resolves.toBeUndefined();
});

test("a plan whose repair was another activity is seen not to fit", async () => {
  const edited = read("plan-with-a-repair.json").replaceAll('"name": "draft_graph"', '"name": "another"');
  await expect(replay(JSON.parse(edited))).rejects.toThrow();
});
