/**
 * Atlassian Document Format, which Jira Cloud takes in place of markup. Text nodes are literal, and no node is ever made
 * that mentions, embeds or runs anything: paragraphs, headings, lists, code, quotes, rules, and links that show where they lead.
 */
import type { Block, Inline } from "../kit/markdown.js";

export interface AdfNode {
  type: string;
  text?: string;
  attrs?: Record<string, unknown>;
  marks?: Array<{ type: string; attrs?: Record<string, unknown> }>;
  content?: AdfNode[];
}
export interface AdfDocument extends AdfNode {
  type: "doc";
  version: 1;
  content: AdfNode[];
}

export function adfOf(blocks: readonly Block[]): AdfDocument {
  return { type: "doc", version: 1, content: blocks.map(nodeOf).filter((node) => node !== undefined) };
}

/** All text of a document, as a reader sees it. */
export function textOfAdf(node: unknown): string {
  if (typeof node !== "object" || node === null) return "";
  const { text, content, type } = node as Partial<AdfNode>;
  if (typeof text === "string") return text;
  if (type === "hardBreak") return "\n";
  return Array.isArray(content) ? content.map(textOfAdf).join(type === "doc" ? "\n" : "") : "";
}

function nodeOf(block: Block): AdfNode | undefined {
  switch (block.kind) {
    case "heading":
      return filled("heading", block.inlines, { level: block.level });
    case "paragraph":
      return filled("paragraph", block.inlines);
    case "quote": {
      const content = filled("paragraph", block.inlines);
      return content === undefined ? undefined : { type: "blockquote", content: [content] };
    }
    case "code":
      return { type: "codeBlock", ...language(block.language), content: textNodes(block.text) };
    case "rule":
      return { type: "rule" };
    case "list":
      return listOf(block.items, block.ordered);
  }
}

const language = (name: string) => (name === "" ? {} : { attrs: { language: name } });
/** The format knows no empty text. */
const textNodes = (text: string): AdfNode[] => (text === "" ? [] : [{ type: "text", text }]);

function filled(type: string, inlines: readonly Inline[], attrs?: AdfNode["attrs"]): AdfNode | undefined {
  const content = inlines.flatMap(inlineNodes);
  if (content.length === 0) return undefined;
  return { type, ...(attrs === undefined ? {} : { attrs }), content };
}

/** Items that stand deeper are a list of their own inside the item above them. */
function listOf(items: Array<{ depth: number; inlines: Inline[] }>, ordered: boolean): AdfNode {
  const [{ depth } = { depth: 0 }] = items;
  const content: AdfNode[] = [];
  for (let at = 0; at < items.length; ) {
    const item = items[at];
    if (item === undefined) break;
    let end = at + 1;
    while (end < items.length && (items[end]?.depth ?? 0) > depth) end++;
    const own = filled("paragraph", item.inlines) ?? { type: "paragraph", content: [] };
    const below = items.slice(at + 1, end);
    content.push({ type: "listItem", content: below.length === 0 ? [own] : [own, listOf(below, ordered)] });
    at = end;
  }
  return { type: ordered ? "orderedList" : "bulletList", content };
}

function inlineNodes(inline: Inline): AdfNode[] {
  switch (inline.kind) {
    case "text":
      return textNodes(inline.text);
    case "break":
      return [{ type: "hardBreak" }];
    case "link": {
      const link: AdfNode = { type: "text", text: inline.url, marks: [{ type: "link", attrs: { href: inline.url } }] };
      if (inline.text === undefined) return [link];
      return [{ type: "text", text: `${inline.text} (` }, link, { type: "text", text: ")" }];
    }
    default:
      return [{ type: "text", text: inline.text, marks: [{ type: inline.kind }] }];
  }
}
