/** The trace collector on stand-ins that answer as Jaeger, Zipkin and Tempo document it. */
import { expect, test } from "vitest";
import { traceQl } from "../../../src/activities/connectors/tempo/traces.js";
import { traceCollector } from "../../../src/activities/tools/trace-collector.js";
import type { Source } from "../../../src/schema/config.js";
import { localServer, type Received, reachingContext } from "../../support/local-server.js";
import { configOf, failureOf, NOW } from "../../support/tool-context.js";

type Kind = "jaeger" | "tempo" | "zipkin";

async function collect(kind: Kind, url: string, params: object = {}, headers?: Record<string, string>) {
  const source = { kind, url, ...(headers === undefined ? {} : { headers }) } as Source;
  const context = reachingContext(configOf({ sources: { traces: source } }), {}, { KEY: "a-secret-key" });
  const asked = traceCollector.params.parse({ source: "traces", service: "web", ...params });
  return traceCollector.output.parse(await traceCollector.run(asked, context));
}
const stand = (answer: (received: Received) => unknown) =>
  localServer((received, response) => {
    const body = answer(received);
    response
      .writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" })
      .end(JSON.stringify(body ?? {}));
  });

const US = (NOW - 60_000) * 1_000;
const jaegerSpan = (spanID: string, parent: string | undefined, start: number, duration: number, error = false) => ({
  traceID: "abc",
  spanID,
  operationName: `GET /${spanID}`,
  references: parent === undefined ? [] : [{ refType: "CHILD_OF", traceID: "abc", spanID: parent }],
  startTime: US + start,
  duration,
  tags: error
    ? [
        { key: "error", type: "bool", value: true },
        { key: "otel.status_description", type: "string", value: "refused: token=abcdefgh12345678" },
      ]
    : [],
  processID: spanID === "1" ? "p1" : "p2",
});
const JAEGER = {
  data: [
    {
      traceID: "abc",
      spans: [jaegerSpan("1", undefined, 0, 100_000, true), jaegerSpan("2", "1", 10_000, 80_000, true)],
      processes: { p1: { serviceName: "web" }, p2: { serviceName: "db" } },
    },
  ],
  errors: null,
};

test("Jaeger: where the time went and where the error began, with what was asked and a link", async () => {
  const server = await stand(() => JAEGER);
  const output = await collect(
    "jaeger",
    server.url,
    { operation: "a&b=c", min_duration_ms: 5 },
    { Authorization: "Bearer env:KEY" },
  );
  expect(output).toMatchObject({
    total: 1,
    failed: 1,
    duration_ms: { p50: 100, p95: 100, max: 100 },
    truncated: false,
  });
  expect(output.services).toEqual([
    { service: "db", spans: 1, errors: 1, self_ms: 80, share: 0.8 },
    { service: "web", spans: 1, errors: 1, self_ms: 20, share: 0.2 },
  ]);
  expect(output.error_origins[0]).toMatchObject({
    service: "db",
    reached_root: 1,
    path: ["db: GET /2", "web: GET /1"],
  });
  expect(JSON.stringify(output)).not.toContain("abcdefgh12345678");
  expect(output.slowest[0]?.ui_url).toBe(`${server.url}/trace/abc`);
  const asked = new URL(server.received[0]?.url ?? "", server.url).searchParams;
  expect(Object.fromEntries(asked)).toMatchObject({
    service: "web",
    operation: "a&b=c",
    minDuration: "5ms",
    limit: "50",
  });
  expect(output.findings[0]?.statement).toBe("web: 1 of 1 traces failed");
});

test("Zipkin: a span that client and server share becomes two", async () => {
  const timestamp = US;
  const server = await stand(() => [
    [
      { traceId: "t", id: "1", name: "get", timestamp, duration: 100_000, localEndpoint: { serviceName: "web" } },
      {
        traceId: "t",
        id: "1",
        shared: true,
        name: "get",
        timestamp: timestamp + 10_000,
        duration: 80_000,
        localEndpoint: { serviceName: "api" },
      },
      {
        traceId: "t",
        id: "2",
        parentId: "1",
        name: "sql",
        timestamp: timestamp + 20_000,
        duration: 50_000,
        localEndpoint: { serviceName: "api" },
        tags: { error: "locked" },
      },
      { traceId: "t", id: "3", parentId: "1", name: "unfinished" },
    ],
  ]);
  const output = await collect("zipkin", server.url);
  expect(output.services.map(({ service, self_ms }) => [service, self_ms])).toEqual([
    ["api", 80],
    ["web", 20],
  ]);
  expect(output.missing_parents).toBe(0);
  expect(output.error_origins[0]).toMatchObject({ message: "locked", reached_root: 0 });
});

