/** metric_query on a stand-in that answers as Datadog publishes its interface. */
import { describe, expect, test } from "vitest";
import { checkSource } from "../../../../src/activities/connectors/check-source.js";
import { metricQuery } from "../../../../src/activities/tools/metric-query.js";
import type { Source } from "../../../../src/schema/config.js";
import { sourceSchema } from "../../../../src/schema/config.js";
import type { JsonObject } from "../../../../src/schema/json.js";
import { API_KEY, APP_KEY, type DatadogSeries, datadogServer } from "../../../support/datadog.js";
import { localServer, reachingContext } from "../../../support/local-server.js";
import { configOf, failureOf, NOW } from "../../../support/tool-context.js";

const every = (value: (at: number) => number | null): DatadogSeries["points"] =>
  Array.from({ length: 40 }, (_, at) => [NOW - (40 - at) * 15_000, value(at)] as const);
const SERIES: DatadogSeries[] = [
  { metric: "shop.orders", tags: [], points: every((at) => (at === 39 ? null : at)) },
  { metric: "system.load.1", tags: ["host:web-1"], points: every(() => 0.5) },
  { metric: "system.load.1", tags: ["host:web-2", "canary"], points: every(() => 2.5) },
];
const sourceAt = (url: string): Source =>
  sourceSchema.parse({
    kind: "datadog",
    url,
    api_key: "env:DD_API",
    app_key: "env:DD_APP",
    ui_url: "https://app.datadoghq.eu/metric/explorer?exp={query}&start={from_ms}",
  });
const KEYS = { DD_API: API_KEY, DD_APP: APP_KEY };
const contextAt = (url: string, keys: Record<string, string> = KEYS) =>
  reachingContext(configOf({ sources: { dd: sourceAt(url) } }), {}, keys);
const run = async (url: string, params: JsonObject, keys?: Record<string, string>) =>
  metricQuery.output.parse(
    await metricQuery.run(metricQuery.params.parse({ source: "dd", ...params }), contextAt(url, keys)),
  );

describe("a query", () => {
  test("gives the newest value that is there, with its keys in headers alone", async () => {
    const server = await datadogServer(SERIES);
    const found = await run(server.url, { datadog_query: "sum:shop.orders{*}" });
    expect(found).toMatchObject({
      kind: "datadog_query",
      query: "sum:shop.orders{*}",
      value: 38,
      series: [{ labels: { __name__: "shop.orders" }, value: 38 }],
      ui_url: expect.stringContaining(`exp=${encodeURIComponent("sum:shop.orders{*}")}`),
    });
    expect(server.received[0]?.url).toMatch(
      /^\/api\/v1\/query\?query=sum%3Ashop\.orders%7B\*%7D&from=\d{10}&to=\d{10}$/,
    );
    expect(server.received[0]?.headers).toMatchObject({ "dd-api-key": API_KEY, "dd-application-key": APP_KEY });
    expect(JSON.stringify(found)).not.toContain(API_KEY);
  });

  test("gives several series by their tags", async () => {
    const server = await datadogServer(SERIES);
    const found = await run(server.url, { datadog_query: "avg:system.load.1{*} by {host}" });
    expect(found.value).toBeNull();
    expect(found.series).toEqual([
      { labels: { __name__: "system.load.1", host: "web-1" }, value: 0.5 },
      { labels: { __name__: "system.load.1", host: "web-2", canary: "" }, value: 2.5 },
    ]);
  });

  test("over a span gives points, and in steps asks the second interface", async () => {
    const server = await datadogServer(SERIES);
    const plain = await run(server.url, { datadog_query: "sum:shop.orders{*}", since: "5m" });
    expect(plain.points).toHaveLength(19);
    const stepped = await run(server.url, { datadog_query: "sum:shop.orders{*}", since: "10m", step_seconds: 60 });
    expect(stepped.points).toHaveLength(10);
    expect(stepped.points?.[0]).toEqual([new Date(NOW - 600_000).toISOString(), 3]);
    expect(server.received.map(({ method, url }) => `${method} ${url.split("?")[0]}`)).toEqual([
      "GET /api/v1/query",
      "POST /api/v2/query/timeseries",
    ]);
  });

  test("that it cannot read is refused in its own words, in both interfaces", async () => {
    const server = await datadogServer(SERIES);
    const ways: JsonObject[] = [{}, { since: "10m", step_seconds: 60 }];
    for (const more of ways) {
      const failure = await failureOf(run(server.url, { datadog_query: "no query", ...more }));
      expect(failure).toMatchObject({
        code: "source-refused",
        message: expect.stringContaining("Error parsing query"),
      });
    }
  });

  test("in another language, or too many steps, is not sent", async () => {
    const server = await datadogServer(SERIES);
    expect((await failureOf(run(server.url, { query: "up" }))).code).toBe("params-invalid");
    expect((await failureOf(run(server.url, { service: "a", signal: "cpu" }))).code).toBe("params-invalid");
    const many = { datadog_query: "sum:shop.orders{*}", since: "10d", step_seconds: 1 };
    expect((await failureOf(run(server.url, many))).code).toBe("params-invalid");
    expect(server.received).toEqual([]);
    const misfits = metricQuery.reach?.({ source: "dd", query: "up" }, contextAt(server.url).config, "params");
    expect(misfits?.problems).toMatchObject([{ code: "params-invalid", at: "params.query" }]);
  });
});

test("wrong keys, limits and faults are told apart", async () => {
  const real = await datadogServer(SERIES);
  const query = { datadog_query: "sum:shop.orders{*}" };
  expect((await failureOf(run(real.url, query, { ...KEYS, DD_API: "wrong-key-of-nobody" }))).code).toBe(
    "source-denied",
  );
  expect((await failureOf(run(real.url, query, { DD_API: API_KEY }))).code).toBe("secret-missing");
  const limited = await localServer((_, response) =>
    response
      .writeHead(429, { "content-type": "application/json", "x-ratelimit-reset": "17" })
      .end('{"errors":["Too many requests"]}'),
  );
  expect(await failureOf(run(limited.url, query))).toMatchObject({ code: "source-busy", retryAfterMs: 17_000 });
  const broken = await localServer((_, response) => response.writeHead(503).end("upstream"));
  expect((await failureOf(run(broken.url, query))).code).toBe("source-error");
});

test("sources check says whether the key is taken", async () => {
  const server = await datadogServer(SERIES);
  const source = sourceAt(server.url);
  expect(await checkSource("dd", source, contextAt(server.url))).toEqual({ ok: true, says: "its API key is taken" });
  expect(
    await checkSource("dd", source, contextAt(server.url, { ...KEYS, DD_API: "wrong-key-of-nobody" })),
  ).toMatchObject({
    ok: false,
    problem: { code: "source-denied", at: "sources.dd" },
  });
});

test("a region is one of Datadog's own", () => {
  const keys = { kind: "datadog", api_key: "env:A", app_key: "env:B" };
  for (const site of ["datadoghq.com", "us5.datadoghq.com", "datadoghq.eu", "ap1.datadoghq.com", "ddog-gov.com"]) {
    expect(sourceSchema.safeParse({ ...keys, site }).success, site).toBe(true);
  }
  for (const site of ["evil.test", "datadoghq.com.evil.test", "a/b.datadoghq.com", "xdatadoghq.com"]) {
    expect(sourceSchema.safeParse({ ...keys, site }).success, site).toBe(false);
  }
});
