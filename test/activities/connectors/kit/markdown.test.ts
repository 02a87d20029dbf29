/** Markdown in each vendor's markup: nothing that others wrote becomes markup of its own, whatever it is. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { githubOf } from "../../../../src/activities/connectors/github/markdown.js";
import { adfOf, textOfAdf } from "../../../../src/activities/connectors/jira/adf.js";
import { wikiOf } from "../../../../src/activities/connectors/jira/wiki.js";
import { fitted, readMarkdown } from "../../../../src/activities/connectors/kit/markdown.js";
import { titled, written } from "../../../../src/activities/connectors/kit/origin.js";
import { sectionsOf } from "../../../../src/activities/connectors/slack/text.js";
import { escapeMarkdown } from "../../../../src/activities/tools/kit/summary/markdown.js";
import { adfSchema } from "../../../support/jira-cloud.js";

/** Text as logs have it, thick with what means something somewhere. */
const SIGNS = [
  "@octo",
  "@here",
  "<!channel>",
  "<@U1>",
  "[~admin]",
  "{code}",
  "{html}",
  "!http://e.example/x.png!",
  "![x](http://e.example/x)",
  "[a](http://e.example)",
  "https://e.example/p?a=1&b=2",
  "#12",
  "GH-7",
  "o/r#3",
  "<b>",
  "`",
  "```",
  "~~~",
  "**",
  "_",
  "\\",
  "|",
  "\n",
  "\n\n",
  "- ",
  "1. ",
  "# ",
  "> ",
  "  ",
  "\u202e",
  "a",
  "ü",
  "😀",
];
const thick = fc
  .array(fc.oneof(fc.constantFrom(...SIGNS), fc.string({ maxLength: 8 })), { maxLength: 40 })
  .map((parts) => parts.join(""));

describe("any text", () => {
  test("is a document that Jira Cloud takes", () => {
    fc.assert(
      fc.property(thick, (text) => {
        const parsed = adfSchema.safeParse(adfOf(readMarkdown(text)));
        expect(parsed.error?.issues ?? []).toEqual([]);
      }),
    );
  });

  test("mentions nobody on GitHub, refers to no issue there, and holds no HTML and no picture", () => {
    fc.assert(
      fc.property(thick, (text) => {
        const blocks = readMarkdown(text).filter(({ kind }) => kind !== "code");
        const shown = githubOf(blocks)
          .replace(/<https?:\/\/[^\s<>]*>/g, "")
          .replace(/`[^`]*`|&#96;/g, " ");
        expect(shown).not.toMatch(/@[A-Za-z0-9]|#\d|GH-\d|<|(?<!\\)!\[/);
      }),
    );
  });

  test("runs no macro in Jira Data Center", () => {
    fc.assert(
      fc.property(thick, (text) => {
        const blocks = readMarkdown(text).filter(({ kind }) => kind !== "code" && kind !== "quote");
        const shown = wikiOf(blocks).replace(/\[https?:\/\/[^\]\s]*\]/g, "");
        expect(shown.replace(/\{\{|\}\}/g, "")).not.toMatch(/(?<!\\)[{[!]/);
      }),
    );
  });

  test("ends no block of code before its end", () => {
    expect(wikiOf(readMarkdown("```\na {noformat} {html}\n```"))).toBe("{noformat}\na { noformat} {html}\n{noformat}");
    expect(githubOf(readMarkdown("~~~\na\n```\n@octo\n~~~"))).toBe("````\na\n```\n@octo\n````");
  });

  test("pings nobody in Slack", () => {
    fc.assert(
      fc.property(thick, (text) => {
        for (const { text: shown } of sectionsOf(text).blocks) {
          const rest = (shown as { text: string }).text.replace(/<https?:\/\/[^<>|\s]*>|^> /gm, "");
          expect(rest).not.toMatch(/[<>]/);
        }
      }),
    );
  });

  test("loses no word on its way", () => {
    const words = fc.array(fc.stringMatching(/^[a-zA-Z0-9]{1,8}$/), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(words, (all) => {
        const shown = textOfAdf(
          adfOf(readMarkdown(all.map((word, at) => (at % 3 === 0 ? `- ${word}` : word)).join("\n"))),
        );
        for (const word of all) expect(shown).toContain(word);
      }),
    );
  });

  test("what the summary escaped is read back as it was", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z<>&*_`@{}[\]~|!#:./-]{1,40}$/), (text) => {
        const before = `x ${text} x`;
        expect(textOfAdf(adfOf(readMarkdown(escapeMarkdown(before))))).toBe(before);
      }),
    );
  });
});

test("signs that mean something on GitHub are shown as they were", () => {
  expect(githubOf(readMarkdown("a \\` b #5 1 < 2 & c"))).toBe("a &#96; b #\u200b5 1 &lt; 2 &amp; c");
});

test("lines made to take long are read at once", () => {
  for (const sign of ["[", "![", "**", "_", "`", "<", "https://", "\\", "# ", "- ", "| ", "> ", "&", "  ", "``` "]) {
    const text = sign.repeat(Math.floor(32_000 / sign.length));
    expect(readMarkdown(text).length).toBeGreaterThanOrEqual(0);
    expect(readMarkdown(`${text}x`).length).toBeGreaterThan(0);
    expect(readMarkdown(`#${" ".repeat(32_000)}x`)).toHaveLength(1);
  }
});

test("a text that is cut says so and is never longer than its bound, in characters that are whole", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("😀", "a\n", "*b* ", "{"), { maxLength: 400 }),
      fc.integer({ min: 150, max: 500 }),
      (parts, max) => {
        const text = parts.join("");
        const cut = fitted(text, max);
        expect(cut.text.length).toBeLessThanOrEqual(max);
        expect(cut.truncated).toBe(text.length > max);
        expect(cut.text).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
        const wiki = written(text, max, (markdown) => wikiOf(readMarkdown(markdown)), "");
        expect(wiki.text.length).toBeLessThanOrEqual(max);
        expect(titled(text, 50).text.length).toBeLessThanOrEqual(50);
      },
    ),
  );
});
