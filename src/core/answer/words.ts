/**
 * Plain words: numbers with units, spans, and what of a tool's text is of no use to a reader.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */

/** `0.4 %`, `27 %`, `99.6 %`: two digits that matter, and never 0 or 100 where it is not. */
export function percent(ratio: number): string {
  const value = ratio * 100;
  if (value === 0 || value === 100) return `${value} %`;
  if (Math.abs(value) < 10 || Math.abs(value) > 99)
    return `${Number(value.toPrecision(Math.abs(value) > 99 ? 3 : 2))} %`;
  return `${Math.round(value)} %`;
}

const UNITS: Array<[string, number]> = [
  ["day", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

/** One unit, as a person says it: `80 ms`, `3 s`, `4 min`, `2 h`, `5 days`. */
export function about(ms: number): string {
  const size = Math.max(0, ms);
  const [unit, length] = UNITS.find(([name, least]) => size >= (name === "ms" ? 0 : 2 * least)) ?? ["ms", 1];
  const count = Math.round(size / length);
  return `${count} ${unit}${unit === "day" && count !== 1 ? "s" : ""}`;
}

/** What is for machines: names of stored results, node ids in brackets, placeholders of log templates, Markdown's escapes. */
export function readable(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/<\*>/g, "…")
    .replace(/ ?\(node [\w-]{1,64}\)/g, "")
    .replace(/ of blob:[a-z0-9]{1,10}:[0-9a-f]{1,64}…?/g, "")
    .replace(/blob:[a-z0-9]{1,10}:[0-9a-f]{1,64}…?/g, "a stored result")
    .replace(/\\([\\`*_[\]<>|#])/g, "$1")
    .trim();
}

export function shortened(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).trimEnd()}…`;
}

/** `a, b and c`. */
export function listed(names: readonly string[], max = 4): string {
  const shown = names.slice(0, max);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(", ")} and ${more} more`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

export const iso = (ms: number): string => new Date(ms).toISOString();

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Without the full stop at its end, so that another may follow. */
export function unended(text: string): string {
  let end = text.length;
  while (end > 0 && /[.\s]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
