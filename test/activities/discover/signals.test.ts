/** Which of a service's metrics its requests are counted by. */
import { expect, test } from "vitest";
import { signalsOf } from "../../../src/activities/discover/signals.js";
import { localServer, reachingContext } from "../../support/local-server.js";
import { configOf } from "../../support/tool-context.js";

async function signals(series: Array<Record<string, string>>) {
  const { url } = await localServer((_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ status: "success", data: series }));
  });
  const config = configOf({ sources: { prom: { kind: "prometheus", url } } });
  const names = [...new Set(series.map(({ __name__ = "" }) => __name__))];
  return signalsOf(
    { job: "edge" },
    names,
    { kind: "prometheus", url, name: "prom" } as never,
    0,
    reachingContext(config),
  );
}

test.each([
  ["an admin interface", "gate_admin_http_requests_total"],
  ["its own metrics page", "gate_metrics_http_requests_total"],
  ["a health check", "health_http_requests_total"],
  ["a debug port", "debug_http_requests_total"],
])("requests of those who look after it are not those of its callers: %s", async (_, upkeep) => {
  const { requests, errors } = await signals([
    { __name__: upkeep, code: "200" },
    { __name__: "gate_http_request_duration_seconds_count", code: "200" },
  ]);
  expect(requests).toBe('sum(rate(gate_http_request_duration_seconds_count{job="edge"}[$w]))');
  expect(errors).toBe('sum(rate(gate_http_request_duration_seconds_count{job="edge",code=~"5.*"}[$w]))');
});

test("they are taken where nothing else is counted", async () => {
  const { requests } = await signals([{ __name__: "gate_admin_http_requests_total", code: "200" }]);
  expect(requests).toBe('sum(rate(gate_admin_http_requests_total{job="edge"}[$w]))');
});
