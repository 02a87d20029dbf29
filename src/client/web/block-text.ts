/** A deep value line by line, as the terminal shows it: YAML, which reads back to the same value. */
import { visible, visibleJson } from "../../vocabulary/visible.js";

/** These read as they stand, and as nothing but text. */
const PLAIN = /^[A-Za-z/][\w./@%+-]*(?: [\w./@%+(){}=-]+)*$/;
const WORDS = /^(?:true|false|null)$/i;

export function blockText(value: unknown): string {
  return linesOf(value).join("\n");
}

function linesOf(value: unknown): string[] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap((one) => after("-", one));
  if (typeof value === "object" && value !== null && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, one]) => after(`${scalar(key)}:`, one));
  }
  return [scalar(value)];
}

/** What stands behind a dash or a key: on its line, or indented below it. */
function after(head: string, value: unknown): string[] {
  const text = typeof value === "string" ? block(value) : undefined;
  if (text !== undefined) return [`${head} |-`, ...indented(text)];
  const lines = linesOf(value);
  const isDeep = typeof value === "object" && value !== null && Object.keys(value).length > 0;
  if (!isDeep) return [`${head} ${lines[0]}`];
  if (head !== "-" || Array.isArray(value)) return [head, ...indented(lines)];
  const [first = "", ...rest] = lines;
  return [`- ${first}`, ...indented(rest)];
}

const indented = (lines: readonly string[]): string[] => lines.map((line) => (line === "" ? "" : `  ${line}`));

/** Several lines of text, where they read back as they are. */
function block(text: string): string[] | undefined {
  const isPlain = visible(text) === text && !/^\s|\s$|\t/.test(text) && text.includes("\n");
  return isPlain ? text.split("\n") : undefined;
}

function scalar(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value) ?? "null";
  return PLAIN.test(value) && !WORDS.test(value) ? value : visibleJson(JSON.stringify(value));
}
