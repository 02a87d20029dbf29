/**
 * Markdown for GitHub, written anew from what was read: what others wrote mentions nobody, refers to no other issue, loads
 * no picture and holds no HTML.
 */
import type { Block, Inline } from "../kit/markdown.js";

/**
 * A sign that takes no room stands where a mention or a reference would begin: escaping does not keep GitHub from either. At
 * the end of a text, too: what follows may be a link's words.
 */
const APART = "\u200b";

export function escapeGithub(text: string): string {
  return (
    text
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/[\\*_[\]|~!]/g, "\\$&")
      .replace(/@(?=[A-Za-z0-9]|$)/g, `@${APART}`)
      .replace(/#(?=\d|$)/g, `#${APART}`)
      .replace(/GH-(?=\d|$)/gi, `$&${APART}`)
      .replaceAll("`", "&#96;")
      // Text is no address: those that were meant as one are links already.
      .replace(/:\/\//g, `:${APART}//`)
      .replace(/\b(www)\./gi, `$1${APART}.`)
      .replace(/^([^\S\r\n\u2028\u2029]*)([-+=#])/gm, "$1\\$2")
      .replace(/^([^\S\r\n\u2028\u2029]*\d+)([.)])(?=\s|$)/gm, "$1\\$2")
  );
}

export function githubOf(blocks: readonly Block[]): string {
  return blocks.map(blockText).join("\n\n");
}

function blockText(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `${"#".repeat(block.level)} ${lineOf(block.inlines)}`;
    case "paragraph":
      return block.inlines.map(inlineText).join("");
    case "quote":
      return `> ${block.inlines.map(inlineText).join("").replaceAll("\n", "\n> ")}`;
    case "code":
      return fenced(block.text, block.language);
    case "rule":
      return "---";
    case "list":
      return block.items
        .map(({ depth, inlines }) => `${"   ".repeat(depth)}${block.ordered ? "1." : "-"} ${lineOf(inlines)}`)
        .join("\n");
  }
}

/** The fence is longer than any run of backticks inside. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

const lineOf = (inlines: readonly Inline[]): string => inlines.map(inlineText).join("").replaceAll("\n", " ");

function inlineText(inline: Inline): string {
  switch (inline.kind) {
    case "text":
      return escapeGithub(inline.text);
    case "break":
      return "\n";
    case "strong":
      return `**${escapeGithub(inline.text).trim()}**`;
    case "em":
      return `*${escapeGithub(inline.text).trim()}*`;
    case "code":
      return `\`${inline.text.replaceAll("`", "'")}\``;
    case "link":
      return inline.text === undefined ? `<${inline.url}>` : `${escapeGithub(inline.text)} (<${inline.url}>)`;
  }
}
