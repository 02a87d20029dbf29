/** Reads a `/metrics` page: once for a gauge, twice for rates, with the counters' difference over the time between. */
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { statusFailure } from "../../tools/kit/http-answers.js";
import {
  finite,
  type Question,
  type Reading,
  ratioOf,
  shownNumber,
  shownOrUnknown,
  sumOf,
} from "../../tools/kit/metrics/reading.js";
import { pause } from "../../tools/kit/pause.js";
import { type Page, parsePage } from "./format.js";
import { current, type Growth, growthOf, isOther, matching, type Scrape } from "./scrapes.js";
import { parseSelector, type Selector } from "./selector.js";

export interface ExpositionSource {
  name: string;
  url: string;
  headers?: Record<string, string>;
}

/** Behind an address that several processes share, so many more looks are taken to meet the first one again. */
const LOOKS_MORE = 4;
const OTHERS = "several processes answer behind this address, so what one counted in between is not known";

export async function readExposition(
  source: ExpositionSource,
  question: Exclude<Question, { kind: "query" }>,
  windowSeconds: number,
  context: ToolContext,
): Promise<Reading> {
  const first = await take(source, context);
  if (question.kind === "gauge") return gaugeOf(first, question.selector);
  await pause(windowSeconds * 1_000, context, `sampling ${source.name}`);
  const second = await takeAgain(source, first, context);
  const seconds = (second.atMs - first.atMs) / 1_000;
  if (seconds <= 0) {
    throw toolFailure("source-answer-invalid", `no time passed between the two samples of ${source.name}`);
  }
  const isMixed = isOther(first, second);
  const grow = (selector: Selector): Growth => {
    const growth = growthOf(first, second, selector);
    return isMixed ? { ...growth, series: growth.series.map((one) => ({ ...one, value: null })) } : growth;
  };
  const over = { fromMs: first.atMs, toMs: second.atMs, unknown: isMixed ? OTHERS : undefined };
  const span = `over ${shownNumber(seconds)} s`;
  if (question.kind === "rate") {
    const selector = selectorOf(question.selector);
    const { series, left } = grow(selector);
    const evidence = [`${series.length} series ${span}`, ...left, ...notCounters(second, selector)];
    const value = series.length === 0 ? null : sumOf(series);
    return { query: `rate(${selector.text}) ${span}`, value, series, ...unknownFor(value, left), ...over, evidence };
  }
  const [numerator, denominator] = [selectorOf(question.numerator), selectorOf(question.denominator)];
  const [top, bottom] = [grow(numerator), grow(denominator)];
  const [above, below] = [sumOf(top.series), sumOf(bottom.series)];
  const left = [...new Set([...top.left, ...bottom.left])];
  const counts = `${shownOrUnknown(above)} of ${shownOrUnknown(below)} a second ${span}`;
  return {
    query: `rate(${numerator.text}) / rate(${denominator.text}) ${span}`,
    value: ratioOf(above, below),
    series: [],
    ...unknownFor(above === null ? above : below, left),
    ...over,
    evidence: [counts, ...left, ...notCounters(second, denominator)],
  };
}

const unknownFor = (value: number | null, left: readonly string[]): { unknown?: string } =>
  value === null && left[0] !== undefined ? { unknown: left[0] } : {};

/** The second look; where another process answers it, the next ones may meet the first again. */
async function takeAgain(source: ExpositionSource, first: Scrape, context: ToolContext): Promise<Scrape> {
  let second = await take(source, context);
  for (let more = 0; more < LOOKS_MORE && isOther(first, second); more++) second = await take(source, context);
  return second;
}

async function take(source: ExpositionSource, context: ToolContext): Promise<Scrape> {
  const headers = { accept: "text/plain;version=0.0.4", ...source.headers };
  const answer = await context.fetch(source.url, { headers, signal: context.signal });
  if (answer.status !== 200) throw statusFailure(`the source ${source.name}`, answer);
  const atMs = context.now();
  const parsed = parsePage(answer.text);
  if (parsed.ok) return { ...parsed.page, atMs };
  const message = `line ${parsed.line} of ${source.name} is not of the Prometheus text format: ${parsed.message}`;
  throw toolFailure("source-answer-invalid", message, { hint: "check that the source's url is its metrics page" });
}

function selectorOf(text: string): Selector {
  const parsed = parseSelector(text);
  if (parsed.ok) return parsed.selector;
  throw toolFailure("params-invalid", `${text.slice(0, 60)} is not a selector: ${parsed.message}`, {
    retryable: false,
  });
}

function gaugeOf(look: Scrape, text: string): Reading {
  const selector = selectorOf(text);
  const { now, left } = current(look, matching(look, selector));
  const series = now.map(({ metric, labels, value }) => ({
    labels: { __name__: metric, ...labels },
    value: finite(value),
  }));
  const [only] = series;
  const value = series.length === 1 && only !== undefined ? only.value : null;
  return {
    query: selector.text,
    value,
    series,
    ...(series.length === 0 ? unknownFor(value, left) : {}),
    fromMs: look.atMs,
    toMs: look.atMs,
    evidence: [`${series.length} series`, ...left],
  };
}

/** A rate of what the page calls a gauge is possible and seldom meant. */
function notCounters(page: Page, selector: Selector): string[] {
  const gauges = new Set(matching(page, selector).map(({ metric }) => metric));
  return [...gauges].filter((metric) => page.types.get(metric) === "gauge").map((metric) => `${metric} is a gauge`);
}
