/** The text format of `/metrics` pages. */
import { describe, expect, test } from "vitest";
import { parsePage } from "../../../../src/activities/connectors/exposition/format.js";

const samples = (text: string) => {
  const parsed = parsePage(text);
  if (!parsed.ok) throw new Error(`line ${parsed.line}: ${parsed.message}`);
  return parsed.page.samples;
};

test("a page with help, types, labels, times and histograms is read whole", () => {
  const parsed = parsePage(`# HELP http_requests_total The total number of "requests".
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400",}    3

# A comment
# TYPE latency histogram
  latency_bucket{le="0.05"} 24054
latency_bucket {le="+Inf"} 1.44320e+05\r
latency_sum 53423.5
\tlatency_count\t144320
up 1
`);
  expect(parsed).toMatchObject({ ok: true });
  if (!parsed.ok) return;
  expect(parsed.page.types.get("http_requests_total")).toBe("counter");
  expect(parsed.page.samples).toEqual([
    { metric: "http_requests_total", labels: { method: "post", code: "200" }, value: 1027, timeMs: 1395066363000 },
    { metric: "http_requests_total", labels: { method: "post", code: "400" }, value: 3 },
    { metric: "latency_bucket", labels: { le: "0.05" }, value: 24054 },
    { metric: "latency_bucket", labels: { le: "+Inf" }, value: 144320 },
    { metric: "latency_sum", labels: {}, value: 53423.5 },
    { metric: "latency_count", labels: {}, value: 144320 },
    { metric: "up", labels: {}, value: 1 },
  ]);
});

test("names of any letters stand in quotes within the braces, as Prometheus 3 writes them", () => {
  const text = `# TYPE "http.requests" counter
{"http.requests"} 1
{"http.requests",code="200"} 2
{ "http.requests" , "k8s.pod.name" = "a-1" , } 3 1395066363000
{code="500","größe \\"x\\""} 4
plain{"service.name"="shop"} 5
`;
  expect(samples(text)).toEqual([
    { metric: "http.requests", labels: {}, value: 1 },
    { metric: "http.requests", labels: { code: "200" }, value: 2 },
    { metric: "http.requests", labels: { "k8s.pod.name": "a-1" }, value: 3, timeMs: 1395066363000 },
    { metric: 'größe "x"', labels: { code: "500" }, value: 4 },
    { metric: "plain", labels: { "service.name": "shop" }, value: 5 },
  ]);
  const parsed = parsePage(text);
  expect(parsed.ok && parsed.page.types.get("http.requests")).toBe("counter");
});

test("escapes in label values are undone, and braces, hashes and commas in them are text", () => {
  expect(samples('x{a="q\\"b\\\\n\\n}",b="{#, =}",c=""} -1')).toEqual([
    { metric: "x", labels: { a: 'q"b\\n\n}', b: "{#, =}", c: "" }, value: -1 },
  ]);
});

test("values may be infinite or no number, and an exemplar is passed over", () => {
  expect(
    samples('a NaN\nb +Inf\nc -Inf\nd 1e-3\ne_bucket{le="1"} 2 # {trace="x"} 0.5 1.5\n# EOF').map((one) => one.value),
  ).toEqual([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.001, 2]);
});

describe("a broken line refuses the page and is named", () => {
  test.each([
    ["<html>", "metric's name"],
    ['{a="1"} 1', "metric's name"],
    ["{} 1", "metric's name"],
    ['x{"y"} 1', "twice"],
    ['{"x","y"} 1', "twice"],
    ['{""} 1', "empty"],
    ["x", "number"],
    ["x one", "number"],
    ["x 0x10", "number"],
    ["x{a=1} 1", "double quotes"],
    ['x{a="1} 1', "end with a double quote"],
    ['x{a="1" 1', "closed"],
    ['x{a="1",a="2"} 1', "twice"],
    ["x 1 2 3", "at most"],
    ["x 1 now", "time"],
    ['x{9="1"} 1', "label's name"],
  ])("%s", (line, why) => {
    const parsed = parsePage(`up 1\n${line}\n`);
    expect(parsed).toMatchObject({ ok: false, line: 2 });
    if (!parsed.ok) expect(parsed.message).toContain(why);
  });
});
