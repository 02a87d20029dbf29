/** The summary: every finding with its node and evidence, and no data that turns into markup. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ToolContext } from "../../../src/activities/define-tool.js";
import { escapeMarkdown } from "../../../src/activities/tools/kit/summary/markdown.js";
import { summary } from "../../../src/activities/tools/summary.js";
import { configOf, contextOf } from "../../support/tool-context.js";

const soFar: ToolContext["soFar"] = {
  goal: "find out why",
  startedAtMs: 0,
  findings: [{ node: "logs", statement: "9 of 10 lines are errors", evidence: ["newest error: boom"] }],
  nodes: [
    { id: "logs", name: "Collect logs", status: "succeeded" },
    { id: "rollback", name: "Roll back", status: "rejected", reason: "amy said no" },
    { id: "node", name: "Summary", status: "running" },
  ],
  decisions: [{ node: "rollback", status: "rejected", by: ["amy"], openedAtMs: 0, votes: [] }],
  outputs: [],
  leftOut: [],
};

async function write(params: object, run?: ToolContext["soFar"]): Promise<string> {
  const context = contextOf(configOf(), run === undefined ? {} : { soFar: run });
  return summary.output.parse(await summary.run(summary.params.parse(params), context)).markdown;
}

test("without findings of its own it tells what the run found and did, node by node, and who decided", async () => {
  expect(await write({ title: "Checkout" }, soFar)).toBe(
    `# Checkout

**Goal:** find out why

## Findings

- **9 of 10 lines are errors** (node logs, Collect logs)
  - newest error: boom

## Timeline

- 1970-01-01T00:00:00.000Z: this run began
- 1970-01-01T00:00:00.000Z: people were asked about Roll back (node rollback)

## What was done

- Collect logs (node logs): succeeded
- Roll back (node rollback): rejected; its gate was rejected by amy: amy said no
`,
  );
});

test("findings may come nested, in lists, by node, or as whole outputs", async () => {
  const item = (statement: string) => ({ statement, evidence: ["e"] });
  const text = await write({
    findings: [
      [item("one")],
      { logs: [item("two")] },
      { node: "ratio", findings: [item("three")] },
      "no finding",
      7,
      null,
    ],
    facts: { recovered: true, error_ratio: 0.25 },
    next_steps: ["look at version 2"],
  });
  for (const part of [
    "**one**\n  - e",
    "**two** (node logs)",
    "**three** (node ratio)",
    "- recovered: true",
    "- error ratio: 0.25",
    "- look at version 2",
  ]) {
    expect(text).toContain(part);
  }
});

test("data stays text: no HTML, no link, no image, no heading, no list and no line of its own", async () => {
  const hostile =
    "<img src=x onerror=alert(1)> [click](https://evil.example) ![x](y)\n# heading\n- `code` | table | www.evil.example";
  const text = await write({
    title: hostile,
    findings: [{ node: hostile, statement: hostile, evidence: [hostile] }],
    facts: { [hostile]: hostile },
  });
  expect(text).not.toMatch(/<|(?<!\\)\[|(?<!\\)`|https:\/\/|www\.e/);
  expect(text.split("\n").filter((line) => line.startsWith("#"))).toHaveLength(3);
});

test("whatever the text, escaping leaves one line without live markup", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const escaped = escapeMarkdown(text);
      expect(escaped).not.toMatch(/[\n\r<>]|(?<!\\)(?:\\\\)*[`*[\]|]|^_|\s_/);
      expect(escaped).not.toMatch(/^\s*(?:[-=+#]|\d+\.(?:\s|$))/);
    }),
  );
});

test("a summary that would be too long is cut at a line and says so", async () => {
  const findings = Array.from({ length: 100 }, (_, index) => ({
    statement: `${index} ${"x".repeat(300)}`,
    evidence: ["y".repeat(350)],
  }));
  const text = await write({ findings });
  expect(text.length).toBeLessThan(41_000);
  expect(text).toContain("The rest was left out");
});
