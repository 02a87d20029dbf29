/** A chart of one metric over time as SVG: the line, broken where data are missing, and moments that are marked and listed. */
import { visible } from "../../../../vocabulary/visible.js";

export interface Mark {
  atMs: number;
  label: string;
  kind: "change" | "began" | "action";
}

export interface Chart {
  title: string;
  /** What is drawn and where it is from; told to who cannot see it. */
  description: string;
  timesMs: readonly number[];
  values: readonly number[];
  /** Longer distances of two points are gaps. */
  gapMs: number;
  /** Drawn in this order and numbered from 1. */
  marks: readonly Mark[];
}

const WIDTH = 860;
const PLOT = { left: 78, right: 836, top: 64, bottom: 300 };
const LEGEND_LINE = 20;
const MARKS_MAX = 8;
const LABEL_MAX_CHARS = 110;
const TICKS = 5;
const COLOURS: Record<Mark["kind"], string> = { change: "#b42318", began: "#b54708", action: "#067647" };
const LINE_COLOUR = "#175cd3";
const INK = "#1d2939";
const QUIET = "#667085";
const GRID = "#e4e7ec";

/** Nothing of the data can become markup: text is escaped, and characters that nobody sees, or XML does not know, are written by their number. */
export function escapeXml(text: string): string {
  return visible(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}

export function chartSvg(chart: Chart): string {
  const marks = chart.marks.slice(0, MARKS_MAX);
  const height = PLOT.bottom + 48 + marks.length * LEGEND_LINE;
  const scale = scaleOf(chart, marks);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif" font-size="12">`,
    `<title>${escapeXml(chart.title)}</title>`,
    `<desc>${escapeXml(chart.description)}</desc>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(16, 26, cut(chart.title), { size: 15, weight: 600 }),
    ...axes(scale),
    ...marks.map((mark, index) => markLine(mark, index, scale)),
    `<path d="${pathOf(chart, scale)}" fill="none" stroke="${LINE_COLOUR}" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round"/>`,
    ...marks.map((mark, index) => legendLine(mark, index)),
    "</svg>",
    "",
  ].join("\n");
}

interface Scale {
  fromMs: number;
  toMs: number;
  low: number;
  high: number;
  step: number;
  x(ms: number): number;
  y(value: number): number;
}

/** The value axis holds 0 where the values come near to it: a small ripple must not look like a collapse. */
function scaleOf({ timesMs, values }: Chart, marks: readonly Mark[]): Scale {
  const fromMs = timesMs[0] ?? marks[0]?.atMs ?? 0;
  const toMs = Math.max(timesMs.at(-1) ?? fromMs, fromMs + 1_000);
  const least = values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const most = values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  const [bottom, top] = values.length === 0 ? [0, 1] : [least, most];
  const base = bottom >= 0 && bottom < 0.6 * top ? 0 : bottom;
  const spread = top - base;
  // Values that are equal, or as good as that, still need an axis.
  const step = niceStep(
    (spread > Math.max(1e-12, 1e-9 * Math.abs(top)) ? spread : Math.max(Math.abs(top), 1e-3)) / TICKS,
  );
  const low = Math.floor(base / step) * step;
  const high = Math.max(low + step, Math.ceil(top / step) * step);
  return {
    fromMs,
    toMs,
    low,
    high,
    step,
    x: (ms) => PLOT.left + ((ms - fromMs) / (toMs - fromMs)) * (PLOT.right - PLOT.left),
    y: (value) => PLOT.bottom - ((value - low) / (high - low)) * (PLOT.bottom - PLOT.top),
  };
}

/** 1, 2 or 5 times a power of ten. */
function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].find((one) => one * power >= raw * 0.999) ?? 10;
  return factor * power;
}

const TIME_STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1_440, 2_880, 10_080].map(
  (minutes) => minutes * 60_000,
);

