/** Greetings, thanks and orders not to act stand beside the trouble; the trouble alone chooses the playbook. */
import { beforeAll, expect, test } from "vitest";
import { rankPlaybooks } from "../../../src/activities/planner/choose.js";
import { BUNDLED_PLAYBOOKS } from "../../../src/activities/planner/draft.js";
import { entitiesOf } from "../../../src/activities/planner/entities.js";
import { loadPlaybooks } from "../../../src/activities/planner/playbooks.js";
import type { Playbook } from "../../../src/schema/playbook.js";
import { configOf } from "../../support/tool-context.js";

let playbooks: Playbook[];
beforeAll(async () => {
  const loaded = await loadPlaybooks(BUNDLED_PLAYBOOKS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, null, 2));
  playbooks = loaded.value;
});

const first = (goal: string) => rankPlaybooks(playbooks, goal, entitiesOf(goal, configOf()))[0]?.playbook.id;

test.each([
  ["please do not restart anything: orders is slow", "orders is slow"],
  ["orders is slow, but don't roll it back", "orders is slow"],
  ["hi team, cart is slow", "cart is slow"],
  ["Good morning all - cart is slow, thanks!", "cart is slow"],
  ["hello, the disk of db-3 is full. cheers", "the disk of db-3 is full"],
  ["without restarting it: pod api-7 crashes", "pod api-7 crashes"],
])("%s is planned as %s", (goal, plain) => {
  expect(first(plain)).toBeDefined();
  expect(first(goal)).toBe(first(plain));
});

test("who only wants to be told forbids a remedy", () => {
  for (const goal of [
    "roll back checkout? no, only tell me why it fails since the deploy",
    "only explain why orders is slow, restart nothing",
  ])
    expect.soft(entitiesOf(goal, configOf()).forbidsRemedy, goal).toBe(true);
  expect(entitiesOf("find out why checkout fails and roll it back", configOf()).forbidsRemedy).toBe(false);
});
