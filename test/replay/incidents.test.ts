/** The kept histories of incidents replay on the workflow as it is now: one may go on for as long as its run waits. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker } from "@temporalio/worker";
import { beforeAll, expect, test } from "vitest";
import { quietRuntime } from "../support/temporal.js";
import { workflowBundle } from "../support/workflows.js";

const FOLDER = join(import.meta.dirname, "incidents");
const kept = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
const read = (file: string): string => readFileSync(join(FOLDER, file), "utf8");
const replay = async (history: string): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, historyFromJSON(JSON.parse(history)));

beforeAll(async () => {
  quietRuntime();
  await workflowBundle();
}, 180_000);

test("what ran, fired again, started nothing, and both ends of a sealed hand-over are kept", () => {
  const sealed = ["continued-with-a-sealed-state.json", "hands-its-state-over-sealed.json"];
  expect(kept).toEqual([...sealed, "fired-again.json", "joined.json", "unmatched.json"].sort());
});

test.each(kept)("%s replays", async (file) => {
  await expect(replay(read(file))).resolves.toBeUndefined();
});

test("one whose planning was another activity is seen not to fit", async () => {
  const edited = read("joined.json").replaceAll('"name": "plan_incident"', '"name": "another"');
  expect(edited).not.toBe(read("joined.json"));
  await expect(replay(edited)).rejects.toThrow();
});
