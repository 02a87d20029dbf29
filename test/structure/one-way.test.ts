/** What is said in one way: a second one is not added beside it. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../../src");
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ file, text: readFileSync(join(SRC, file), "utf8") }));

const saying = (pattern: RegExp): string[] => files.filter(({ text }) => pattern.test(text)).map(({ file }) => file);

test("failures are made by toolFailure", () => {
  expect(saying(/new ToolFailure\(/)).toEqual(["platform/failure.ts"]);
});

/** Where the presence of a key matters: merged over another object, iterated as a record, signed, or asked by name. */
const CONDITIONAL_SPREADS_MAX = 148;
const CONDITIONAL_SPREAD =
  /\.\.\.\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\?\s*(?:\{\}\s*:|\{(?:[^{}]|\{[^{}]*\})*\}\s*:\s*\{\}\s*\))/g;

test("members that may be absent are undefined, not spread; the rest only shrinks", () => {
  const count = files.reduce((sum, { text }) => sum + (text.match(CONDITIONAL_SPREAD)?.length ?? 0), 0);
  const way =
    "write `key: value` (or `key: isSo ? value : undefined`): an undefined member is left out of JSON and of digests";
  expect(count, way).toBeLessThanOrEqual(CONDITIONAL_SPREADS_MAX);
  expect("{ ...(a === undefined ? {} : { a }) }".match(CONDITIONAL_SPREAD)).toHaveLength(1);
  expect("{ ...(isOn ? { a: of(1) } : {}) }".match(CONDITIONAL_SPREAD)).toHaveLength(1);
});

/** Sums, medians, quantiles, deviations, and whether a series or a count changed. */
const STATISTICS = [
  /(?:function|const) (?:median|mean|average|quantiles?|percentiles?|variance|standardDeviation|stdDev|mad|medianDeviation|noiseOf|zScore|z|rankSumZ|upperTail|changePoints|lastingShift|compareRates|compareShares)\b\s*(?:\(|=\s*(?:async )?\()/i,
  /\.reduce\(\((\w+), (\w+)\) => \1 \+ \2, 0\)/,
  /\.sort\(\(a, b\) => a - b\);[\s\S]{0,200}(?:>> 1|\.length \/ 2|\.length - 1\) \*)/,
];

test("statistics, and whether something changed, are computed in core/statistics alone", () => {
  const own = STATISTICS.flatMap(saying).filter((file) => !file.startsWith("core/statistics/"));
  expect(own).toEqual([]);
  for (const copy of [
    "function median(values: number[]) {}",
    "const mean = (values: number[]): number => 0;",
    "values.reduce((total, one) => total + one, 0)",
    "[...values].sort((a, b) => a - b); const middle = sorted.length >> 1;",
  ])
    expect(
      STATISTICS.some((pattern) => pattern.test(copy)),
      copy,
    ).toBe(true);
});
