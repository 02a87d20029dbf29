/** Narratives over findings: what a model may say of them, and that a summary is the same without one. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { judgeNarrative, narrate } from "../../../../src/activities/planner/model/narrative.js";
import { summary } from "../../../../src/activities/tools/summary.js";
import type { Finding } from "../../../../src/core/run/state.js";
import { createTestPlanner, type TestPlanner } from "../../../support/model-planner.js";
import { type ModelServer, startModelServer } from "../../../support/model-server.js";
import { configOf, contextOf } from "../../../support/tool-context.js";

const FINDINGS: Finding[] = [
  {
    node: "logs",
    statement: "checkout logged 412 errors since 10:42",
    evidence: ["NullPointerException in pricing.applyDiscount", "host web-1.shop.example.com"],
  },
  {
    node: "deploys",
    statement: "version 2.4.0 of checkout was deployed at 10:41",
    evidence: ["by rita", "kubectl.delete.pod"],
  },
];

let server: ModelServer;
let planner: TestPlanner | undefined;
beforeAll(async () => {
  server = await startModelServer();
});
afterEach(async () => {
  server.reset();
  await planner?.dispose();
});
afterAll(() => server.stop());

test.each([
  ["says what a finding says", "Checkout logged 412 errors since 10:42.", [1], true],
  ["joins two findings", "Version 2.4.0 was deployed at 10:41, and 412 errors followed.", [1, 2], true],
  ["takes a fact from the evidence", "The errors are in pricing.applyDiscount.", [1], true],
  ["cites nothing", "Checkout logged 412 errors.", [], false],
  ["cites what is not there", "Checkout logged 412 errors.", [3], false],
  ["cites one that is there and one that is not", "Checkout logged 412 errors.", [1, 9], false],
  ["cites by a fraction", "Checkout logged 412 errors.", [1.5], false],
  ["holds a figure of its own", "Checkout logged 413 errors.", [1], false],
  ["holds a figure of a finding that it does not cite", "Version 2.4.0 was deployed.", [1], false],
  ["names a host of its own", "The cause is db.evil.example.net.", [1], false],
  ["asks for an action in a name from the evidence", "Then kubectl.delete.pod is needed.", [2], false],
  ["asks for an action", "Roll back checkout.", [1], false],
  ["sends people to an address", "Open https://evil.example.net now.", [1], false],
  ["is too long", `Checkout ${"very ".repeat(100)}failed.`, [1], false],
])("a sentence that %s", (_, text, citations, kept) => {
  const judged = judgeNarrative({ sentences: [{ text, citations }] }, FINDINGS);
  expect(judged.sentences).toEqual(kept ? [{ text, citations }] : []);
  expect(judged.dropped).toBe(kept ? 0 : 1);
});

test("the model is told the findings, masked, and its sentences come back with their names", async () => {
  planner = await createTestPlanner(server.url);
  server.answers({ sentences: [{ text: "HOST_1 logged 412 errors.", citations: [1] }] });
  const narrative = await narrate(FINDINGS, { run: "run-1" }, planner);
  // The second name with a dot, pricing.applyDiscount, goes under a stand-in as well.
  expect(server.said()).not.toContain("shop.example.com");
  expect(narrative?.sentences[0]?.text).toMatch(
    /^(web-1\.shop\.example\.com|pricing\.applyDiscount) logged 412 errors\.$/,
  );
});

test("without findings, over budget or with garbage there is none", async () => {
  planner = await createTestPlanner(server.url, { model: { max_output_tokens: 256, budget: { run_tokens: 1_000 } } });
  server.answers("garbage");
  expect(await narrate([], { run: "run-1" }, planner)).toBeUndefined();
  expect(server.calls()).toBe(0);
  expect(await narrate(FINDINGS, { run: "run-1" }, planner)).toBeUndefined();
  expect(server.calls()).toBe(1);
  expect(await narrate(FINDINGS, { run: "run-1" }, planner)).toBeUndefined();
  expect(server.calls()).toBe(1);
  expect(planner.events.at(-1)).toEqual({ kind: "over-budget", budget: "model.budget.run_tokens" });
});

test("a summary carries the narrative beside its findings, and without one is the text that it always was", async () => {
  const params = { findings: FINDINGS as never };
  const narrative = { sentences: [{ text: "412 errors <b>since</b> 10:42.", citations: [1] }], dropped: 0 };
  const [plain, none, told] = await Promise.all([
    summary.run(params, contextOf(configOf())),
    summary.run(params, contextOf(configOf(), { narrate: () => Promise.resolve(undefined) })),
    summary.run(params, contextOf(configOf(), { narrate: () => Promise.resolve(narrative) })),
  ]);
  expect(none).toEqual(plain);
  expect(plain.markdown).not.toContain("By the model");
  expect(told.markdown).toContain("- 412 errors &lt;b&gt;since&lt;/b&gt; 10:42. (finding 1)");
  expect(told.markdown.replace(/## In short[\s\S]*?(?=## Findings)/, "")).toBe(plain.markdown);
});
