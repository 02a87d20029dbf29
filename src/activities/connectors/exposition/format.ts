/** The Prometheus text format, as a `/metrics` page has it: samples with labels, values, times, and metric types. */
import type { Labels } from "./selector.js";

export interface Sample {
  metric: string;
  labels: Labels;
  value: number;
  /** Milliseconds since the epoch, where the page tells one. */
  timeMs?: number;
}
export interface Page {
  samples: Sample[];
  /** counter, gauge, histogram, summary or untyped, by the name in the `# TYPE` line. */
  types: Map<string, string>;
}
export type ParsedPage = { ok: true; page: Page } | { ok: false; line: number; message: string };

const SAMPLES_MAX = 200_000;
const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const TYPE_LINE = /^#[ \t]+TYPE[ \t]+(?:"((?:[^"\\]|\\.)*)"|(\S+))[ \t]+(\S+)/;
const BLANK = /^[ \t]+/;

/** Parses a page whole; one broken line refuses it, since what it tells would be a guess. */
export function parsePage(text: string): ParsedPage {
  const page: Page = { samples: [], types: new Map() };
  let lineNumber = 0;
  for (const line of text.split("\n")) {
    lineNumber++;
    const trimmed = line.endsWith("\r") ? line.slice(0, -1).trim() : line.trim();
    if (trimmed === "") continue;
    if (trimmed.startsWith("#")) {
      const [, quoted, plain, type] = TYPE_LINE.exec(trimmed) ?? [];
      const metric = quoted === undefined ? plain : readQuoted(`${quoted}"`, 0)?.value;
      if (metric !== undefined && type !== undefined) page.types.set(metric, type);
      continue;
    }
    const sample = parseSample(trimmed);
    if (typeof sample === "string") return { ok: false, line: lineNumber, message: sample };
    if (page.samples.push(sample) > SAMPLES_MAX) {
      return { ok: false, line: lineNumber, message: `the page has more than ${SAMPLES_MAX} samples` };
    }
  }
  return { ok: true, page };
}

/** A sample, or what is wrong with its line. */
function parseSample(line: string): Sample | string {
  let metric = METRIC.exec(line)?.[0];
  let rest = line.slice(metric?.length ?? 0).replace(BLANK, "");
  let labels: Labels = {};
  if (rest.startsWith("{")) {
    const parsed = parseLabels(rest.slice(1));
    if (typeof parsed === "string") return parsed;
    if (metric !== undefined && parsed.metric !== undefined) return "a metric's name must not appear twice";
    metric ??= parsed.metric;
    ({ labels, rest } = parsed);
  }
  if (metric === undefined) return "a metric's name must be at the beginning, or quoted within the braces";
  // OpenMetrics puts an exemplar behind the value.
  const [valueText = "", timeText, ...more] =
    rest
      .split(" # ", 1)[0]
      ?.trim()
      .split(/[ \t]+/) ?? [];
  if (more.length > 0) return "at most a value and a time may follow the labels";
  const value = parseValue(valueText);
  if (value === undefined) return "a number must follow the labels";
  if (timeText === undefined) return { metric, labels, value };
  if (!NUMBER.test(timeText)) return "the time must be a number";
  // The classic format counts milliseconds, OpenMetrics seconds with a fraction.
  const time = Number(timeText);
  return { metric, labels, value, timeMs: timeText.includes(".") || Math.abs(time) < 1e11 ? time * 1_000 : time };
}

export function parseValue(text: string): number | undefined {
  if (NUMBER.test(text)) return Number(text);
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^[+-]?nan$/i.test(text) ? Number.NaN : undefined;
}

/** Labels, and the metric's name where it stands among them in quotes, as Prometheus 3 writes names of any letters. */
function parseLabels(text: string): { metric?: string; labels: Labels; rest: string } | string {
  const labels: Labels = Object.create(null) as Labels;
  let metric: string | undefined;
  let at = skipBlanks(text, 0);
  while (text[at] !== "}") {
    const found = nameAt(text, at);
    if (found === undefined) return "a label's name must stand within the braces";
    const { value: name } = found;
    if (name === "") return "a name must not be empty";
    at = skipBlanks(text, found.end);
    if (found.quoted && (text[at] === "," || text[at] === "}")) {
      if (metric !== undefined) return "a metric's name must not appear twice";
      metric = name;
      if (text[at] === ",") at = skipBlanks(text, at + 1);
      continue;
    }
    if (text[at] !== "=") return `= must follow the label ${name}`;
    at = skipBlanks(text, at + 1);
    if (text[at] !== '"') return `a text in double quotes must follow ${name}=`;
    const quoted = readQuoted(text, at + 1);
    if (quoted === undefined) return `the text of ${name} must end with a double quote`;
    if (Object.hasOwn(labels, name)) return `the label ${name} appears twice`;
    labels[name] = quoted.value;
    at = skipBlanks(text, quoted.end);
    if (text[at] === ",") at = skipBlanks(text, at + 1);
    else if (text[at] !== "}") return "the braces must be closed";
  }
  return { metric, labels: { ...labels }, rest: text.slice(at + 1) };
}

function nameAt(text: string, at: number): { value: string; end: number; quoted: boolean } | undefined {
  const quoted = text[at] === '"' ? readQuoted(text, at + 1) : undefined;
  if (quoted !== undefined) return { ...quoted, quoted: true };
  const name = LABEL.exec(text.slice(at, at + 300))?.[0];
  return name === undefined ? undefined : { value: name, end: at + name.length, quoted: false };
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}

function readQuoted(text: string, from: number): { value: string; end: number } | undefined {
  let value = "";
  let start = from;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '"') return { value: value + text.slice(start, at), end: at + 1 };
    if (char !== "\\") continue;
    const escaped = text[at + 1];
    const meant = escaped === "n" ? "\n" : escaped === "\\" || escaped === '"' ? escaped : `\\${escaped ?? ""}`;
    value += text.slice(start, at) + meant;
    start = ++at + 1;
  }
  return undefined;
}
