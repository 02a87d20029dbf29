/** Groups log lines by the statement that wrote them: the words that stay are its template, the rest are its values. */

import { atOnce, type Sliced } from "../../../platform/slices.js";
import { tokensOf, WILDCARD } from "./tokens.js";

export interface LogCluster {
  /** The fixed words of the statement, `<*>` where its values stand. */
  template: string;
  /** Positions of the lines in the input, ascending. */
  lines: number[];
}

/** A column with at most this many different words tells statements apart; one with more holds values. */
const BRANCHES_MAX = 3;
/** The first word of a statement is rarely a value, so that more different ones still tell statements apart. */
const FIRST_BRANCHES_MAX = 12;
/** Words after which a name follows: however few different ones were seen, they are values. */
const LABELS = new Set(["user", "username", "account", "host", "hostname", "from", "by", "named", "name"]);

/** Settings and answers: two of them in one column are values of one statement. */
const ANSWERS = new Set(["true", "false", "null", "none", "nil", "yes", "no", "on", "off"]);
/** A few words that alternate evenly and often are states that statements name, not values. */
const STATES_MAX = 6;
const STATE_LINES_MIN = 10;

/** Words much rarer than the line's most frequent one are no root, however many of them are equally rare. */
const ROOT_SHARE = 0.3;

interface Shape {
  tokens: string[];
  lines: number[];
}

/** Lines with the same words are one shape; grouping works on shapes, so its cost follows their number. */
function* shapesOf(lines: readonly string[]): Sliced<Shape[]> {
  const shapes = new Map<string, Shape>();
  for (const [index, line] of lines.entries()) {
    const tokens = tokensOf(line);
    const key = tokens.join(" ");
    const shape = shapes.get(key);
    if (shape === undefined) shapes.set(key, { tokens, lines: [index] });
    else shape.lines.push(index);
    yield;
  }
  return [...shapes.values()];
}

function* groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Sliced<Map<string, T[]>> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
    yield;
  }
  return groups;
}

/** How often each word stands in each column, counted by lines. */
function* frequencies(shapes: readonly Shape[], width: number): Sliced<Array<Map<string, number>>> {
  const columns = Array.from({ length: width }, () => new Map<string, number>());
  for (const { tokens, lines } of shapes) {
    tokens.forEach((token, column) => {
      const counts = columns[column];
      counts?.set(token, (counts.get(token) ?? 0) + lines.length);
    });
    yield;
  }
  return columns;
}

function isAnswer(word: string): boolean {
  return ANSWERS.has(word.toLowerCase());
}

/** The largest set of columns of a line whose words are equally frequent: words that one statement writes together. */
function rootOf(tokens: readonly string[], columns: ReadonlyArray<Map<string, number>>): string {
  const byFrequency = new Map<number, number[]>();
  let top = 0;
  tokens.forEach((token, column) => {
    if (token === WILDCARD || !/[\p{L}]/u.test(token) || isAnswer(token)) return;
    const frequency = columns[column]?.get(token) ?? 0;
    top = Math.max(top, frequency);
    const same = byFrequency.get(frequency);
    if (same === undefined) byFrequency.set(frequency, [column]);
    else same.push(column);
  });
  let best: number[] = [];
  let bestFrequency = 0;
  for (const [frequency, same] of byFrequency) {
    if (frequency < top * ROOT_SHARE) continue;
    if (same.length > best.length || (same.length === best.length && frequency > bestFrequency)) {
      best = same;
      bestFrequency = frequency;
    }
  }
  return `${bestFrequency} ${best.map((column) => `${column}:${tokens[column]}`).join(" ")}`;
}

function* split(shapes: Shape[], width: number): Sliced<Shape[][]> {
  const columns = yield* frequencies(shapes, width);
  const groups: Shape[][] = [];
  for (const [key, group] of yield* groupBy(shapes, ({ tokens }) => rootOf(tokens, columns))) {
    for (const one of yield* branch(group, width, columns, Number.parseInt(key, 10), 0)) groups.push(one);
  }
  return groups;
}

