/** Both ends of a sealed hand-over, of each workflow that lives for long, replay on the workflow as it is now. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker } from "@temporalio/worker";
import { beforeAll, expect, test } from "vitest";
import { quietRuntime } from "../support/temporal.js";
import { workflowBundle } from "../support/workflows.js";

interface History {
  events: Array<{ markerRecordedEventAttributes?: { details: { data: { payloads: Array<{ data: string }> } } } }>;
}

const read = (folder: string, end: string): History =>
  JSON.parse(readFileSync(join(import.meta.dirname, folder, `${end}.json`), "utf8"));
const replay = async (history: History): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, historyFromJSON(history as never));

const ENDS = [
  ["hands-its-state-over-sealed", "seal_state"],
  ["continued-with-a-sealed-state", "prove_state"],
] as const;
const KEPT = ["histories", "incidents", "ledgers", "rollouts"].flatMap((folder) =>
  ENDS.map(([end, activity]) => [folder, end, activity] as const),
);

beforeAll(async () => {
  quietRuntime();
  await workflowBundle();
}, 180_000);

test.each(KEPT)("%s: one that %s replays", async (folder, end) => {
  await expect(replay(read(folder, end))).resolves.toBeUndefined();
});

test.each(KEPT)("%s: one that %s by something else than %s is seen not to fit", async (folder, end, activity) => {
  const history = read(folder, end);
  let changed = 0;
  for (const { markerRecordedEventAttributes: marker } of history.events) {
    const [payload] = marker?.details.data?.payloads ?? [];
    const text = Buffer.from(payload?.data ?? "", "base64").toString("utf8");
    if (payload === undefined || !text.includes(activity)) continue;
    payload.data = Buffer.from(text.replace(activity, "other_state")).toString("base64");
    changed += 1;
  }
  expect(changed).toBe(1);
  await expect(replay(history)).rejects.toThrow();
});
