/** Changes of the policy and the tools: recorded when they happen, also between two starts. */
import { expect, test } from "vitest";
import { createChangeWatch } from "../../../src/platform/audit/changes.js";
import { openLog, recordsIn, temporaryFolder } from "./support.js";

test("the first digest and every other one are recorded, the same one only once", async () => {
  const { log, directory } = openLog(temporaryFolder());
  const watch = createChangeWatch(directory, log);
  await Promise.all([watch.seen("policy", "a", {}), watch.seen("policy", "a", {}), watch.seen("registry", "r", {})]);
  await watch.seen("policy", "b", { file: "safety.yaml" });
  await watch.seen("policy", "b", {});
  expect(recordsIn(directory).map(({ event, digest, details }) => [event, digest, details])).toEqual([
    ["policy-changed", "a", {}],
    ["registry-changed", "r", {}],
    ["policy-changed", "b", { file: "safety.yaml", previous: "a" }],
  ]);
});

test("after a start only what changed meanwhile is recorded", async () => {
  const folder = temporaryFolder();
  const { log, directory } = openLog(folder);
  const first = createChangeWatch(directory, log);
  await first.seen("policy", "a", {});
  await first.seen("registry", "r", {});
  const second = createChangeWatch(directory, openLog(folder).log);
  await second.seen("policy", "a", {});
  await second.seen("registry", "s", {});
  const last = recordsIn(directory).slice(2);
  expect(last).toMatchObject([{ event: "registry-changed", digest: "s", details: { previous: "r" } }]);
  expect(last).toHaveLength(1);
});
