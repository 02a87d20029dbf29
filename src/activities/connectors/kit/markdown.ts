/**
 * Markdown as graphs write it, read into blocks of plain text, so that each vendor's own markup is made of what was
 * meant and never of what somebody's log line holds. HTML, images and reference links are text.
 */
import { visible } from "../../../vocabulary/visible.js";
import { withoutEnd } from "../../../vocabulary/without-ends.js";

export type Inline =
  | { kind: "text" | "strong" | "em" | "code"; text: string }
  /** `text` is absent where the address itself is shown. */
  | { kind: "link"; text?: string; url: string }
  | { kind: "break" };

export type Block =
  | { kind: "heading"; level: number; inlines: Inline[] }
  | { kind: "paragraph" | "quote"; inlines: Inline[] }
  | { kind: "list"; ordered: boolean; items: Array<{ depth: number; inlines: Inline[] }> }
  | { kind: "code"; language: string; text: string }
  | { kind: "rule" };

/** Text of several lines, by `\n` alone and without tabs: nobody sees some characters, machines do. */
export const visibleText = (text: string): string => visible(text.replace(/\r\n?/g, "\n")).replaceAll("\t", "  ");

const FENCE = /^ {0,3}(`{3,}|~{3,})\s{0,20}([\w+-]{0,40})[^`]*$/;
const HEADING = /^ {0,3}(#{1,6})\s(.*)$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^(\s{0,40})(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;
const QUOTE = /^ {0,3}>\s?(.*)$/;
const TABLE = /^\s{0,3}\|.*\|\s*$/;
const DEPTH_MAX = 5;

/** Never fails: what is no markup is a paragraph. */
export function readMarkdown(markdown: string): Block[] {
  const lines = visibleText(markdown).split("\n");
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? "";
    if (line.trim() === "") at++;
    else at = readBlock(lines, at, line, blocks);
  }
  return blocks;
}

/** Reads one block and returns where the next may begin. */
function readBlock(lines: readonly string[], at: number, line: string, blocks: Block[]): number {
  const fence = FENCE.exec(line);
  if (fence !== null) return readFence(lines, at, fence, blocks);
  const heading = HEADING.exec(line);
  if (heading !== null) {
    const [, marks = "#", text = ""] = heading;
    blocks.push({ kind: "heading", level: marks.length, inlines: readInlines(text.trim()) });
    return at + 1;
  }
  if (RULE.test(line)) {
    blocks.push({ kind: "rule" });
    return at + 1;
  }
  if (TABLE.test(line)) {
    const rows = runOf(lines, at, (one) => TABLE.test(one));
    blocks.push({ kind: "code", language: "", text: rows.map((row) => unescaped(row.trim())).join("\n") });
    return at + rows.length;
  }
  if (QUOTE.test(line)) {
    const quoted = runOf(lines, at, (one) => QUOTE.test(one));
    blocks.push({ kind: "quote", inlines: joined(quoted.map((one) => QUOTE.exec(one)?.[1] ?? "")) });
    return at + quoted.length;
  }
  if (ITEM.test(line)) return readList(lines, at, blocks);
  const rest = runOf(lines, at, (one, first) => first || (one.trim() !== "" && !beginsBlock(one)));
  blocks.push({ kind: "paragraph", inlines: joined(rest.map((one) => one.trim())) });
  return at + rest.length;
}

const beginsBlock = (line: string): boolean =>
  [FENCE, HEADING, RULE, ITEM, QUOTE, TABLE].some((pattern) => pattern.test(line));

function runOf(lines: readonly string[], at: number, belongs: (line: string, isFirst: boolean) => boolean): string[] {
  let end = at;
  while (end < lines.length && belongs(lines[end] ?? "", end === at)) end++;
  return lines.slice(at, end);
}

function readFence(lines: readonly string[], at: number, fence: RegExpExecArray, blocks: Block[]): number {
  const [, mark = "```", language = ""] = fence;
  let end = at + 1;
  while (end < lines.length && !isClosing(lines[end] ?? "", mark)) end++;
  blocks.push({ kind: "code", language, text: lines.slice(at + 1, end).join("\n") });
  return end + 1;
}

function isClosing(line: string, mark: string): boolean {
  const text = line.trim();
  return text.length >= mark.length && [...text].every((character) => character === mark[0]);
}

