/** What the audit log is told when a run ends. */
import { expect, test } from "vitest";
import { endingLines } from "../../../src/core/report/audit-lines.js";
import type { Report } from "../../../src/core/report.js";

const gate = (more: object = {}) => ({
  nodeId: "mend",
  digest: "d".repeat(64),
  status: "expired",
  votes: [],
  refused: {},
  closedAtMs: 3,
  ...more,
});
const linesOf = (gates: object[], nodes: object[] = []) =>
  endingLines({
    runId: "run-1",
    runKey: "key",
    requester: "rita",
    outcome: "expired",
    gates,
    nodes,
  } as unknown as Report);
const refusals = (gates: object[]) => linesOf(gates).filter(({ event }) => event === "decision-refused");

test("each refused decision has one line, with the code that its sender was told", () => {
  const lines = refusals([gate({ refused: { late: 2, "stale-digest": 1, "not-allowed": 1, "comment-required": 1 } })]);
  expect(lines.map(({ code }) => code).sort()).toEqual([
    "decision-comment-required",
    "decision-late",
    "decision-late",
    "decision-not-allowed",
    "decision-stale",
  ]);
  for (const line of lines) expect(line).toMatchObject({ run: "run-1", runKey: "key", node: "mend" });
});

test("what the run kept of a refusal stands in its line, and none is told twice", () => {
  const kept = [
    { decision: "approve", approver: "eve", channel: "slack", atMs: 5, result: "not-allowed" },
    { decision: "reject", approver: "mallory", atMs: 6, result: "not-allowed", signatureRefused: true },
  ];
  const lines = refusals([gate({ refused: { "not-allowed": 3 }, refusals: kept })]);
  expect(lines).toMatchObject([
    { actor: "eve", channel: "slack", details: { decision: "approve", result: "not-allowed", at: expect.any(String) } },
    { details: { result: "not-allowed", number: 1 } },
  ]);
});

test("beyond a hundred of one kind a gate, the rest share a line that counts them", () => {
  const lines = refusals([gate({ refused: { late: 5_000 } })]);
  expect(lines).toHaveLength(101);
  expect(lines.at(-1)?.details).toEqual({ result: "late", more: 4_900 });
});

test("the end lists the nodes by how they ended, and counts them where there are too many", () => {
  const nodes = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      id: `${"node".repeat(10)}-${n}`,
      status: n % 2 ? "skipped" : "succeeded",
    }));
  expect(linesOf([], [{ id: "a", status: "succeeded" }]).at(-1)).toMatchObject({
    event: "run-ended",
    details: { nodes: { succeeded: ["a"] } },
  });
  expect(linesOf([], nodes(1_000)).at(-1)?.details).toMatchObject({ nodes: { succeeded: 500, skipped: 500 } });
});

test("a decision that met no gate has its line, with what was wrong", () => {
  const strays = [
    {
      decision: "approve",
      node: "mend",
      approver: "ann",
      channel: "cli",
      atMs: 5,
      result: "gate-not-open",
      why: "early",
    },
    { decision: "reject", atMs: 6, result: "unreadable", why: "comment must be text" },
  ];
  const lines = endingLines({ runId: "run-1", runKey: "key", gates: [], nodes: [], strays } as unknown as Report);
  const told = lines.filter(({ event }) => event === "decision-refused");
  expect(told).toMatchObject([
    { run: "run-1", node: "mend", actor: "ann", channel: "cli", code: "gate-not-open", details: { why: "early" } },
    { run: "run-1", code: "field-invalid", details: { decision: "reject", result: "unreadable" } },
  ]);
});
