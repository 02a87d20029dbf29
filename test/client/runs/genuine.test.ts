/** What is shown of a gate is held against what its digest stands for before anything is signed or offered for signing. */
import { expect, test } from "vitest";
import { isGenuine, isGenuineAnswer, withoutForged } from "../../../src/client/runs/genuine.js";
import type { GateView, RunView } from "../../../src/core/report/view.js";
import { digestOf } from "../../../src/platform/digest.js";
import { questionAbout, recordsStub } from "../../support/approvals.js";

const PARAMS = { target: "shop", version: "1" };
const RULE = {
  name: "two",
  groups: ["sre"],
  required: 2,
  forbidRequester: true,
  seconds: 60,
  onTimeout: "escalate" as const,
  remindAfter: [],
  escalate: [{ afterSeconds: 30, groups: ["leads"] }],
  comment: "never" as const,
  signed: true,
};
const question = await questionAbout(PARAMS, recordsStub(), {
  rule: RULE,
  required: 2,
  signed: true,
  openedAtMs: 1_000,
  deadlineMs: 61_000,
  preview: digestOf({ before: "2", after: "1" }),
  undo: { tool: "rollback", nodeType: "rollback", params: digestOf({}), shown: digestOf({ version: "2" }) },
});
const GATE: GateView = {
  nodeId: "w",
  nodeName: "roll back",
  nodeType: "rollback",
  tool: "rollback",
  status: "open",
  reason: "it changes production",
  environment: "staging",
  target: "shop",
  digest: digestOf(question),
  question,
  params: PARAMS,
  preview: { before: "2", after: "1" },
  undo: { tool: "rollback", params: { version: "2" } },
  required: 2,
  signed: true,
  rule: "two",
  groups: ["sre"],
  forbidRequester: true,
  commentRequired: "never",
  onTimeout: "escalate",
  escalations: [{ atMs: 31_000, groups: ["leads"] }],
  openedAtMs: 1_000,
  deadlineMs: 61_000,
  votes: [],
  refused: {},
  notices: [],
};
const FACTS = { runId: "run", runKey: question.runKey, requester: "rita" };

test("a gate as the worker asked about it is genuine", () => {
  expect(isGenuine(GATE, FACTS)).toBe(true);
  expect(isGenuineAnswer({ question, digest: digestOf(question), shown: PARAMS, preview: GATE.preview }, FACTS)).toBe(
    true,
  );
});

test.each<[string, Partial<GateView>]>([
  ["other params", { params: { target: "shop", version: "6.6.6" } }],
  ["another environment", { environment: "development" }],
  ["another target", { target: "till" }],
  ["another tool", { tool: "reader" }],
  ["another node", { nodeId: "v" }],
  ["another type", { nodeType: "service_restart" }],
  ["fewer votes", { required: 1 }],
  ["no signatures", { signed: false }],
  ["other groups", { groups: [] }],
  ["another deadline", { deadlineMs: 99_000 }],
  ["another change", { preview: { before: "2", after: "3" } }],
  ["no undo", { undo: undefined }],
  ["another digest", { digest: "f".repeat(64) }],
  ["a question that says so too", { params: {}, question: { ...question, shown: digestOf({}) } }],
])("one that shows %s is not, and its digest is not offered", (_, lie) => {
  const gate = { ...GATE, ...lie };
  expect(isGenuine(gate, FACTS)).toBe(false);
  const view = { requester: "rita", gates: [gate, GATE], problems: [] as unknown[] } as RunView;
  const shown = withoutForged(view, FACTS);
  expect(shown.gates[0]).not.toHaveProperty("digest");
  expect(shown.gates[1]).toHaveProperty("digest");
  expect(shown.problems).toMatchObject([{ code: "question-forged", at: gate.nodeId }]);
});

test.each([{ runId: "other" }, { runKey: "other" }, { requester: "eve" }])("one of another run is not: %j", (lie) => {
  expect(isGenuine(GATE, { ...FACTS, ...lie })).toBe(false);
});

test("a gate of an earlier version is neither: what is signed for it lets nothing happen", () => {
  const { question: _, ...old } = GATE;
  expect(isGenuine(old, FACTS)).toBeUndefined();
  expect(withoutForged({ requester: "rita", gates: [old], problems: [] as unknown[] } as RunView, FACTS).gates).toEqual(
    [old],
  );
});
