/** One person is one person on every surface, however the name is written. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gateLines } from "../../src/client/cli/gate-text.js";
import { becameOf } from "../../src/client/runs/became.js";
import { actionsOf } from "../../src/core/answer/actions.js";
import { type GateRule, mayAnswer } from "../../src/core/policy/approval-rule.js";
import { apply } from "../../src/core/run/apply.js";
import { runContext } from "../../src/core/run/context.js";
import { createRun } from "../../src/core/run/run.js";
import { peopleOf, personOf } from "../../src/vocabulary/person.js";
import { checked, graphOf, openPolicy, write } from "../support/graphs.js";

const SAME = ["ann", "Ann", "ann\ufe0f", " ann", "a\u200bnn", "ａｎｎ", "ann\u202e"];
const votes = SAME.map((approver) => ({ decision: "approve" as const, approver, atMs: 1, verified: true }));

test("a person is counted once, as first written", () => {
  expect(peopleOf(SAME)).toEqual(["ann"]);
  expect(peopleOf(["bob", ...SAME, "Bob"])).toEqual(["bob", "ann"]);
});

test("a gate in the terminal counts people, not votes", () => {
  const gate = {
    ...{
      nodeId: "mend",
      nodeName: "mend",
      nodeType: "rollback",
      tool: "rollback",
      status: "open",
      reason: "it writes",
    },
    ...{ environment: "production", params: {}, required: 2, signed: true, openedAtMs: 0, deadlineMs: 9e12 },
    ...{ votes, refused: {}, notices: [] },
  };
  const context = { runId: "r", findings: [], nowMs: 0, program: "autoops", asksHere: false };
  const lines = gateLines(gate as never, context as never);
  expect(lines.find((line) => line.includes("votes"))).toContain("1 of 2 needed");
});

test("an answer names a person once", () => {
  const node = { id: "mend", name: "mend", type: "rollback", tool: "rollback", effect: "write", status: "succeeded" };
  const source = {
    nodes: [{ ...node, params: { target: "shop" }, output: { changed: true }, startedAtMs: 1, endedAtMs: 2 }],
    gates: [{ nodeId: "mend", status: "approved", votes }],
    findings: [],
    edges: [],
  };
  const text = JSON.stringify(actionsOf(source as never, []));
  expect(text).toContain("approved by ann");
  expect(text).not.toContain("Ann");
});

/** As OIDC issuers, API keys, Slack and mail write one person, each beside another spelling of the same. */
const SPELLINGS: Array<[string, string]> = [
  ["ann", "ANN"],
  ["ann@example.com", "Ann@Example.COM"],
  ["ann@example.com", "ann@\uff45xample.com"],
  ["ann@bücher.example", "Ann@xn--bcher-kva.example"],
  ["ann@例え.jp", "ann@XN--R8JZ45G.jp"],
  ["ann@例え.jp", "ann@例え\u3002jp"],
  ["ann@example.com", "ann@example.com."],
  ["ann@example.com", "ann@example\uff0ecom "],
  ["U024BE7LH", "u024be7lh"],
  ["oidc|ann", "oidc\u2060|ann"],
  ["caf\u00e9", "cafe\u0301"],
  ["ann smith", "ann\u00a0\u2003smith"],
  ["ann smith", "ann\u2800smith\u2800"],
  ["ann", "a\u034fn\u180en\u{e0041}"],
  ["ann", "\u2066ann\u2069"],
  ["ann", "\u3164ann\u115f"],
  ["stra\u00dfe", "STRASSE"],
  ["\u03bf\u03b4\u03cc\u03c2", "\u039f\u0394\u038c\u03a3"],
  ["\ufb01nn", "finn"],
  ["kim", "\u212aim"],
  ["\u2168", "ix"],
];

describe.each(SPELLINGS)("%j and %j are one person", (one, other) => {
  const graph = graphOf([write("w")]);
  const rules = [{ name: "two", match: {}, required: 2 }];
  const policy = { ...openPolicy(), approval: { ...openPolicy().approval, rules } };
  const asked = () => {
    const run = createRun(checked(graph, policy), 0, one);
    apply(run, { kind: "gate-asked", node: "w", deadlineMs: 9_000, atMs: 1 });
    const opening = { nonce: "n", digest: "d", askedIn: "r", shown: {}, notices: [] };
    apply(run, { kind: "gate-opened", node: "w", ...opening, atMs: 1 });
    return run;
  };
  const voted = (decision: "approve" | "skip") => {
    const run = asked();
    for (const approver of [one, other]) {
      apply(run, { kind: "decided", node: "w", vote: { decision, approver, atMs: 2, verified: true }, atMs: 2 });
    }
    return run;
  };

  test("to the function itself, and neither is nobody", () => {
    expect(personOf(other)).toBe(personOf(one));
    expect(personOf(one)).not.toBe("");
  });

  test.each(["approve", "skip"] as const)("to a gate that wants two who %s", (decision) => {
    const run = voted(decision);
    expect(run.state.nodes.w).toMatchObject({ status: "asking", gate: { status: "open" } });
    expect(runContext(run).decisions[0]?.by).toEqual([one]);
  });

  test("to a rule that keeps out who asked", () => {
    const rule = { forbidRequester: true, groups: [], escalate: [] } as unknown as GateRule;
    expect(mayAnswer(rule, { approver: other, givenAtMs: 1 }, one, 0)).toBe(false);
    expect(mayAnswer(rule, { approver: "somebody else", givenAtMs: 1 }, one, 0)).toBe(true);
  });

  test("to whoever is told what became of a decision", () => {
    const gate = { digest: "d", votes: [{ decision: "approve", approver: one }] } as never;
    const wish = { runId: "r", node: "w", decision: "approve" as const, approver: other, channel: "http" };
    expect(becameOf(wish, "accepted", gate)).toBe("repeated");
  });
});

test("other people stay other people", () => {
  const names = ["ann", "anne", "an n", "ann@a.example", "ann@b.example", "bob", "\u0430nn"];
  expect(peopleOf(names)).toEqual(names);
});

test("no other file compares or counts people's names by itself", () => {
  const folder = join(import.meta.dirname, "../../src");
  const own =
    /\b(?:approver|requester)\s*[!=]==\s*(?!undefined)\w|new Set\((?![^\n]*personOf)[^\n]*approver|[!=]==\s*(?:\w+\.)?(?:approver|requester)\b/;
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file));
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => own.test(readFileSync(join(folder, file), "utf8")))).toEqual([]);
});
