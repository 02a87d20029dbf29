/**
 * Counts the lines of a log by template while they stream by. Memory follows the number of statements and not of lines: lines
 * with the same words share a counter, and counters are grouped again whenever there are too many of them.
 */
import { unsliced } from "../../../platform/slices.js";
import { owned } from "../kit/owned-text.js";
import type { LogEntry } from "./entries.js";
import type { LevelOrUnknown } from "./levels.js";
import type { Shape } from "./shape-groups.js";
import { templatesOf, templateText } from "./templates.js";
import { tokensOf, WILDCARD } from "./tokens.js";

/** Counters before they are grouped. */
const SHAPES_MAX = 4_000;
/** Counters that are left after that; of more, the rarest are counted together. */
const KEPT_MAX = 2_000;
/** Lines, but for their numbers, whose counter is remembered. */
const REMEMBERED_MAX = 20_000;
const REMEMBERED_CHARS_MAX = 1_000;
const EXAMPLES_MAX = 2;
const EXAMPLE_MAX_CHARS = 500;
/** Spans of time of one counter. */
const SPANS_MAX = 120;
const MINUTE_MS = 60_000;
const REST = "(rare lines of other templates)";

export interface CountedTemplate {
  template: string;
  count: number;
  by_level: Partial<Record<LevelOrUnknown, number>>;
  firstMs: number;
  lastMs: number;
  /** Lines by the beginning of their span, in order of time. */
  spans: { lengthMs: number; counts: Array<[number, number]> };
  examples: string[];
}

interface Counter extends Shape {
  key: string;
  levels: Partial<Record<LevelOrUnknown, number>>;
  firstMs: number;
  lastMs: number;
  spanMs: number;
  /** Lines by the number of the span since 1970. */
  spans: Map<number, number>;
  examples: string[];
  /** Where it is counted now. */
  into?: Counter;
}

