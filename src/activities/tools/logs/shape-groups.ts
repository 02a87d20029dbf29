/** Groups shapes of one length: first by the words that go together, then by words that tell statements apart. */
import { sum } from "../../../core/statistics/order.js";
import type { Sliced } from "../../../platform/slices.js";
import { isSeparator, isStatementWord } from "./statement-words.js";
import { WILDCARD } from "./tokens.js";

/** Lines with the same words. */
export interface Shape {
  tokens: readonly string[];
  count: number;
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
/** A word that nearly always stands there belongs to the statement, if the exceptions are no single lines. */
const USUAL_SHARE = 0.9;
const EXCEPTION_LINES_MIN = 3;
/** Words much rarer than the line's most frequent one are no root, however many of them are equally rare. */
const ROOT_SHARE = 0.3;
const DEPTH_MAX = 8;
/** Kinds of lines by which more than one column can be judged. */
const KINDS_MIN = 4;
/** States come in twos: opened and closed, up and down. */
const STATES_USUAL = 2;
/** Names of things are put together from words; statements are not written so: `a.b`, `a-b`, `a_b`, `someThing`. */
const NAME = /^\W*\p{L}+(?:[._/\\@$#:~+-]+\p{L}+)+\W*$|\p{Ll}\p{Lu}/u;

type Counts = ReadonlyMap<string, number>;

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

/** Groups of shapes that one statement wrote each. */
export function* groupShapes<S extends Shape>(shapes: readonly S[]): Sliced<S[][]> {
  const groups: S[][] = [];
  const lengths = yield* groupBy(shapes, ({ tokens }) => String(tokens.length));
  for (const same of lengths.values()) {
    const columns = yield* frequencies(same);
    for (const [key, group] of yield* groupBy(same, ({ tokens }) => rootOf(tokens, columns))) {
      for (const one of yield* branch(group, columns, Number.parseInt(key, 10), 0)) groups.push(one);
    }
  }
  return groups;
}

/** How often each word stands in each column, counted by lines. */
function* frequencies(shapes: readonly Shape[]): Sliced<Array<Map<string, number>>> {
  const columns = Array.from({ length: shapes[0]?.tokens.length ?? 0 }, () => new Map<string, number>());
  for (const { tokens, count } of shapes) {
    tokens.forEach((token, column) => {
      const counts = columns[column];
      counts?.set(token, (counts.get(token) ?? 0) + count);
    });
    yield;
  }
  return columns;
}

const isAnswer = (word: string): boolean => ANSWERS.has(word.toLowerCase());
const isName = (word: string): boolean => NAME.test(word);

/** The largest set of columns of a line whose words are equally frequent: words that one statement writes together. */
function rootOf(tokens: readonly string[], columns: readonly Counts[]): string {
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

function* branch<S extends Shape>(group: S[], all: readonly Counts[], root: number, depth: number): Sliced<S[][]> {
  yield;
  if (group.length === 1 || depth > DEPTH_MAX) return [group];
  const columns = yield* frequencies(group);
  let chosen = -1;
  let least = Number.POSITIVE_INFINITY;
  columns.forEach((counts, column) => {
    if (counts.size < 2 || counts.size >= least || !tellsApart(counts, column, group, columns)) return;
    for (const word of counts.keys()) if ((all[column]?.get(word) ?? 0) > root) return;
    chosen = column;
    least = counts.size;
  });
  if (chosen === -1 || (least > STATES_USUAL && varyFreely(group, columns))) return [group];
  const parts: S[][] = [];
  for (const part of (yield* groupBy(group, ({ tokens }) => tokens[chosen] ?? "")).values()) {
    for (const one of yield* branch(part, all, root, depth + 1)) parts.push(one);
  }
  return parts;
}

/** Whether the words of a column belong to statements, or are values of one. */
function tellsApart(counts: Counts, column: number, group: readonly Shape[], columns: readonly Counts[]): boolean {
  if (counts.has(WILDCARD)) return false;
  if (counts.size > (column === 0 ? FIRST_BRANCHES_MAX : BRANCHES_MAX) && !areStates(counts)) return false;
  if (LABELS.has(group[0]?.tokens[column - 1]?.toLowerCase() ?? "")) return false;
  if (isQuoted(group[0]?.tokens ?? [], column)) return false;
  const words = [...counts.keys()];
  if (words.every((word) => isAnswer(word) || isName(word))) return false;
  const isKey = group.every(({ tokens }) => isKeyAt(tokens, column));
  return isKey || words.some(isSeparator) || words.every(isStatementWord) || hasUsual(counts) || isThin(columns);
}

/** One word between two quotes is a value, but for the name of a field. */
function isQuoted(tokens: readonly string[], column: number): boolean {
  const before = tokens[column - 1] ?? "";
  return (before === '"' || before === "'") && before === tokens[column + 1] && tokens[column + 2] !== ":";
}

/** A name before its value belongs to the statement: `name=`, `"name":`. */
function isKeyAt(tokens: readonly string[], column: number): boolean {
  const next = tokens[column + 1];
  return next === "=" || (next === '"' && tokens[column - 1] === '"' && tokens[column + 2] === ":");
}

function hasUsual(counts: Counts): boolean {
  const numbers = [...counts.values()];
  const isFew = counts.size <= BRANCHES_MAX;
  return isFew && Math.max(...numbers) >= USUAL_SHARE * sum(numbers) && Math.min(...numbers) >= EXCEPTION_LINES_MIN;
}

/** Lines that have fewer words in common than not are hardly of one statement. */
function isThin(columns: readonly Counts[]): boolean {
  const known = columns.filter((counts) => !counts.has(WILDCARD));
  const varying = known.filter((counts) => counts.size > 1).length;
  const common = known.filter((counts) => counts.size === 1 && /\p{L}/u.test(counts.keys().next().value ?? "")).length;
  return common < varying;
}

/**
 * Whether two columns or more change each for itself, in more kinds of lines than either has words: statements that differ
 * do so in words that go together, values in any.
 */
function varyFreely(group: readonly Shape[], columns: readonly Counts[]): boolean {
  const varying = columns.flatMap((counts, column) => (counts.size > 1 && !counts.has(WILDCARD) ? [column] : []));
  if (varying.length < 2) return false;
  const kinds = new Set(group.map(({ tokens }) => varying.map((column) => tokens[column]).join(" "))).size;
  const most = Math.max(...varying.map((column) => columns[column]?.size ?? 0));
  return kinds >= KINDS_MIN && kinds > most * 1.5;
}

function areStates(counts: Counts): boolean {
  if (counts.size > STATES_MAX) return false;
  const numbers = [...counts.values()];
  const least = Math.min(...numbers);
  return (
    least >= STATE_LINES_MIN &&
    Math.max(...numbers) <= 2 * least &&
    [...counts.keys()].every((word) => /^\p{L}+$/u.test(word.replaceAll("_", "")))
  );
}
