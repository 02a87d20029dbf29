/** Two looks at a page: what was counted in between, and what cannot be known from them. */
import { expect, test } from "vitest";
import { page, pages, runMetricQuery as run } from "../../../support/metric-pages.js";
import { NOW } from "../../../support/tool-context.js";

const began = (seconds: number) => `process_start_time_seconds ${seconds}\n`;
const same = began(NOW / 1_000 - 3_600);

test("gives rates of counters that were restarted, series by series", async () => {
  const { context } = await pages([page(100, 8), page(20, 4, began(NOW / 1_000 + 3))]);
  const output = await run({ source: "shop", rate: "http_requests_total", window_seconds: 1 }, context);
  expect(output.series.map((one) => [one.labels.code, one.value])).toEqual([
    ["200", 10],
    ["503", 2],
  ]);
  expect(output.value).toBe(12);
});

test("counts a series that is new where the process and the metric's name are not", async () => {
  const { context } = await pages([page(100, undefined, same), page(160, 4, same)]);
  const output = await run({ source: "shop", rate: "http_requests_total", window_seconds: 1 }, context);
  expect(output.value).toBe(32);
});

test.each([
  ["a counter that only the second look has", page(100, undefined), page(100, 49_100)],
  ["a metric that only the second look has, of the same process", same, page(100, 49_100, same)],
  ["a counter that was no number", page(100, Number.NaN), page(100, 5)],
  ["a counter that became no number", page(100, 5), page(100, Number.NaN)],
  [
    "a counter of long ago",
    `${page(1, undefined)}http_requests_total{code="503"} 4 1395066363000\n`,
    `${page(1, undefined)}http_requests_total{code="503"} 9 1395066363000\n`,
  ],
])("does not know the rate of %s", async (_, first, second) => {
  const { context } = await pages([first, second]);
  const failed = 'http_requests_total{code="503"}';
  const output = await run({ source: "shop", rate: failed, window_seconds: 1 }, context);
  expect(output.value).toBeNull();
  expect(output.findings[0]?.statement).not.toMatch(/ is \d/);
  const again = await pages([first, second]);
  const ratio = { numerator: failed, denominator: "http_requests_total" };
  expect((await run({ source: "shop", ratio, window_seconds: 1 }, again.context)).value).not.toBe(0);
});

test.each([
  ["began at another time", page(50_000, 10, began(1_000)), page(85_380, 20, began(2_000))],
  ["tell another host", page(50_000, 10, 'target_info{host="a"} 1\n'), page(85_380, 20, 'target_info{host="b"} 1\n')],
  ["count other things", page(50_000, 10), page(49_000, 20)],
])("behind one address with another, which %s, is looked for again and else not mixed up", async (_, one, other) => {
  const rate = { source: "shop", rate: "http_requests_total", window_seconds: 1 };
  const alone = await run(rate, (await pages([one, other])).context);
  expect(alone.value).toBeNull();
  expect(alone.findings[0]?.statement).toContain("several processes");
  const met = await run(rate, (await pages([one, other, one.replace(" 50000", " 50040")])).context);
  expect(met.value).toBe(10);
});

test("leaves a sample of long ago out of a gauge, and says so", async () => {
  const old = 'temp{room="a"} 21 1395066363000\n';
  const { context } = await pages([`${old}temp{room="b"} 19 ${NOW - 60_000}\n`]);
  const output = await run({ source: "shop", gauge: "temp" }, context);
  expect(output).toMatchObject({ value: 19, series: [{ labels: { room: "b" } }] });
  expect(output.findings[0]?.evidence.join()).toContain("2014-03-17");
  const alone = await run({ source: "shop", gauge: "temp" }, (await pages([old])).context);
  expect(alone).toMatchObject({ value: null, series: [] });
  expect(alone.findings[0]?.statement).toContain("2014-03-17");
});

test("takes the time between two stamps where the page stamps its samples", async () => {
  const stamped = (value: number, atMs: number) => `jobs_total ${value} ${atMs}\n`;
  const { context } = await pages([stamped(100, NOW), stamped(700, NOW + 60_000)]);
  expect((await run({ source: "shop", rate: "jobs_total", window_seconds: 1 }, context)).value).toBe(10);
});

test("with names of any letters is read and asked for", async () => {
  const { context } = await pages(['{"shop.queue","k8s.pod"="a"} 12345\n{"shop.queue","k8s.pod"="b"} 3\n']);
  const output = await run({ source: "shop", gauge: '{"shop.queue","k8s.pod"="a"}' }, context);
  expect(output.findings[0]?.statement).toBe("shop: the gauge is 12345");
});

test.each([
  ["12345", "12345"],
  ["1234567", "1234567"],
  ["-98765", "-98765"],
  ["12345.678", "12346"],
  ["0.123456", "0.1235"],
  ["1234.5", "1235"],
])("%s is told as %s", async (value, told) => {
  const { context } = await pages([`x ${value}\n`]);
  const output = await run({ source: "shop", gauge: "x" }, context);
  expect(output.findings[0]?.statement).toBe(`shop: the gauge is ${told}`);
});
