/** metric_query against servers that speak the protocols: a page that counts, and Prometheus's HTTP API. */
import { describe, expect, test } from "vitest";
import { createDefaultRegistry } from "../../../src/activities/registry.js";
import type { JsonObject } from "../../../src/schema/json.js";
import { localServer, reachingContext } from "../../support/local-server.js";
import { page, pages, RATIO, runMetricQuery as run } from "../../support/metric-pages.js";
import { configOf, failureOf, NOW } from "../../support/tool-context.js";

describe("a page", () => {
  test("gives the ratio of what was counted between two looks at it", async () => {
    const { server, context } = await pages([page(100, 10), page(160, 30)]);
    const output = await run({ source: "shop", ratio: RATIO, window_seconds: 1 }, context);
    expect(output).toMatchObject({ kind: "ratio", value: 0.25, series: [], truncated: false });
    expect(output.findings[0]?.statement).toBe("shop: the ratio is 0.25 (25 %)");
    expect(output.findings[0]?.evidence).toContain("10 of 40 a second over 2 s");
    expect(Date.parse(output.to) - Date.parse(output.from)).toBe(2_000);
    expect(server.received.map((received) => received.url)).toEqual(["/metrics", "/metrics"]);
  });

  test("gives no ratio where nothing was counted, and says so", async () => {
    const { context } = await pages([page(100, 10), page(100, 10)]);
    const output = await run({ source: "shop", ratio: RATIO, window_seconds: 1 }, context);
    expect(output.value).toBeNull();
    expect(output.findings[0]?.statement).toContain("unknown");
  });

  test("gives a gauge from one look: a value for one series, none for several", async () => {
    const { server, context } = await pages([page(1, 1, "odd NaN\n")]);
    expect(await run({ source: "shop", gauge: 'queue{name="a"}' }, context)).toMatchObject({ value: 7, kind: "gauge" });
    const both = await run({ source: "shop", gauge: "queue" }, context);
    expect(both.value).toBeNull();
    expect(both.series.map((one) => one.value)).toEqual([7, 5]);
    expect((await run({ source: "shop", gauge: "odd" }, context)).value).toBeNull();
    expect((await run({ source: "shop", gauge: "absent" }, context)).findings[0]?.statement).toContain("no series");
    expect(server.received).toHaveLength(4);
  });

  test("with more series than an output holds says that some were left out", async () => {
    const many = Array.from({ length: 60 }, (_, index) => `many{n="${index}"} 1`).join("\n");
    const { context } = await pages([page(1, 1, many)]);
    const output = await run({ source: "shop", gauge: "many" }, context);
    expect(output.series).toHaveLength(50);
    expect(output.truncated).toBe(true);
  });

  test("that is not of the format, or not there, is refused with its own words", async () => {
    const { context } = await pages(["<html>login</html>"]);
    expect((await failureOf(run({ source: "shop", gauge: "x" }, context))).code).toBe("source-answer-invalid");
    const server = await localServer((_, response) => response.writeHead(503).end("starting up"));
    const config = configOf({ sources: { shop: { kind: "exposition", url: server.url } } });
    const failure = await failureOf(run({ source: "shop", gauge: "x" }, reachingContext(config)));
    expect(failure.code).toBe("source-error");
    expect(failure.message).toContain("starting up");
  });

  test("is not waited for once the run wants to stop", async () => {
    const stop = new AbortController();
    const { server, context } = await pages([page(1, 1)]);
    const heartbeat = () => stop.abort();
    const failure = await failureOf(
      run(
        { source: "shop", rate: "http_requests_total", window_seconds: 60 },
        { ...context, signal: stop.signal, heartbeat },
      ),
    );
    expect(failure.code).toBe("cancelled");
    expect(server.received).toHaveLength(1);
  });

  test.each([{ query: "up" }, { gauge: "up", since: "5m" }, { rate: "up", window_seconds: 61 }] as JsonObject[])(
    "cannot answer %o, which is said before anything is fetched and at check time",
    async (question) => {
      const { server, context } = await pages([page(1, 1)]);
      expect((await failureOf(run({ source: "shop", ...question }, context))).code).toBe("params-invalid");
      expect(server.received).toEqual([]);
      const registry = createDefaultRegistry(context.config);
      const { problems } = registry.reach("metric_query", { source: "shop", ...question }, "nodes[0].params");
      expect(problems).toMatchObject([{ code: "params-invalid" }]);
    },
  );
});

