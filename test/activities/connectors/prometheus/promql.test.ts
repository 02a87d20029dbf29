/** PromQL by its own grammar: real queries pass, malformed ones and other languages do not. */
import { expect, test } from "vitest";
import { promqlFault } from "../../../../src/activities/connectors/prometheus/promql.js";

test.each([
  "up",
  "up == 1",
  'http_requests_total{code=~"5..",job!="a b"}',
  'rate(http_requests_total{code=~"5.."}[5m])',
  "sum by (job, instance) (rate(http_requests_total[5m])) / on (job) group_left (team) count(up) > bool 0.5",
  "sum(rate(x[5m])) by (le)",
  "histogram_quantile(0.95, sum(rate(http_duration_seconds_bucket[5m])) by (le))",
  "a and b or c unless d",
  "max_over_time(rate(x[1m])[30m:1m])",
  "x offset 5m @ 1609746000",
  "x @ end()",
  "-x ^ 2 % 3",
  "job:errors:ratio_rate5m",
  'label_replace(up, "host", "$1", "instance", "(.*):.*")',
  "1e3 + 0x1F + .5",
  "{__name__='a', b=`c`}",
  "up # who is there",
  '{"utf8.name", job="x"}',
  "sum(rate(x[1h30m])) or vector(0)",
  "absent_over_time(up{job='a'}[1h:5m] offset -5m)",
  '{app="web"} |~ "(?i)timeout|refused" != "healthz"',
  'sum(rate({app="web"} |= "error" [5m]))',
])("%s is a query", (query) => {
  expect(promqlFault(query)).toBeUndefined();
});

test.each([
  "holt_winters(x[5m], 0.5, 0.5)",
  "rate(x)",
  "rate(x[5])",
  "x default 0",
  "sum(rate(x)) by (job) if up == 1 ifnot y",
  'WITH (f = {job="a"}, r(q) = rate(q[5m])) r(x{f}) / r(y{f, b!="c"})',
  'x{job="a" or instance=~"b.*"}',
  "median_over_time(x[1h:]) keep_metric_names",
  'topk_max(3, rate(x[1i]), "other=sum")',
  "sum(x) by (job) limit 5",
  "x > 1.5Ki and y offset -1h30m",
  'x * on (job) group_left (*) prefix "b_" y',
  "label_set(union(a, b), 'k', 'v')",
  "x[5m] @ (end() - 1h)",
])("%s is a query of VictoriaMetrics or of Prometheus 2, and the server judges it", (query) => {
  expect(promqlFault(query)).toBeUndefined();
});

test.each([
  "DELETE FROM orders",
  "UPDATE users SET admin=true",
  "COPY (SELECT 1) TO PROGRAM 'id'",
  "SELECT * FROM pg_read_file('/etc/passwd')",
  "select 1; drop table orders",
  "DROP TABLE orders",
  "up; rm -rf /",
  "up && id",
  "up | tee /tmp/x",
  "$(id)",
  "`id` up",
  "admin=true",
  "up{",
  "up)",
  "(up]",
  "up down",
  "up 1",
  '"a" "b"',
  "",
  "# nothing",
  "nosuchfunction(up)",
  "rate(x[5m)",
  "sum by job (up)",
  "up{job=web}",
  "1 +",
  'up |= "x"',
  "x default",
  "with (a = 1)",
  "WITH (f = x) g(f)",
  'x{job="a" or}x',
  'x{job="a" and b="c"}',
  "holt_winters(x[5m], 0.5",
  "default 5",
  "sum limit 5",
  "x if",
  "delete(up)",
])("%s is none", (query) => {
  expect(promqlFault(query)).toMatch(/./);
});

test("the fault is told with its place", () => {
  expect(promqlFault("rate(http_requests_total{code=5xx}[5m])")).toBe(
    'it cannot be read from character 31 on: "5xx}[5m])"',
  );
  expect(promqlFault("sum(rate(x[5m])")).toBe("it ends too soon, after character 15");
  expect(promqlFault('{app="web"} |= "a" ; id')).toMatch(/from character 20 on/);
});

test("a long text is judged too", () => {
  for (const part of [
    "(",
    "1 ",
    "a ",
    '"',
    "1m",
    "#",
    "[{",
    "} |~ `",
    '}|=""',
    "with (a=",
    "x default ",
    "- ",
    "x{a='b' or ",
    "rate(",
  ]) {
    expect(promqlFault(part.repeat(400)), part).toMatch(/./);
  }
});
