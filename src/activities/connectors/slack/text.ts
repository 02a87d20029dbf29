/** Markdown as sections of a message in Slack: what others wrote mentions nobody, links nowhere by itself and ends no block. */
import type { Block } from "../../../platform/slack/client.js";
import { line, section } from "../../../platform/slack/text.js";
import { SLACK_SECTION_MAX_CHARS as MAX, SLACK_SECTIONS_MAX } from "../../../vocabulary/ticket-limits.js";
import { type Inline, type Block as MarkdownBlock, readMarkdown } from "../kit/markdown.js";

export function sectionsOf(markdown: string): { blocks: Block[]; truncated: boolean } {
  const texts = chunked(readMarkdown(markdown).flatMap(piecesOf));
  const truncated = texts.length > SLACK_SECTIONS_MAX;
  const kept = truncated
    ? [...texts.slice(0, SLACK_SECTIONS_MAX), "… the rest was left out: the text is too long"]
    : texts;
  return { blocks: kept.map(section), truncated };
}

/** Pieces that each fit into a section, put together while they fit. */
function chunked(pieces: readonly string[]): string[] {
  const chunks: string[] = [];
  for (const piece of pieces) {
    const last = chunks.at(-1);
    if (last !== undefined && last.length + piece.length + 1 <= MAX) chunks[chunks.length - 1] = `${last}\n${piece}`;
    else chunks.push(piece);
  }
  return chunks;
}

function piecesOf(block: MarkdownBlock): string[] {
  switch (block.kind) {
    case "heading":
      return [`*${bounded(plainOf(block.inlines), MAX - 2)}*`];
    case "paragraph":
      return linesOf(block.inlines, "");
    case "quote":
      return linesOf(block.inlines, "> ");
    case "rule":
      return ["———"];
    case "list":
      return block.items.flatMap(({ depth, inlines }, at) =>
        linesOf(inlines, `${"    ".repeat(depth)}${block.ordered ? `${at + 1}.` : "•"} `),
      );
    case "code":
      return codeOf(block.text);
  }
}

/** Code is fenced piece by piece, so that no fence is left open. */
function codeOf(text: string): string[] {
  const rows = text.split("\n").map((row) => bounded(row, MAX - 8));
  return chunkedRows(rows, MAX - 8).map((chunk) => `\`\`\`\n${chunk}\n\`\`\``);
}

function chunkedRows(rows: readonly string[], max: number): string[] {
  const chunks: string[] = [];
  for (const row of rows) {
    const last = chunks.at(-1);
    if (last !== undefined && last.length + row.length + 1 <= max) chunks[chunks.length - 1] = `${last}\n${row}`;
    else chunks.push(row);
  }
  return chunks;
}

function linesOf(inlines: readonly Inline[], before: string): string[] {
  const rows: Inline[][] = [[]];
  for (const inline of inlines) {
    if (inline.kind === "break") rows.push([]);
    else rows.at(-1)?.push(inline);
  }
  return rows.map((row) => {
    const text = `${before}${row.map(inlineText).join("")}`;
    return text.length <= MAX ? text : `${before}${bounded(plainOf(row), MAX - before.length)}`;
  });
}

const bounded = (text: string, max: number): string => line(text, max);

const plainOf = (inlines: readonly Inline[]): string =>
  inlines
    .map((inline) => {
      if (inline.kind === "break") return " ";
      return inline.kind === "link" ? `${inline.text ?? ""} ${inline.url}`.trim() : inline.text;
    })
    .join("");

function inlineText(inline: Inline): string {
  switch (inline.kind) {
    case "text":
      return bounded(inline.text, MAX);
    case "break":
      return " ";
    case "strong":
      return `*${bounded(inline.text, MAX).trim()}*`;
    case "em":
      return `_${bounded(inline.text, MAX).trim()}_`;
    case "code":
      return `\`${bounded(inline.text, MAX)}\``;
    case "link": {
      const shown = `<${inline.url.replaceAll("&", "&amp;").replaceAll("|", "%7C")}>`;
      return inline.text === undefined ? shown : `${bounded(inline.text, MAX)} (${shown})`;
    }
  }
}
