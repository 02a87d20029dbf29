/** The wiki markup that Jira Data Center takes. What others wrote is escaped: it runs no macro, mentions nobody, embeds nothing. */
import type { Block, Inline } from "../kit/markdown.js";

/** As Jira's notation guide has it: a backslash takes the meaning from the sign after it; two of them would break the line. */
export function escapeWiki(text: string): string {
  return text
    .replace(/[\\{}[\]*_+^~|!?]|(?<!\w)-(?=\S)|^#(?=[#*\s])/gm, (mark) => (mark === "\\" ? "&#92;" : `\\${mark}`))
    .replace(/^([^\S\r\n\u2028\u2029]*(?:h[1-6]|bq))\./gm, "$1&#46;");
}

export function wikiOf(blocks: readonly Block[]): string {
  return blocks.map(blockText).join("\n\n");
}

function blockText(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `h${block.level}. ${lineOf(block.inlines)}`;
    case "paragraph":
      return block.inlines.map(inlineText).join("");
    case "quote":
      return `{quote}\n${block.inlines.map(inlineText).join("")}\n{quote}`;
    case "code":
      return codeText(block.text);
    case "rule":
      return "----";
    case "list":
      return block.items
        .map(({ depth, inlines }) => `${(block.ordered ? "#" : "*").repeat(depth + 1)} ${lineOf(inlines)}`)
        .join("\n");
  }
}

/** Inside the macro nothing counts but the macro itself, which ends it. */
const codeText = (text: string): string => `{noformat}\n${text.replace(/\{(?=noformat)/gi, "{ ")}\n{noformat}`;
const lineOf = (inlines: readonly Inline[]): string => inlines.map(inlineText).join("").replaceAll("\n", " ");

function inlineText(inline: Inline): string {
  switch (inline.kind) {
    case "text":
      return escapeWiki(inline.text);
    case "break":
      return "\n";
    case "strong":
      return `*${escapeWiki(inline.text)}*`;
    case "em":
      return `_${escapeWiki(inline.text)}_`;
    case "code":
      return `{{${escapeWiki(inline.text)}}}`;
    case "link": {
      // A bar or bracket would end the address and begin something else.
      const url = inline.url.replace(/[|[\]{}\\!^~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
      return inline.text === undefined ? `[${url}]` : `${escapeWiki(inline.text)} ([${url}])`;
    }
  }
}