function* branch(
  group: Shape[],
  width: number,
  all: ReadonlyArray<Map<string, number>>,
  root: number,
  depth: number,
): Sliced<Shape[][]> {
  yield;
  if (group.length === 1 || depth > 8) return [group];
  const columns = yield* frequencies(group, width);
  let chosen = -1;
  let least = Number.POSITIVE_INFINITY;
  columns.forEach((counts, column) => {
    if (counts.size < 2 || counts.size >= least || counts.has(WILDCARD)) return;
    if (counts.size > (column === 0 ? FIRST_BRANCHES_MAX : BRANCHES_MAX) && !areStates(counts)) return;
    if (LABELS.has(group[0]?.tokens[column - 1]?.toLowerCase() ?? "")) return;
    if ([...counts.keys()].every((word) => isAnswer(word) || isName(word))) return;
    if (isQuoted(group[0]?.tokens ?? [], column)) return;
    for (const word of counts.keys()) if ((all[column]?.get(word) ?? 0) > root) return;
    chosen = column;
    least = counts.size;
  });
  if (chosen === -1 || (least > STATES_USUAL && varyFreely(group, columns))) return [group];
  const parts: Shape[][] = [];
  for (const part of (yield* groupBy(group, ({ tokens }) => tokens[chosen] ?? "")).values()) {
    parts.push(...(yield* branch(part, width, all, root, depth + 1)));
  }
  return parts;
}

/** Names of things are put together from words; statements are not written so: `a.b`, `a-b`, `a_b`, `someThing`. */
const NAME = /^\W*\p{L}+(?:[._/\\@$#:~+-]+\p{L}+)+\W*$|\p{Ll}\p{Lu}/u;
const isName = (word: string): boolean => NAME.test(word);
/** One word between two quotes is a value. */
const isQuoted = (tokens: readonly string[], column: number): boolean =>
  /^["']$/.test(tokens[column - 1] ?? "") && tokens[column - 1] === tokens[column + 1];

/** Kinds of lines by which more than one column can be judged. */
const KINDS_MIN = 4;
/** States come in twos: opened and closed, up and down. */
const STATES_USUAL = 2;

/**
 * Whether two columns or more change each for itself, in more kinds of lines than either has words: statements that differ
 * do so in words that go together, values in any.
 */
function varyFreely(group: readonly Shape[], columns: ReadonlyArray<ReadonlyMap<string, number>>): boolean {
  const varying = columns.flatMap((counts, column) => (counts.size > 1 && !counts.has(WILDCARD) ? [column] : []));
  if (varying.length < 2) return false;
  const kinds = new Set(group.map(({ tokens }) => varying.map((column) => tokens[column]).join(" "))).size;
  const most = Math.max(...varying.map((column) => columns[column]?.size ?? 0));
  return kinds >= KINDS_MIN && kinds > most * 1.5;
}

function areStates(counts: ReadonlyMap<string, number>): boolean {
  if (counts.size > STATES_MAX) return false;
  const numbers = [...counts.values()];
  const least = Math.min(...numbers);
  return (
    least >= STATE_LINES_MIN &&
    Math.max(...numbers) <= 2 * least &&
    [...counts.keys()].every((word) => /^\p{L}+$/u.test(word.replaceAll("_", "")))
  );
}

function templateOf(group: readonly Shape[]): string {
  const [first] = group;
  if (first === undefined) return "";
  const words = first.tokens.map((token, column) =>
    group.every(({ tokens }) => tokens[column] === token) ? token : WILDCARD,
  );
  return words.filter((word, index) => word !== WILDCARD || words[index - 1] !== WILDCARD).join(" ");
}

/** Takes out the spaces that tokens were cut with. */
function tidy(template: string): string {
  return template
    .replace(/ ([:,;)\]}])/g, "$1")
    .replace(/([([{]) /g, "$1")
    .replace(/ ?= ?/g, "=")
    .replace(/(["']) ([^"']*) \1/g, "$1$2$1");
}

/** Groups lines by the statement that wrote them. The same lines give the same clusters; there is nothing to tune. */
export function clusterLogs(lines: readonly string[]): LogCluster[] {
  return atOnce(clusterSteps(lines));
}

/** The same, of a log so long that other work must not wait for it. */
export function* clusterSteps(lines: readonly string[]): Sliced<LogCluster[]> {
  const groups: Shape[][] = [];
  const widths = yield* groupBy(yield* shapesOf(lines), ({ tokens }) => String(tokens.length));
  for (const [width, shapes] of widths) for (const one of yield* split(shapes, Number(width))) groups.push(one);
  const clusters = new Map<string, LogCluster>();
  for (const group of groups) {
    const template = templateOf(group);
    const cluster = clusters.get(template) ?? { template, lines: [] };
    for (const shape of group) for (const line of shape.lines) cluster.lines.push(line);
    clusters.set(template, cluster);
    yield;
  }
  return [...clusters.values()]
    .map(({ template, lines: own }) => ({ template: tidy(template), lines: own.sort((a, b) => a - b) }))
    .sort((a, b) => (a.lines[0] ?? 0) - (b.lines[0] ?? 0));
}
