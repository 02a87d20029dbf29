/**
 * How bad it is, in a number with its unit: the share of requests that fail, how long they take; and the same number
 * measured again after an action. Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { JsonObject } from "../../schema/json.js";
import type { AnswerNode } from "./source.js";
import { about, percent } from "./words.js";

export interface Figure {
  node: string;
  source: string;
  query: string;
  service?: string;
  atMs: number;
  /** `27 %`. */
  shown: string;
  /** What the number is of: `of requests fail`. */
  unit: string;
  /** 0 is as good as it gets. */
  value: number;
}

/** A counter of what failed, in the numerator of a ratio. */
const FAILED = /5\.\.|5xx|5\\d|"5|error|fail|exception/i;
/** Rates name the span that they were taken over, which differs from look to look. */
const OVER = / over [\d.]+ ?(?:ms|s|m|h)\b/g;

/** Every figure that the run measured, in order of time. */
export function figuresOf(nodes: readonly AnswerNode[]): Figure[] {
  return nodes.flatMap((node) => figureOf(node) ?? []).sort((a, b) => a.atMs - b.atMs);
}

function figureOf({ id, status, output, endedAtMs = 0 }: AnswerNode): Figure | undefined {
  if (status !== "succeeded" || !isObject(output) || typeof output.value !== "number") return undefined;
  const { value, query, source, kind } = output;
  if (typeof query !== "string" || typeof source !== "string") return undefined;
  const signal = isObject(output.signal) ? output.signal : {};
  const told = shownOf(value, signal, kind === "ratio" && FAILED.test(query.split(" / ")[0] ?? ""));
  if (told === undefined) return undefined;
  const service = typeof signal.service === "string" ? { service: signal.service } : {};
  const toMs = typeof output.to === "string" ? Date.parse(output.to) : Number.NaN;
  return { node: id, source, query, ...service, atMs: Number.isNaN(toMs) ? endedAtMs : toMs, value, ...told };
}

function shownOf(
  value: number,
  { name, unit }: JsonObject,
  isFailing: boolean,
): Pick<Figure, "shown" | "unit"> | undefined {
  if (isFailing || name === "error_ratio") return { shown: percent(value), unit: "of requests fail" };
  if (typeof name !== "string" || !name.startsWith("latency")) return undefined;
  if (unit !== "seconds" && unit !== "milliseconds") return undefined;
  const quantile = /p(\d+)$/.exec(name)?.[1];
  const of = quantile === undefined ? "is the mean time of a request" : `is what ${quantile} % of requests stay under`;
  return { shown: about(unit === "seconds" ? value * 1_000 : value), unit: of };
}

/** The same thing measured before and after a moment: the last before it, and the last of all. */
export function beforeAndAfter(figures: readonly Figure[], fromMs: number, toMs: number): [Figure, Figure] | undefined {
  const after = figures.filter(({ atMs }) => atMs > toMs).at(-1);
  if (after === undefined) return undefined;
  const before = figures.filter((one) => one.atMs <= fromMs && keyOf(one) === keyOf(after)).at(-1);
  return before === undefined ? undefined : [before, after];
}

const keyOf = ({ source, query }: Figure): string => JSON.stringify([source, query.replace(OVER, "")]);

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
