/** Answers about a cluster, each beside the text that was read by eye: from the state through `autoRCA` to the lines of a screen. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { autoRca } from "../../../src/activities/tools/auto-rca.js";
import { kubernetesState } from "../../../src/activities/tools/kubernetes-state.js";
import type { Answer } from "../../../src/core/answer/answer.js";
import { answerOf } from "../../../src/core/answer/build.js";
import { answerLines, COLUMNS_MAX, LINES_MAX } from "../../../src/core/answer/lines.js";
import type { AnswerNode } from "../../../src/core/answer/source.js";
import { UTC } from "../../../src/core/answer/times.js";
import type { Json } from "../../../src/schema/json.js";
import { CLUSTER_ANSWERS } from "../../support/cluster-answers.js";
import { apiOf } from "../../support/cluster-api.js";
import { NOW, shop, type World } from "../../support/cluster-world.js";
import { configOf, contextOf } from "../../support/tool-context.js";

async function answerTo(breaks: (world: World) => void, parts: Partial<AnswerNode> = {}): Promise<Answer> {
  const world = shop();
  breaks(world);
  const params = kubernetesState.params.parse({ cluster: "prod", namespace: "shop" });
  const state = (await kubernetesState.run(params, apiOf(world, { now: NOW }).context)) as unknown as Json;
  const given = autoRca.params.parse({ inputs: { state } });
  const cause = (await autoRca.run(given, contextOf(configOf()))) as unknown as Json;
  const node = (id: string, name: string, tool: string, output: Json, effect: string): AnswerNode => ({
    ...{ id, name, tool, output, effect, status: "succeeded", startedAtMs: NOW, endedAtMs: NOW + 1 },
    ...(id === "state" ? parts : {}),
  });
  const nodes = [
    node("state", "Read the state of all workloads in shop, events and logs", "kubernetes_state", state, "read"),
    node("cause", "Rank what can have caused it", "autoRCA", cause, "none"),
  ];
  const edges = [{ from: "state", to: "cause" }];
  const run = { runId: "r", goal: "what is wrong", dryRun: false, outcome: "succeeded" as const, startedAtMs: NOW };
  return answerOf({ ...run, nodes, edges, gates: [], findings: [] });
}

const textOf = (answer: Answer): string =>
  answerLines(answer, { clock: UTC, aroundMs: NOW })
    .map(({ text }) => text)
    .join("\n");
/** Names of pods differ from run to run of the made cluster. */
const stable = (text: string): string => text.replace(/-x[a-z0-9]{4}\b/g, "-xxxxx");

describe.each(Object.entries(CLUSTER_ANSWERS))("%s", (kind, breaks) => {
  test("reads as it was read by eye, on one screen", async () => {
    const text = textOf(await answerTo(breaks));
    const lines = text.split("\n");
    expect(lines.length).toBeLessThanOrEqual(LINES_MAX);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(COLUMNS_MAX);
    await expect(`${stable(text)}\n`).toMatchFileSnapshot(join(import.meta.dirname, "golden", `cluster-${kind}.txt`));
  });
});

test("a kind that could not be read is said", async () => {
  const seen = await answerTo(CLUSTER_ANSWERS.selector ?? (() => undefined));
  expect(seen.missing).toEqual([]);
  const unreadable = [
    { kind: "Secret", namespace: "shop", code: "permission-missing", message: "secrets is forbidden" },
  ];
  const output = { healthy: true, cluster: "prod", namespace: "shop", causes: [], counts: { Pod: 1 }, unreadable };
  const answer = await answerTo(() => undefined, { output: output as unknown as Json });
  expect(answer).toMatchObject({ mood: "good", missing: ["Secret: secrets is forbidden"] });
  expect(answer.headline).toContain("1 pod, 0 services and 0 nodes were looked at");
});

describe("looks that failed", () => {
  const look = (id: string, status: "succeeded" | "failed", tool = "kubernetes_state") => ({
    ...{ id, name: id, status, tool, effect: "read" },
    ...(status === "failed" ? { failure: { code: "source-answer-invalid", message: "holds no dump" } } : {}),
  });
  const silent = {
    ...look("cause", "succeeded", "autoRCA"),
    output: { certainty: "inconclusive", rule: "", causes: [], set_aside: [], next: [], not_looked_at: [] },
  };
  const told = (...nodes: object[]) =>
    answerOf({
      ...{ runId: "r", goal: "g", dryRun: false, outcome: "succeeded", startedAtMs: 0 },
      ...{ edges: [], gates: [], findings: [], nodes: [...nodes, silent] },
    } as never);

  test("are no calm: where nothing could be read, nothing is said", () => {
    expect(told(look("state", "failed"))).toMatchObject({
      headline: "Nothing can be said: nothing of what was to be looked at could be read.",
      mood: "open",
    });
  });

  test("are told beside those that found nothing", () => {
    expect(told(look("state", "failed"), look("logs", "succeeded"))).toMatchObject({ mood: "open" });
    expect(told(look("state", "failed"), look("logs", "succeeded")).headline).toMatch(
      /^Nothing wrong was found in the one thing that was looked at; 1 more could not be read/,
    );
    expect(told(look("logs", "succeeded"), look("more", "succeeded"))).toMatchObject({
      headline: "Nothing wrong was found in the 2 things that were looked at.",
      mood: "good",
    });
  });
});
