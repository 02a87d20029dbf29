/** A gate in the terminal: what deep params look like, and every way to answer. */
import { expect, test } from "vitest";
import { gateLines } from "../../../src/client/cli/gate-text.js";
import { parseDocumentText } from "../../../src/schema/document.js";

const PLAN = {
  id: "checkout",
  version: "1.0.0",
  name: "Look, then roll back",
  nodes: Array.from({ length: 12 }, (_, index) => ({
    id: `look-${index}`,
    name: `Look ${index}`,
    type: "metric_query",
    tool: "metric_query",
    params: { source: "metrics", query: `up{job="shop-${index}"}`, note: "a\u202eb" },
  })),
  edges: [],
};
const gateOf = (params: object) => ({
  ...{
    nodeId: "whole-plan",
    nodeName: "The whole plan",
    nodeType: "human_review",
    status: "open",
    reason: "the policy",
  },
  ...{ environment: "production", params, required: 1, signed: false, openedAtMs: 0, deadlineMs: 9e12, votes: [] },
  ...{ refused: {}, notices: [] },
});
const linesOf = (params: object, signs: boolean) =>
  gateLines(
    gateOf(params) as never,
    { runId: "r1", findings: [], nowMs: 0, program: "autoops", asksHere: true, signs } as never,
  )
    .join("\n")
    .split("\n");

test("a plan is read line by line, and who signs it reads all of it", () => {
  const lines = linesOf({ prompt: "May this plan run?", plan: PLAN }, true);
  expect(lines).toContain("             prompt: May this plan run?");
  const from = lines.indexOf("             plan: ") + 1;
  const set = lines.slice(from).filter((line) => line.startsWith("               "));
  const read = parseDocumentText(set.map((line) => line.slice(15)).join("\n"));
  expect(read).toMatchObject({ ok: true });
  expect(JSON.stringify(read)).toContain("shop-11");
  expect(lines.join("\n")).not.toContain("\u202e");
});

test("among others it is cut, and the rest is counted", () => {
  const lines = linesOf({ plan: PLAN }, false);
  expect(lines.filter((line) => line.startsWith("               "))).toHaveLength(61);
  expect(lines.join("\n")).toMatch(/… \d+ more lines/);
});

test("short ones stay on one line", () => {
  expect(linesOf({ values: { replicas: 3 } }, false)).toContain('             values: {"replicas":3}');
});

test("every way to answer is listed", () => {
  const answers = linesOf({}, false).filter((line) => /autoops \w+ r1|y or n/.test(line));
  expect(answers.map((line) => line.replace(/^ *(?:answer)? */, ""))).toEqual([
    "y or n, here",
    "autoops approve r1 whole-plan",
    "autoops reject r1 whole-plan",
    "autoops skip r1 whole-plan",
  ]);
});