/** A Prometheus that answers each call by `answer` and keeps what it was asked. */
async function prometheus(answer: (form: URLSearchParams, path: string) => object, status = 200) {
  const asked: Array<{ path: string; method: string; form: Record<string, string> }> = [];
  const server = await localServer((received, response) => {
    const url = new URL(received.url, "http://host");
    const form = received.method === "POST" ? new URLSearchParams(received.body) : url.searchParams;
    asked.push({ path: url.pathname, method: received.method, form: Object.fromEntries(form) });
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer(form, url.pathname)));
  });
  const config = configOf({ sources: { prom: { kind: "prometheus", url: `${server.url}/base/` } } });
  return { asked, config, context: reachingContext(config) };
}
const vector = (...values: Array<[object, string]>) => ({
  status: "success",
  data: { resultType: "vector", result: values.map(([metric, value]) => ({ metric, value: [NOW / 1_000, value] })) },
});

describe("Prometheus", () => {
  test("is asked for both sides of a ratio at one time, and an empty numerator counts as none", async () => {
    const { asked, context } = await prometheus((form) =>
      form.get("query")?.includes("5..") ? vector() : vector([{}, "12.5"]),
    );
    expect(await run({ source: "prom", ratio: RATIO }, context)).toMatchObject({ kind: "ratio", value: 0 });
    expect(asked.map(({ path, form }) => [path, form.query, form.time])).toEqual([
      ["/base/api/v1/query", 'sum(rate(http_requests_total{code=~"5.."}[60s]))', "1795348800.000"],
      ["/base/api/v1/query", "sum(rate(http_requests_total[60s]))", "1795348800.000"],
    ]);
  });

  test("gives a rate as the sum of its series, with each of them", async () => {
    const { asked, context } = await prometheus(() => vector([{ code: "200" }, "3"], [{ code: "500" }, "0.5"]));
    const output = await run({ source: "prom", rate: "x", window_seconds: 300, until: "10m" }, context);
    expect(output).toMatchObject({ value: 3.5, query: "rate(x[300s])", to: "2026-11-22T11:50:00.000Z" });
    expect(output.series).toHaveLength(2);
    expect(asked[0]?.form.time).toBe("1795348200.000");
  });

  test("does not take what is no number for nothing", async () => {
    const { context } = await prometheus(() => vector([{}, "NaN"]));
    expect((await run({ source: "prom", rate: "x" }, context)).value).toBeNull();
    expect((await run({ source: "prom", ratio: RATIO }, context)).value).toBeNull();
  });

  test("gives a query's scalar or single series as its value, and several as series only", async () => {
    const scalar = await prometheus(() => ({ status: "success", data: { resultType: "scalar", result: [1, "42"] } }));
    expect(await run({ source: "prom", query: "scalar(x)" }, scalar.context)).toMatchObject({ value: 42, series: [] });
    const odd = await prometheus(() => vector([{ a: "b" }, "NaN"], [{ a: "c" }, "+Inf"]));
    const output = await run({ source: "prom", query: "x / 0" }, odd.context);
    expect(output.value).toBeNull();
    expect(output.series.map((one) => one.value)).toEqual([null, null]);
  });

  test("gives a range as points, without those that are no number", async () => {
    const values = [
      [NOW / 1_000 - 60, "1"],
      [NOW / 1_000 - 30, "NaN"],
      [NOW / 1_000, "3"],
    ];
    const { asked, context } = await prometheus(() => ({
      status: "success",
      data: { resultType: "matrix", result: [{ metric: {}, values }] },
    }));
    const output = await run({ source: "prom", ratio: RATIO, since: "1h", step_seconds: 30 }, context);
    expect(output).toMatchObject({
      value: 3,
      points: [
        ["2026-11-22T11:59:00.000Z", 1],
        ["2026-11-22T12:00:00.000Z", 3],
      ],
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ path: "/base/api/v1/query_range", form: { step: "30", end: "1795348800.000" } });
    expect(asked[0]?.form.query).toBe(
      '(sum(rate(http_requests_total{code=~"5.."}[60s])) or vector(0)) / sum(rate(http_requests_total[60s]))',
    );
  });

  test("is not asked for more points than an output holds, or for a time that runs backwards", async () => {
    const { asked, context } = await prometheus(() => vector());
    for (const times of [
      { since: "24h", step_seconds: 1 },
      { since: "1m", until: "5m" },
    ] as JsonObject[]) {
      expect((await failureOf(run({ source: "prom", query: "up", ...times }, context))).code).toBe("params-invalid");
    }
    expect(asked).toEqual([]);
  });

  test("gets any query as one encoded value, a long one in the body", async () => {
    const hostile = `up{job="x & query=other#\`id\` ${"%0a$(id)".repeat(10)}"}`;
    const long = `${hostile} # ${"&".repeat(1_900 - hostile.length)}`;
    const { asked, context } = await prometheus(() => vector());
    await run({ source: "prom", query: hostile }, context);
    await run({ source: "prom", query: long }, context);
    expect(asked.map(({ method }) => method)).toEqual(["GET", "POST"]);
    expect(asked[0]?.form).toEqual({ query: hostile, time: "1795348800.000" });
    expect(asked[1]?.form.query).toBe(long);
  });

  test.each([
    ["bad_data", 400, "source-refused"],
    ["execution", 422, "source-refused"],
    ["timeout", 503, "source-error"],
    ["unavailable", 503, "source-error"],
  ])("says %s in its own words", async (errorType, status, code) => {
    const { context } = await prometheus(
      () => ({ status: "error", errorType, error: `1:4: parse error: ${"x".repeat(900)}` }),
      status,
    );
    const failure = await failureOf(run({ source: "prom", query: "rate(up)" }, context));
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(`${errorType}: 1:4: parse error`);
    expect(failure.message.length).toBeLessThan(600);
  });

  test.each([
    [{ status: "success", data: { resultType: "vector", result: [{ metric: {}, value: [1, 2] }] } }],
    [{ status: "success" }],
    [{ hello: "world" }],
    [[]],
    [{ status: "success", data: { resultType: "vector", result: [{ metric: {}, value: [1, "many"] }] } }],
  ])("whose answer is %j is not believed", async (answer) => {
    const { context } = await prometheus(() => answer);
    expect((await failureOf(run({ source: "prom", query: "up" }, context))).code).toBe("source-answer-invalid");
  });

  test("that answers with a page of its proxy is told by status and text", async () => {
    const server = await localServer((_, response) => response.writeHead(401).end("please log in"));
    const config = configOf({ sources: { prom: { kind: "prometheus", url: server.url } } });
    const failure = await failureOf(run({ source: "prom", query: "up" }, reachingContext(config)));
    expect(failure.code).toBe("source-denied");
    expect(failure.message).toContain("please log in");
  });
});

describe("params", () => {
  test.each([
    [{ source: "prom" }],
    [{ source: "prom", query: "up", gauge: "up" }],
    [{ source: "prom", gauge: "up{" }],
    [{ source: "prom", gauge: 'up{a=~"(a+"}' }],
    [{ source: "prom", ratio: { numerator: "a" } }],
    [{ source: "prom", query: "up", step_seconds: 5 }],
    [{ source: "prom", query: "up", since: "yesterday; rm" }],
    [{ source: "prom", query: "up", window_seconds: 0 }],
    [{ source: "prom", query: "up", extra: 1 }],
    [{ source: "../prom", query: "up" }],
  ])("%j is refused", (params) => {
    expect(createDefaultRegistry().checkParams("metric_query", params, "p")).not.toEqual([]);
  });

  test("an undeclared source is named with those that exist", async () => {
    const { config, context } = await prometheus(() => vector());
    expect((await failureOf(run({ source: "other", query: "up" }, context))).code).toBe("source-not-configured");
    expect(createDefaultRegistry(config).reach("metric_query", { source: "other" }, "p").problems[0]?.hint).toContain(
      "prom",
    );
  });
});
