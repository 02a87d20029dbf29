/** Ten kinds of answer, each beside the text that was read by eye; and what holds for every one of them. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Answer } from "../../../src/core/answer/answer.js";
import { answerOf } from "../../../src/core/answer/build.js";
import { answerLines, COLUMNS_MAX, LINES_MAX } from "../../../src/core/answer/lines.js";
import { refusalAnswer } from "../../../src/core/answer/refusal.js";
import { UTC } from "../../../src/core/answer/times.js";
import { BEGAN_MS, INCONCLUSIVE, QUIET, scene } from "../../support/answers.js";

const AFTER_BAD = {
  source: "checkout-metrics",
  query: 'rate(http_requests_total{code=~"5.."}) / rate(http_requests_total) over 5.01 s',
  kind: "ratio",
  value: 0.264,
  to: "2026-11-29T17:15:48Z",
};

const ANSWERS: Record<string, Answer> = {
  found: answerOf(scene({ looksOnly: true })),
  inconclusive: answerOf(scene({ looksOnly: true, outputs: { cause: INCONCLUSIVE } })),
  "nothing-wrong": answerOf(scene({ looksOnly: true, outputs: { cause: QUIET } })),
  refused: refusalAnswer([
    {
      code: "remediation-disabled",
      at: "nodes[4]",
      message: "nodes[4] changes production (rollback) and remediation is disabled",
      hint: "let whoever keeps safety.yaml set execution.enable_remediation",
    },
    { code: "tool-not-allowed", at: "nodes[3].tool", message: "nodes[3] calls trace_collector, which is not allowed" },
  ]),
  rejected: answerOf(scene({ ends: { rollback: ["reject"] }, preview: { before: "2", after: "1" } })),
  expired: answerOf(scene({ ends: { rollback: ["expire"] }, preview: { before: "2", after: "1" } })),
  "failed-node": answerOf(scene({ ends: { logs: ["fail"] } })),
  verified: answerOf(scene({})),
  "not-verified": answerOf(scene({ recovered: "1 == 2", outputs: { ratio_after: AFTER_BAD } })),
  "dry-run": answerOf(scene({ dryRun: true })),
};

const textOf = (answer: Answer): string =>
  answerLines(answer, { clock: UTC, aroundMs: BEGAN_MS })
    .map(({ text }) => text)
    .join("\n");

describe.each(Object.entries(ANSWERS))("%s", (kind, answer) => {
  test("reads as it was read by eye", async () => {
    await expect(`${textOf(answer)}\n`).toMatchFileSnapshot(join(import.meta.dirname, "golden", `${kind}.txt`));
  });

  test("fits the first screen and holds nothing that is for machines", () => {
    const lines = textOf(answer).split("\n");
    expect(lines.length).toBeLessThanOrEqual(LINES_MAX);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(COLUMNS_MAX);
    expect(textOf(answer)).not.toMatch(/blob:|sha256|\\[_<*]|<\*>|\{"|\d{4}-\d\d-\d\dT/);
  });
});