/** A line without its numbers and ids: lines that are the same but for them have the same template. */
function withoutNumbers(line: string): string {
  let [text, from, start, hasDigit] = ["", 0, -1, false];
  for (let at = 0; at <= line.length; at++) {
    const code = at < line.length ? line.charCodeAt(at) : 0;
    const isDigit = code >= 48 && code <= 57;
    if (isDigit || (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 45) {
      if (start === -1) start = at;
      hasDigit ||= isDigit;
      continue;
    }
    if (hasDigit) {
      text += `${line.slice(from, start)}0`;
      from = at;
    }
    start = -1;
    hasDigit = false;
  }
  return text + line.slice(from);
}

export class TemplateCounter {
  lines = 0;
  readonly #counters = new Map<string, Counter>();
  /** Counters that stand for several shapes, by their number of words and the first of them. */
  #grouped = new Map<string, Counter[]>();
  readonly #remembered = new Map<string, Counter>();
  #rest: Counter | undefined;

  add({ message, level }: Pick<LogEntry, "message" | "level">, timeMs: number): void {
    this.lines++;
    const counter = this.#counterOf(message);
    counter.count++;
    counter.levels[level] = (counter.levels[level] ?? 0) + 1;
    if (timeMs < counter.firstMs) counter.firstMs = timeMs;
    if (timeMs > counter.lastMs) counter.lastMs = timeMs;
    // Small numbers as keys: a map of large ones takes several times as long, and there is one access a line.
    const span = Math.floor(timeMs / counter.spanMs);
    counter.spans.set(span, (counter.spans.get(span) ?? 0) + 1);
    if (counter.spans.size > SPANS_MAX) widen(counter, counter.spanMs * 2);
    if (counter.examples.length < EXAMPLES_MAX && counter !== this.#rest)
      counter.examples.push(owned(message.slice(0, EXAMPLE_MAX_CHARS)));
  }

  /** The most frequent first. */
  take(): CountedTemplate[] {
    const groups = unsliced(templatesOf([...this.#counters.values()])).map(({ words, of }) => ({
      words,
      counter: united(of),
    }));
    const all = groups.map(({ words, counter }) => shown(templateText(words), counter));
    if (this.#rest !== undefined) all.push(shown(REST, this.#rest));
    return all.sort((a, b) => b.count - a.count);
  }

  #counterOf(message: string): Counter {
    const end = message.indexOf("\n");
    const line = end === -1 ? message : message.slice(0, end);
    const known = line.length <= REMEMBERED_CHARS_MAX ? withoutNumbers(line) : undefined;
    const found = known === undefined ? undefined : this.#remembered.get(known);
    if (found !== undefined) return standing(found);
    const counter = this.#byWords(tokensOf(line));
    if (known !== undefined) {
      if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
      this.#remembered.set(owned(known), counter);
    }
    return counter;
  }

  #byWords(tokens: readonly string[]): Counter {
    const key = tokens.join(" ");
    const exact = this.#counters.get(key);
    if (exact !== undefined) return exact;
    const grouped = this.#grouped.get(bucketOf(tokens)) ?? [];
    const fitting = grouped.find((one) => one.tokens.every((word, at) => word === WILDCARD || word === tokens[at]));
    if (fitting !== undefined) return fitting;
    if (this.#counters.size >= SHAPES_MAX) this.#group();
    const own = owned(key);
    const counter = counterOf(own.split(" "));
    this.#counters.set(own, counter);
    return counter;
  }

  /** Puts counters of one template together, and the rarest into one that tells no template. */
  #group(): void {
    const counters = [...this.#counters.values()];
    const groups = unsliced(templatesOf(counters)).flatMap(({ of }) => byLength(of));
    groups.sort((a, b) => sumOf(b) - sumOf(a));
    this.#counters.clear();
    this.#grouped = new Map();
    for (const group of groups.slice(0, KEPT_MAX)) this.#keep(group);
    const rare = groups.slice(KEPT_MAX).flat();
    if (rare.length === 0) return;
    this.#rest ??= counterOf([WILDCARD]);
    for (const counter of rare) unite(this.#rest, counter);
    this.#rest.examples = [];
  }

  #keep(group: readonly Counter[]): void {
    const [first] = group;
    if (first === undefined) return;
    if (group.length === 1) {
      this.#counters.set(first.key, first);
      return;
    }
    const tokens = first.tokens.map((word, at) => (group.every((one) => one.tokens[at] === word) ? word : WILDCARD));
    const whole = counterOf(tokens);
    for (const counter of group) unite(whole, counter);
    this.#counters.set(whole.key, whole);
    const bucket = bucketOf(tokens);
    this.#grouped.set(bucket, [...(this.#grouped.get(bucket) ?? []), whole]);
  }
}

const bucketOf = (tokens: readonly string[]): string => String(tokens.length);
const sumOf = (counters: readonly Counter[]): number => counters.reduce((sum, { count }) => sum + count, 0);

function byLength(counters: readonly Counter[]): Counter[][] {
  const groups = new Map<number, Counter[]>();
  for (const counter of counters)
    groups.set(counter.tokens.length, [...(groups.get(counter.tokens.length) ?? []), counter]);
  return [...groups.values()];
}

function standing(counter: Counter): Counter {
  let at = counter;
  while (at.into !== undefined) at = at.into;
  return at;
}

function counterOf(tokens: readonly string[]): Counter {
  const [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const key = tokens.join(" ");
  return { key, tokens, count: 0, levels: {}, firstMs, lastMs, spanMs: MINUTE_MS, spans: new Map(), examples: [] };
}

function widen(counter: Counter, spanMs: number): void {
  const spans = new Map<number, number>();
  for (const [at, count] of counter.spans) {
    const span = Math.floor((at * counter.spanMs) / spanMs);
    spans.set(span, (spans.get(span) ?? 0) + count);
  }
  counter.spans = spans;
  counter.spanMs = spanMs;
}

/** Adds the lines of one counter to another, which stands for both from now on. */
function unite(whole: Counter, part: Counter): void {
  whole.count += part.count;
  for (const [level, count] of Object.entries(part.levels) as Array<[LevelOrUnknown, number]>)
    whole.levels[level] = (whole.levels[level] ?? 0) + count;
  whole.firstMs = Math.min(whole.firstMs, part.firstMs);
  whole.lastMs = Math.max(whole.lastMs, part.lastMs);
  const spanMs = Math.max(whole.spanMs, part.spanMs);
  if (whole.spanMs < spanMs) widen(whole, spanMs);
  for (const [at, count] of part.spans) {
    const span = Math.floor((at * part.spanMs) / spanMs);
    whole.spans.set(span, (whole.spans.get(span) ?? 0) + count);
  }
  while (whole.spans.size > SPANS_MAX) widen(whole, whole.spanMs * 2);
  whole.examples.push(...part.examples.slice(0, EXAMPLES_MAX - whole.examples.length));
  part.into = whole;
  part.spans = new Map();
}

/** One counter with the lines of several, which stay as they are. */
function united(counters: readonly Counter[]): Counter {
  const [first] = counters;
  if (first !== undefined && counters.length === 1) return first;
  const whole = counterOf([]);
  for (const counter of counters) unite(whole, { ...counter });
  return whole;
}

function shown(
  template: string,
  { count, levels, firstMs, lastMs, spanMs, spans, examples }: Counter,
): CountedTemplate {
  const counts = [...spans].map(([at, lines]): [number, number] => [at * spanMs, lines]).sort(([a], [b]) => a - b);
  return { template, count, by_level: levels, firstMs, lastMs, spans: { lengthMs: spanMs, counts }, examples };
}
