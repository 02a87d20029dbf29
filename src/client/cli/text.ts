/** Text for a terminal: what data may not do to it, and how our own words are coloured. */
import { visible } from "../../vocabulary/visible.js";

/**
 * Styles are written as private-use characters and turned into colours by the printer, after everything else that
 * steers a terminal has been made visible. Data can at most colour itself.
 */
const MARKS = { bold: "\uE001", dim: "\uE002", red: "\uE003", green: "\uE004", yellow: "\uE005", cyan: "\uE006" };
const END = "\uE000";
export type StyleName = keyof typeof MARKS;
type Colours = Record<StyleName, (text: string) => string>;

const marker = (name: StyleName) => (text: string) => `${MARKS[name]}${text}${END}`;
/** Marks text for a colour; marks do not nest. */
export const style: Colours = {
  bold: marker("bold"),
  dim: marker("dim"),
  red: marker("red"),
  green: marker("green"),
  yellow: marker("yellow"),
  cyan: marker("cyan"),
};

const MARKED = /([\uE001-\uE006])([^\uE000-\uE006]*)\uE000/g;
const LEFT_OVER = /[\uE000-\uE006]/g;

/** Turns marks into colours, or drops them where `colours` is absent. */
export function paint(text: string, colours?: Colours): string {
  const painted = text.replace(MARKED, (_, mark: string, inner: string) => {
    const name = (Object.keys(MARKS) as StyleName[]).find((key) => MARKS[key] === mark);
    return colours === undefined || name === undefined ? inner : colours[name](inner);
  });
  return painted.replace(LEFT_OVER, "");
}

/** Makes every character visible that would steer the terminal or hide; line breaks stay. */
export const escapeControls = (text: string): string => visible(text).replaceAll("\t", "  ");

/** Data in a line of its own: no line breaks that could pass for lines of ours. */
export function oneLine(text: string, maxChars = 400): string {
  const lines = text.split("\n").map((part) => part.trim());
  const line = lines.filter((part) => part !== "").join(" ");
  return line.length > maxChars ? `${line.slice(0, maxChars - 1)}…` : line;
}

/** Longer data below a line of ours, each line set in. */
export function indented(text: string, by: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `${by}${line}`)
    .join("\n");
}

/** Columns, each as wide as its widest cell; the last is not padded. */
export function columns(rows: readonly (readonly string[])[], gap = "  "): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, width(cell));
  }
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell + " ".repeat((widths[index] ?? 0) - width(cell))))
      .join(gap)
      .trimEnd(),
  );
}

/** Columns that a text takes, marks left out; signs such as ⛔ take two. */
export function width(text: string): number {
  return [...text.replace(LEFT_OVER, "")].reduce((columns, char) => columns + widthOf(char), 0);
}

const widthOf = (char: string): number => (/\p{Emoji_Presentation}/u.test(char) ? 2 : 1);

/** Cuts a line to `max` seen characters, keeping marks whole. */
export function clipped(line: string, max: number): string {
  if (width(line) <= max) return line;
  let seen = 0;
  let cut = "";
  let open = false;
  for (const char of line) {
    const isMark = char >= "\uE000" && char <= "\uE006";
    if (!isMark && seen + widthOf(char) > max - 1) break;
    if (isMark) open = char !== END;
    else seen += widthOf(char);
    cut += char;
  }
  return `${cut}…${open ? END : ""}`;
}

/** The day and time of the machine's own zone, to the second. */
export function clock(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** The day and time of a zone, to the second, with the zone's name; an unknown one is told in UTC. */
export function clockIn(timeZone: string, ms: number): string {
  const parts = { dateStyle: "short", timeStyle: "medium" } as const;
  try {
    return `${new Intl.DateTimeFormat("sv-SE", { ...parts, timeZone }).format(ms)} ${timeZone}`;
  } catch {
    return `${new Intl.DateTimeFormat("sv-SE", { ...parts, timeZone: "UTC" }).format(ms)} UTC`;
  }
}

/** Markdown of ours for reading on a terminal: headings stand out, and nothing is escaped for Markdown's sake. */
export function readable(markdown: string): string {
  return markdown
    .split("\n")
    .map((line) => (/^#{1,3} /.test(line) ? style.bold(line.replace(/^#+ /, "")) : line))
    .join("\n")
    .replace(/(?<!\\)\*\*/g, "")
    .replace(/\\([\\`*_[\]<>|#])/g, "$1");
}
