/**
 * Secrets in tables: the head names a column, the lines under it hold the values, between bars, commas or tabs.
 */
import { namedSecretKind, secretName } from "./secret-names.js";

const HEAD_CHARS = 400;
const HINT = /pass|pwd|secret|token|key|credential/i;
const SEPARATORS = ["|", "\t", ";", ","] as const;
const CELL = /^[ \t]*["']?[A-Za-z][\w .-]{0,40}["']?[ \t]*$/;
/** The line between head and body. */
const RULE = /^[\s|+:=-]+$/;

interface Table {
  separator: string;
  cells: number;
  /** The secret's name, by column. */
  names: ReadonlyMap<number, string>;
}

export function redactColumns(text: string, replace: (kind: string) => string): string {
  if (!text.includes("\n") || !HINT.test(text)) return text;
  let table: Table | undefined;
  return text
    .split("\n")
    .map((line) => {
      if (table !== undefined && RULE.test(line)) return line;
      const cells = table === undefined ? [] : line.split(table.separator);
      if (table !== undefined && cells.length === table.cells) return withoutSecrets(cells, table, replace);
      table = headOf(line);
      return line;
    })
    .join("\n");
}

function headOf(line: string): Table | undefined {
  if (line.length > HEAD_CHARS || !HINT.test(line)) return undefined;
  const separator = SEPARATORS.find((one) => line.includes(one));
  if (separator === undefined) return undefined;
  const cells = line.replace(/\r$/, "").split(separator);
  // A table of Markdown begins and ends with its separator.
  const isHead = cells.every(
    (cell, at) => CELL.test(cell) || (cell.trim() === "" && (at === 0 || at === cells.length - 1)),
  );
  if (!isHead || cells.filter((cell) => cell.trim() !== "").length < 2) return undefined;
  const names = new Map<number, string>();
  cells.forEach((cell, at) => {
    const name = secretName(cell.trim().replace(/^["']|["']$/g, ""));
    if (name !== undefined) names.set(at, name);
  });
  return names.size === 0 ? undefined : { separator, cells: cells.length, names };
}

function withoutSecrets(cells: string[], { separator, names }: Table, replace: (kind: string) => string): string {
  return cells
    .map((cell, at) => {
      const name = names.get(at);
      const [, before = "", value = "", after = ""] = /^(\s*["']?)(.*?)(["']?\s*)$/s.exec(cell) ?? [];
      const isCount = /^\d{1,6}$/.test(value);
      const kind =
        name === undefined || isCount ? undefined : namedSecretKind({ name, value, where: "json", goesOn: false });
      return kind === undefined ? cell : `${before}${replace(kind)}${after}`;
    })
    .join(separator);
}
