/** trace_collector against a real Jaeger: what it finds, where the time went, where errors began, what it says of faults. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkSource } from "../../src/activities/connectors/check-source.js";
import { traceCollector } from "../../src/activities/tools/trace-collector.js";
import type { Source } from "../../src/schema/config.js";
import { type Jaeger, type SentSpan, startJaeger } from "../support/jaeger.js";
import { reachingContext } from "../support/local-server.js";
import { hasSlowServices } from "../support/services.js";
import { configOf, failureOf } from "../support/tool-context.js";

describe.skipIf(!hasSlowServices)("Jaeger (needs the program jaeger: npm run test:services)", () => {
  let jaeger: Jaeger;
  const startMs = Date.now() - 60_000;
  const traceId = (index: number): string => index.toString(16).padStart(32, "a");
  const spanId = (index: number): string => index.toString(16).padStart(16, "b");

  /** A request of `web` that waits for `api`, which waits for `db`; the error of `db` goes up as far as `fails` says. */
  function request(index: number, dbMs: number, fails: readonly string[] = []): SentSpan[] {
    const at = startMs + index * 20;
    const error = (service: string) => (fails.includes(service) ? { error: `${service}: too many connections` } : {});
    const common = { trace: traceId(index) };
    return [
      { ...common, id: spanId(1), service: "web", name: "GET /pay", startMs: at, ms: dbMs + 40, ...error("web") },
      {
        ...common,
        id: spanId(2),
        parent: spanId(1),
        service: "api",
        name: "charge",
        startMs: at + 10,
        ms: dbMs + 20,
        ...error("api"),
      },
      {
        ...common,
        id: spanId(3),
        parent: spanId(2),
        service: "db",
        name: "INSERT",
        startMs: at + 20,
        ms: dbMs,
        ...error("db"),
      },
    ];
  }

  beforeAll(async () => {
    jaeger = await startJaeger();
    const calm = Array.from({ length: 60 }, (_, index) => request(index + 100, 10)).flat();
    await jaeger.send([
      ...request(1, 400),
      ...request(2, 20, ["db", "api", "web"]),
      ...request(3, 20, ["db"]),
      ...calm,
    ]);
  }, 100_000);
  afterAll(() => jaeger?.stop());

  const source = (): Source => ({ kind: "jaeger", url: jaeger.url });
  const collect = async (params: object, declared: Source = source()) => {
    const context = reachingContext(configOf({ sources: { traces: declared } }), { now: Date.now });
    const asked = traceCollector.params.parse({ source: "traces", service: "web", since: "10m", ...params });
    return traceCollector.output.parse(await traceCollector.run(asked, context));
  };

  test("gives the slowest traces with their critical path, the time of each service, and a link", async () => {
    const found = await collect({ max_traces: 200 });
    expect(found).toMatchObject({ total: 63, failed: 1, truncated: false, unreadable: [], missing_parents: 0 });
    expect(found.slowest[0]).toMatchObject({
      trace_id: traceId(1),
      root: "web: GET /pay",
      duration_ms: 440,
      ui_url: `${jaeger.url}/trace/${traceId(1)}`,
      critical_path: [
        { service: "web", operation: "GET /pay", self_ms: 20 },
        { service: "api", operation: "charge", self_ms: 20 },
        { service: "db", operation: "INSERT", self_ms: 400 },
      ],
    });
    expect(found.services.map(({ spans }) => spans)).toEqual([63, 63, 63]);
    const own = Object.fromEntries(found.services.map(({ service, self_ms }) => [service, self_ms]));
    expect(own).toEqual({ web: 63 * 20, api: 63 * 20, db: 400 + 20 + 20 + 60 * 10 });
  });

  test("tells where errors began and how far they went", async () => {
    const { error_origins, failing } = await collect({ max_traces: 200 });
    expect(failing.map(({ trace_id }) => trace_id)).toEqual([traceId(2)]);
    expect(error_origins).toMatchObject([
      { service: "db", operation: "INSERT", message: "db: too many connections", traces: 2, reached_root: 1 },
    ]);
  });

  test("finds failing traces among many that do not fail", async () => {
    const found = await collect({ only_failing: true, max_traces: 100 });
    expect(found.slowest.map(({ trace_id }) => trace_id).sort()).toEqual([traceId(2), traceId(3)]);
    expect(found).toMatchObject({ total: 2, failed: 1 });
  });

  test("keeps to the operation, the least duration, the span of time and the limit", async () => {
    expect((await collect({ min_duration_ms: 200 })).slowest.map(({ trace_id }) => trace_id)).toEqual([traceId(1)]);
    expect(await collect({ service: "api", operation: "charge", max_traces: 200 })).toMatchObject({ total: 63 });
    expect(await collect({ operation: "no such" })).toMatchObject({ total: 0, duration_ms: null });
    expect(await collect({ since: "30m", until: "20m" })).toMatchObject({ total: 0 });
    expect(await collect({ max_traces: 5 })).toMatchObject({ total: 5, truncated: true });
  });

  test("a service that sent nothing is an answer", async () => {
    const found = await collect({ service: "nobody" });
    expect(found).toMatchObject({ total: 0, findings: [{ statement: "traces: no trace of nobody matched" }] });
  });

  test("a wrong address, and one where nothing listens, are told apart", async () => {
    const wrong = await failureOf(collect({}, { kind: "jaeger", url: `${jaeger.url}/nowhere` }));
    expect(["source-answer-invalid", "source-refused"]).toContain(wrong.code);
    expect((await failureOf(collect({}, { kind: "jaeger", url: "http://127.0.0.1:1" }))).code).toBe(
      "source-unreachable",
    );
  });

  test("sources check names its services", async () => {
    const context = reachingContext(configOf({ sources: { traces: source() } }), { now: Date.now });
    expect(await checkSource("traces", source(), context)).toMatchObject({
      ok: true,
      says: expect.stringMatching(/^3 services: /),
    });
  });
});
