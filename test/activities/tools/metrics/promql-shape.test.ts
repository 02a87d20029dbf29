/** The shape of PromQL: real queries pass, other languages do not. */
import { expect, test } from "vitest";
import { promqlFault } from "../../../../src/activities/tools/metrics/promql-shape.js";

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
])("%s may be a query", (query) => {
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
])("%s is none", (query) => {
  expect(promqlFault(query)).toMatch(/./);
});

test("a long text is judged at once", () => {
  const startedAt = performance.now();
  for (const part of ["(", "1 ", "a ", '"', "1m", "#", "[{"]) promqlFault(part.repeat(2_000));
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