function readList(lines: readonly string[], at: number, blocks: Block[]): number {
  const items: Array<{ depth: number; inlines: Inline[] }> = [];
  const first = ITEM.exec(lines[at] ?? "");
  const rows = runOf(lines, at, (one) => ITEM.test(one) && !RULE.test(one));
  for (const row of rows) {
    const [, indent = "", , text = ""] = ITEM.exec(row) ?? [];
    const before = items.at(-1)?.depth ?? -1;
    // No deeper than one below what stands above it.
    const depth = Math.min(Math.floor(indent.length / 2), before + 1, DEPTH_MAX);
    items.push({ depth, inlines: readInlines(text) });
  }
  blocks.push({ kind: "list", ordered: first?.[2] !== undefined, items });
  return at + rows.length;
}

function joined(lines: readonly string[]): Inline[] {
  return lines.flatMap((line, index) => [...(index === 0 ? [] : [{ kind: "break" } as const]), ...readInlines(line)]);
}

/** Every repetition is bounded, so that no line takes long however it is written. */
const INLINE =
  /\\([\\`*_{}[\]()#+.!|~@<>:/=-])|`([^`]{1,2000})`|\*\*([^*]{1,1000})\*\*|(?<![\p{L}\p{N}_])_([^_]{1,1000})_(?![\p{L}\p{N}_])|(?<!\*)\*([^*\s][^*]{0,1000})\*(?!\*)|!?\[([^[\]]{0,500})\]\((https?:\/\/[^\s()<>]{1,2000})\)|<?(https?:\/\/[^\s<>()[\]"'`]{1,2000})>?|&(amp|lt|gt|quot|#39);/gu;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

function readInlines(line: string): Inline[] {
  const inlines: Inline[] = [];
  let plain = "";
  let end = 0;
  const flush = () => {
    if (plain !== "") inlines.push({ kind: "text", text: plain });
    plain = "";
  };
  for (const match of line.matchAll(INLINE)) {
    plain += line.slice(end, match.index);
    end = match.index + match[0].length;
    const [, escaped, code, strong, underscored, starred, label, target, address, entity] = match;
    if (escaped !== undefined) plain += escaped;
    else if (entity !== undefined) plain += ENTITIES[entity] ?? match[0];
    else {
      flush();
      if (code !== undefined) inlines.push({ kind: "code", text: code });
      else if (strong !== undefined) inlines.push({ kind: "strong", text: unescaped(strong) });
      else if (target !== undefined) inlines.push(linkOf(target, unescaped(label ?? "")));
      else if (address !== undefined) inlines.push(...bareLink(match[0], address));
      else inlines.push({ kind: "em", text: unescaped(underscored ?? starred ?? "") });
    }
  }
  plain += line.slice(end);
  flush();
  return inlines;
}

/** A sentence's full stop is no part of the address before it. */
function bareLink(whole: string, address: string): Inline[] {
  const url = withoutEnd(address, /[.,;:!?]/);
  const tail = address.slice(url.length);
  if (!URL.canParse(url)) return [{ kind: "text", text: whole }];
  return [{ kind: "link", url }, ...(tail === "" ? [] : [{ kind: "text" as const, text: tail }])];
}

function linkOf(url: string, text: string): Inline {
  if (!URL.canParse(url)) return { kind: "text", text: `${text} (${url})` };
  return text === "" || text === url ? { kind: "link", url } : { kind: "link", text, url };
}

const unescaped = (text: string): string =>
  text
    .replace(/\\([\\`*_{}[\]()#+.!|~@<>:/=-])/g, "$1")
    .replace(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole);

/** Cuts at the end of a line where it can, and says that it was cut. `more` tells where the rest is. */
export function fitted(text: string, max: number, more = ""): { text: string; truncated: boolean } {
  if (text.length <= max) return { text, truncated: false };
  const note = `\n\n… the rest was left out: the text is too long${more === "" ? "" : ` (${more})`}`;
  const room = Math.max(0, max - note.length);
  const cut = text.lastIndexOf("\n", room);
  // A pair of code units that makes one character is not parted.
  const kept = text.slice(0, cut > room / 2 ? cut : room).replace(/[\ud800-\udbff]$/, "");
  return { text: `${kept}${note}`.slice(0, max), truncated: true };
}