const NS = (ms: number): string => `${NOW - 60_000 + ms}000000`;
const tempoTrace = {
  batches: [
    {
      resource: { attributes: [{ key: "service.name", value: { stringValue: "web" } }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: "q80=",
              spanId: "AAAAAAAAAAE=",
              name: "GET /",
              startTimeUnixNano: NS(0),
              endTimeUnixNano: NS(40),
              status: { code: "STATUS_CODE_ERROR", message: "500" },
            },
          ],
        },
      ],
    },
  ],
};

test("Tempo: traces that cannot be read are named, and the others are a result", async () => {
  const server = await stand(({ url }) => {
    if (url.startsWith("/api/search")) return { traces: [{ traceID: "ab" }, { traceID: "cd" }], metrics: {} };
    return url === "/api/traces/ab" ? tempoTrace : undefined;
  });
  const output = await collect("tempo", server.url);
  expect(output).toMatchObject({ total: 1, failed: 1, truncated: true });
  expect(output.unreadable).toMatchObject([{ path: "trace cd", code: "source-refused" }]);
});

test("TraceQL holds hostile names as strings", () => {
  const query = traceQl({
    service: '" } || { true',
    operation: "a\\",
    minDurationMs: 7,
    sinceMs: 0,
    untilMs: 1,
    maxTraces: 1,
  });
  expect(query).toBe('{ resource.service.name = "\\" } || { true" && name = "a\\\\" } && { traceDuration >= 7ms }');
});

test.each(["jaeger", "tempo", "zipkin"] as const)(
  "%s: no trace is a finding; wrong answers are told apart",
  async (kind) => {
    const nothing = kind === "jaeger" ? { data: [] } : kind === "tempo" ? { traces: [] } : [];
    const silent = await collect(kind, (await stand(() => nothing)).url);
    expect(silent).toMatchObject({ total: 0, duration_ms: null });
    expect(silent.findings[0]?.statement).toBe("traces: no trace of web matched");
    const cases = [
      [401, "no", "source-denied"],
      [400, "bad", "source-refused"],
      [500, "boom", "source-error"],
      [200, "<html>", "source-answer-invalid"],
      [200, '"odd"', "source-answer-invalid"],
    ] as const;
    for (const [status, text, code] of cases) {
      const server = await localServer((_, response) => response.writeHead(status).end(text));
      expect((await failureOf(collect(kind, server.url))).code).toBe(code);
    }
    expect((await failureOf(collect(kind, "http://127.0.0.1:9"))).code).toBe("source-unreachable");
  },
);

test("failing traces are asked of each store in its own words, and what has no error is left out", async () => {
  const calm = { ...JAEGER.data[0], traceID: "calm", spans: [jaegerSpan("1", undefined, 0, 900_000)] };
  const jaeger = await stand(({ url }) => ({
    ...JAEGER,
    data: url.includes("tags=") ? JAEGER.data : [...JAEGER.data, calm],
  }));
  const output = await collect("jaeger", jaeger.url, { only_failing: true });
  expect(output).toMatchObject({ total: 1, failed: 1 });
  const tags = jaeger.received.map(({ url }) => new URL(url, jaeger.url).searchParams.get("tags"));
  expect(tags).toEqual(['{"error":"true"}', null]);
  const zipkin = await stand(() => []);
  await collect("zipkin", zipkin.url, { only_failing: true });
  expect(new URL(zipkin.received[0]?.url ?? "", zipkin.url).searchParams.get("annotationQuery")).toBe("error");
  const question = { service: "web", sinceMs: 0, untilMs: 1, maxTraces: 1, onlyFailing: true };
  expect(traceQl(question)).toBe('{ resource.service.name = "web" } && { status = error }');
});
