/** Text of `kubectl describe` as an outline: each line under the one that it is indented below. */
import { linesOf } from "./lines.js";

export interface Entry {
  /** Before the first colon. */
  key: string;
  value: string;
  text: string;
  children: Entry[];
}

/** One outline for each object that the text describes: each begins with its name at the left edge. */
export function outlinesOf(text: string): Entry[][] {
  const lines = linesOf(text.replaceAll("\t", "  "));
  const starts = lines.flatMap((line, at) => (/^Name:\s+\S/.test(line) ? [at] : []));
  return starts.map((from, index) => outline(lines.slice(from, starts[index + 1] ?? lines.length)));
}

function outline(lines: readonly string[]): Entry[] {
  const root: Entry = { key: "", value: "", text: "", children: [] };
  const open: Array<{ indent: number; entry: Entry }> = [{ indent: -1, entry: root }];
  for (const line of lines) {
    const text = line.trim();
    if (text === "") continue;
    const indent = line.length - line.trimStart().length;
    while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
    const at = text.search(/:(?:\s|$)/);
    const entry: Entry = {
      key: at === -1 ? text : text.slice(0, at),
      value: at === -1 ? "" : text.slice(at + 1).trim(),
      text,
      children: [],
    };
    (open.at(-1)?.entry ?? root).children.push(entry);
    open.push({ indent, entry });
  }
  return root.children;
}

export const entryOf = (entries: readonly Entry[], key: string): Entry | undefined =>
  entries.find((one) => one.key === key);

/** Undefined where it is not there, or says that there is none. */
export function textOf(entries: readonly Entry[], ...keys: string[]): string | undefined {
  const value = keys.map((key) => entryOf(entries, key)?.value).find((one) => one !== undefined && one !== "");
  return value === undefined || /^<(?:none|unset|unknown)>$/.test(value) ? undefined : value;
}

/** `Labels:  app=web` with more below it. */
export function pairsOf(entry: Entry | undefined): Record<string, string> {
  const all = entry === undefined ? [] : [entry.value, ...entry.children.map(({ text }) => text)];
  return Object.fromEntries(
    all
      .flatMap((one) => one.split(/,(?=[^,=]+=)/))
      .map((one) => /^\s*([^\s=:]+)(?:=|:\s+)(.*)$/.exec(one.trim()))
      .flatMap((match) => (match === null ? [] : [[match[1] ?? "", (match[2] ?? "").trim()]])),
  );
}

/** `Mon, 30 Nov 2026 11:00:00 +0000`. */
export function timeOf(text: string | undefined): string | undefined {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