function axes({ fromMs, toMs, low, high, step, x, y }: Scale): string[] {
  const lines: string[] = [];
  for (let tick = 0; tick <= Math.round((high - low) / step); tick++) {
    const value = low + tick * step;
    const at = y(value).toFixed(1);
    lines.push(`<line x1="${PLOT.left}" y1="${at}" x2="${PLOT.right}" y2="${at}" stroke="${GRID}"/>`);
    lines.push(text(PLOT.left - 8, y(value) + 4, shownValue(value, step), { anchor: "end", colour: QUIET }));
  }
  const timeStep = TIME_STEPS_MS.find((one) => (toMs - fromMs) / one <= 8) ?? Math.ceil((toMs - fromMs) / 6);
  for (let ms = Math.ceil(fromMs / timeStep) * timeStep; ms <= toMs; ms += timeStep) {
    const at = x(ms).toFixed(1);
    lines.push(`<line x1="${at}" y1="${PLOT.bottom}" x2="${at}" y2="${PLOT.bottom + 5}" stroke="${QUIET}"/>`);
    lines.push(text(x(ms), PLOT.bottom + 19, shownTime(ms, timeStep), { anchor: "middle", colour: QUIET }));
  }
  lines.push(`<line x1="${PLOT.left}" y1="${PLOT.bottom}" x2="${PLOT.right}" y2="${PLOT.bottom}" stroke="${QUIET}"/>`);
  lines.push(
    text(PLOT.right, 26, `${new Date(fromMs).toISOString().slice(0, 10)}, UTC`, { anchor: "end", colour: QUIET }),
  );
  return lines;
}

function pathOf({ timesMs, values, gapMs }: Chart, { x, y }: Scale): string {
  return timesMs
    .map((ms, index) => {
      const isFirst = index === 0 || ms - (timesMs[index - 1] ?? ms) > gapMs;
      return `${isFirst ? "M" : "L"}${x(ms).toFixed(1)} ${y(values[index] ?? 0).toFixed(1)}`;
    })
    .join("");
}

function markLine({ atMs, kind }: Mark, index: number, { x, fromMs, toMs }: Scale): string {
  if (atMs < fromMs || atMs > toMs) return "";
  const at = x(atMs).toFixed(1);
  const colour = COLOURS[kind];
  // Marks close to each other keep their numbers apart.
  const top = PLOT.top - 12 - (index % 2) * 16;
  return [
    `<line x1="${at}" y1="${top}" x2="${at}" y2="${PLOT.bottom}" stroke="${colour}" stroke-width="1.4" stroke-dasharray="5 4"/>`,
    `<circle cx="${at}" cy="${top}" r="8" fill="${colour}"/>`,
    text(x(atMs), top + 4, String(index + 1), { anchor: "middle", colour: "#ffffff", size: 10.5, weight: 600 }),
  ].join("\n");
}

function legendLine({ atMs, kind, label }: Mark, index: number): string {
  const at = PLOT.bottom + 50 + index * LEGEND_LINE;
  return [
    `<circle cx="${PLOT.left + 4}" cy="${at - 4}" r="8" fill="${COLOURS[kind]}"/>`,
    text(PLOT.left + 4, at, String(index + 1), { anchor: "middle", colour: "#ffffff", size: 10.5, weight: 600 }),
    text(PLOT.left + 20, at, `${new Date(atMs).toISOString().slice(11, 19)}  ${cut(label)}`, {}),
  ].join("\n");
}

interface TextStyle {
  anchor?: "start" | "middle" | "end";
  colour?: string;
  size?: number;
  weight?: number;
}

function text(
  x: number,
  y: number,
  content: string,
  { anchor = "start", colour = INK, size = 12, weight = 400 }: TextStyle,
): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${colour}" font-size="${size}" font-weight="${weight}">${escapeXml(content)}</text>`;
}

const cut = (label: string): string => {
  const line = label.replace(/\s+/g, " ");
  return line.length <= LABEL_MAX_CHARS ? line : `${line.slice(0, LABEL_MAX_CHARS - 1)}…`;
};

function shownValue(value: number, step: number): string {
  const size = Math.max(Math.abs(value), step);
  // As many digits as tell two marks of the axis apart.
  const digits = Math.max(1, Math.floor(Math.log10(size)) - Math.floor(Math.log10(step)));
  if (size >= 1e6 || size < 1e-3) return value === 0 ? "0" : value.toExponential(digits);
  return value.toFixed(Math.max(0, -Math.floor(Math.log10(step))));
}

const shownTime = (ms: number, step: number): string =>
  step >= 1_440 * 60_000 ? new Date(ms).toISOString().slice(5, 10) : new Date(ms).toISOString().slice(11, 16);
