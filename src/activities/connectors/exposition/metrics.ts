/** Reads a `/metrics` page: once for a gauge, twice for rates, with the counters' difference over the time between. */
import { type ToolContext, ToolFailure } from "../../define-tool.js";
import { statusFailure } from "../../tools/kit/http-answers.js";
import { finite, type Question, type Reading, type Series, shownNumber, sumOf } from "../../tools/metrics/reading.js";
import { pause } from "../../tools/pause.js";
import { type Page, parsePage, type Sample } from "./format.js";
import { fitsSelector, parseSelector, type Selector } from "./selector.js";

export interface ExpositionSource {
  name: string;
  url: string;
  headers?: Record<string, string>;
}

interface Taken extends Page {
  atMs: number;
}

export async function readExposition(
  source: ExpositionSource,
  question: Exclude<Question, { kind: "query" }>,
  windowSeconds: number,
  context: ToolContext,
): Promise<Reading> {
  const first = await take(source, context);
  if (question.kind === "gauge") return gaugeOf(first, question.selector);
  await pause(windowSeconds * 1_000, context, `sampling ${source.name}`);
  const second = await take(source, context);
  const seconds = (second.atMs - first.atMs) / 1_000;
  if (seconds <= 0) {
    throw new ToolFailure("source-answer-invalid", `no time passed between the two samples of ${source.name}`);
  }
  const over = { fromMs: first.atMs, toMs: second.atMs };
  const span = `over ${shownNumber(seconds)} s`;
  if (question.kind === "rate") {
    const selector = selectorOf(question.selector);
    const series = ratesOf(first, second, selector, seconds);
    const value = series.length === 0 ? null : sumOf(series);
    const evidence = [`${series.length} series ${span}`, ...notCounters(second, selector)];
    return { query: `rate(${selector.text}) ${span}`, value, series, ...over, evidence };
  }
  const numerator = selectorOf(question.numerator);
  const denominator = selectorOf(question.denominator);
  const above = sumOf(ratesOf(first, second, numerator, seconds));
  const below = sumOf(ratesOf(first, second, denominator, seconds));
  return {
    query: `rate(${numerator.text}) / rate(${denominator.text}) ${span}`,
    value: below === 0 ? null : above / below,
    series: [],
    ...over,
    evidence: [`${shownNumber(above)} of ${shownNumber(below)} a second ${span}`, ...notCounters(second, denominator)],
  };
}

async function take(source: ExpositionSource, context: ToolContext): Promise<Taken> {
  const headers = { accept: "text/plain;version=0.0.4", ...source.headers };
  const answer = await context.fetch(source.url, { headers, signal: context.signal });
  if (answer.status !== 200) throw statusFailure(`the source ${source.name}`, answer);
  const atMs = context.now();
  const parsed = parsePage(answer.text);
  if (parsed.ok) return { ...parsed.page, atMs };
  const message = `line ${parsed.line} of ${source.name} is not of the Prometheus text format: ${parsed.message}`;
  throw new ToolFailure("source-answer-invalid", message, "check that the source's url is its metrics page");
}

function selectorOf(text: string): Selector {
  const parsed = parseSelector(text);
  if (parsed.ok) return parsed.selector;
  throw new ToolFailure("params-invalid", `${text.slice(0, 60)} is no selector: ${parsed.message}`, undefined, false);
}

function matching(page: Page, selector: Selector): Sample[] {
  return page.samples.filter((sample) => fitsSelector(selector, sample.metric, sample.labels));
}

function gaugeOf(page: Taken, text: string): Reading {
  const selector = selectorOf(text);
  const series = matching(page, selector).map(({ metric, labels, value }) => ({
    labels: { __name__: metric, ...labels },
    value: finite(value),
  }));
  const [only] = series;
  const value = series.length === 1 && only !== undefined ? only.value : null;
  return {
    query: selector.text,
    value,
    series,
    fromMs: page.atMs,
    toMs: page.atMs,
    evidence: [`${series.length} series`],
  };
}

/**
 * What each series grew by a second. A counter that fell was restarted and has grown from nothing since; one that is
 * new on the second page was first counted between the two.
 */
function ratesOf(first: Page, second: Page, selector: Selector, seconds: number): Series[] {
  const before = new Map(matching(first, selector).map((sample) => [keyOf(sample), sample.value]));
  return matching(second, selector).map((sample) => {
    const was = before.get(keyOf(sample)) ?? 0;
    const grown = sample.value < was ? sample.value : sample.value - was;
    return { labels: { __name__: sample.metric, ...sample.labels }, value: finite(grown / seconds) };
  });
}

function keyOf({ metric, labels }: Sample): string {
  return JSON.stringify([metric, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** A rate of what the page calls a gauge is possible and seldom meant. */
function notCounters(page: Page, selector: Selector): string[] {
  const gauges = new Set(matching(page, selector).map(({ metric }) => metric));
  return [...gauges].filter((metric) => page.types.get(metric) === "gauge").map((metric) => `${metric} is a gauge`);
}
