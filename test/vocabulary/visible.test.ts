/** One function makes hidden characters visible, and every surface that a person reads goes through it. */

import fc from "fast-check";
import type { VNode } from "preact";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readMarkdown } from "../../src/activities/connectors/kit/markdown.js";
import { titled } from "../../src/activities/connectors/kit/origin.js";
import { sectionsOf } from "../../src/activities/connectors/slack/text.js";
import { chartSvg } from "../../src/activities/tools/kit/summary/chart-svg.js";
import { escapeMarkdown } from "../../src/activities/tools/kit/summary/markdown.js";
import { createPrinter } from "../../src/client/cli/print.js";
import { element } from "../../src/client/web/element.js";
import { plain as reportText } from "../../src/core/report/plain.js";
import { cefOf } from "../../src/platform/audit/cef.js";
import { createLog } from "../../src/platform/log.js";
import { code, line, plain } from "../../src/platform/slack/text.js";
import type { AuditRecord } from "../../src/schema/audit.js";
import { toYaml } from "../../src/schema/yaml-text.js";
import { visible, visibleJson } from "../../src/vocabulary/visible.js";

/** One or more of each kind; the list is the test's own, so that no gap of the function's pattern hides here. */
const HIDDEN = [
  ..."\u0000\u0007\u001b\u007f\u0080\u0085\u009b\u009d",
  ..."\u00ad\u034f\u061c\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029",
  ..."\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2064\u2066\u2067\u2068\u2069\u206a\u2800\u3164\ufe00\ufe0f\ufeff\uffa0\ufff9",
  ..."\u{1bca0}\u{1d173}\u{e0001}\u{e0041}\u{e007f}\u{e0100}\u{e01ef}",
];
const hostile = `pay${HIDDEN.map((char) => `a${char}b`).join("")}end`;
const seen = (text: string): string[] =>
  HIDDEN.filter((char) => text.includes(char)).map((char) => `U+${char.codePointAt(0)?.toString(16)}`);

test("each hidden character is written by its number", () => {
  expect(visible("a\u001b[31mb")).toBe("a\\x1b[31mb");
  expect(visible("\u009b2J\u00ad")).toBe("\\x9b2J\\xad");
  expect(visible("gnp\u202eexe\u200b")).toBe("gnp\\u202eexe\\u200b");
  expect(visible("ok\u{e0041}")).toBe("ok\\u{e0041}");
  expect(visible("half \ud800 a pair")).toBe("half \\ud800 a pair");
  expect(seen(visible(hostile))).toEqual([]);
  expect(visible("two\nlines\tand a tab")).toBe("two\nlines\tand a tab");
});

test.each([
  "naïve Ærøskøbing Straße",
  "日本語のログ、エラー",
  "مرحبا بالعالم",
  "می\u200cخواهم",
  "क्\u200dष",
  "⚠\ufe0f warning 👩\u200d💻 1\ufe0f\u20e3 👍🏽",
  "a\u00a0b\u3000c",
])("what is part of a sign stays: %s", (text) => {
  expect(visible(text)).toBe(text);
  expect(visibleJson(JSON.stringify(text))).toBe(JSON.stringify(text));
});

test.each([
  ["between letters that do not join", "pay\u200dment"],
  ["behind a letter", "ann\ufe0f"],
  ["tags behind a flag", "🏴\u{e0067}\u{e007f}"],
  ["more of them than a sign has", "⚠\ufe0f\ufe0f"],
])("a character of signs, %s, is shown", (_, text) => {
  expect(visible(text)).not.toBe(text);
});

test("JSON and YAML read back to the same value, whatever it holds", () => {
  const texts = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(hostile, ...HIDDEN));
  fc.assert(
    fc.property(fc.record({ name: texts, list: fc.array(texts) }), (value) => {
      const json = visibleJson(JSON.stringify(value));
      expect(JSON.parse(json)).toEqual(value);
      expect(seen(json)).toEqual([]);
    }),
  );
  const value = { name: hostile, [`key ${hostile}`]: [hostile, "plain", 7] };
  expect(parse(toYaml(value))).toEqual(value);
  expect(seen(toYaml(value))).toEqual([]);
});

describe("surfaces", () => {
  const printed = (json: boolean, use: (print: ReturnType<typeof createPrinter>) => void): string => {
    let text = "";
    const write = (part: string): void => {
      text += part;
    };
    const stream = { write };
    use(createPrinter({ stdout: stream, stderr: stream, json, plain: true }));
    return text;
  };
  const logged = (use: (log: ReturnType<typeof createLog>) => void): string => {
    let text = "";
    const write = (part: string): void => {
      text += part;
    };
    use(createLog("info", { write }));
    return text;
  };
  const record = {
    event: "vote-recorded",
    sequence: 1,
    time: "2026-11-29T00:00:00Z",
    actor: hostile,
    run: hostile,
    details: { why: hostile },
    hash: "0",
  } as unknown as AuditRecord;
  const chart = {
    title: hostile,
    description: hostile,
    timesMs: [1, 2],
    values: [1, 2],
    gapMs: 10,
    marks: [{ atMs: 1, label: hostile, kind: "change" as const }],
  };
  const Card = ({ name }: { name: string }): VNode => element("p", { title: name }, name);

  test.each<[string, () => unknown]>([
    ["the terminal: results", () => printed(false, (print) => print.result(hostile))],
    [
      "the terminal: problems",
      () =>
        printed(false, (print) => print.problems([{ code: "usage", at: hostile, message: hostile, hint: hostile }])),
    ],
    ["the terminal: documents of their own", () => printed(false, (print) => print.raw(`${hostile}\n`))],
    ["the terminal: --json", () => printed(true, (print) => print.document({ [hostile]: hostile }))],
    ["the log", () => logged((log) => log.info(hostile, { [hostile]: hostile }))],
    ["audit export, CEF", () => cefOf(record, "1")],
    ["Slack: a line", () => line(hostile, 3_000)],
    ["Slack: code", () => code({ a: hostile }, 9_000)],
    ["Slack: plain text", () => plain(hostile, 3_000)],
    ["Slack: a message", () => sectionsOf(`# ${hostile}\n\n- **${hostile}**\n\n\`\`\`\n${hostile}\n\`\`\``)],
    ["tickets", () => readMarkdown(`${hostile}\n\n- ${hostile}`)],
    ["titles of tickets and mail", () => titled(hostile, 3_000)],
    ["summaries", () => escapeMarkdown(hostile)],
    ["reports", () => reportText(hostile)],
    ["charts", () => chartSvg(chart)],
    ["the page", () => element("h2", { "aria-label": hostile }, hostile, element("b", null, [hostile, [hostile]]))],
    ["the page: a component", () => Card({ name: hostile })],
  ])("%s", (_, surface) => {
    const shown = surface();
    const text = typeof shown === "string" ? shown : textOf(shown);
    expect(text).toContain("u202e");
    expect(seen(text)).toEqual([]);
  });

  test("what a person types into the page stays as typed", () => {
    const field = element("textarea", { value: hostile }) as VNode<{ value: string }>;
    expect(field.props.value).toBe(hostile);
  });
});

/** All texts in a tree of elements or blocks. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(textOf).join("\n");
  if (typeof value !== "object" || value === null) return "";
  return Object.entries(value)
    .filter(([key]) => !key.startsWith("_"))
    .map(([, inner]) => textOf(inner))
    .join("\n");
}
