/** Every source that is asked over HTTP tells the same faults apart, by the same codes, in its tool and in the check. */
import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { checkSource } from "../../src/activities/connectors/check-source.js";
import type { ToolDefinition } from "../../src/activities/define-tool.js";
import { deploymentHistory } from "../../src/activities/tools/deployment-history.js";
import { logCollector } from "../../src/activities/tools/log-collector.js";
import { metricQuery } from "../../src/activities/tools/metric-query.js";
import { traceCollector } from "../../src/activities/tools/trace-collector.js";
import { sourceSchema } from "../../src/schema/config.js";
import type { JsonObject } from "../../src/schema/json.js";
import type { ProblemCode } from "../../src/vocabulary/problems.js";
import { localServer, reachingContext } from "../support/local-server.js";
import { freePort } from "../support/services.js";
import { configOf, failureOf } from "../support/tool-context.js";

interface Kind {
  tool: ToolDefinition<never, unknown>;
  params: JsonObject;
  /** Keys of the source beside kind, url and headers. */
  more?: JsonObject;
  /** Its answers are no JSON, so that a JSON of another shape is garbage like any other. */
  isText?: true;
}
const tool = (definition: unknown) => definition as ToolDefinition<never, unknown>;
const trace = { tool: tool(traceCollector), params: { service: "web" } };
const KINDS: Record<string, Kind> = {
  loki: { tool: tool(logCollector), params: {}, more: { selector: '{app="a"}' } },
  elasticsearch: { tool: tool(logCollector), params: {}, more: { index: "logs-*" } },
  victorialogs: { tool: tool(logCollector), params: {}, isText: true },
  prometheus: { tool: tool(metricQuery), params: { query: "up" } },
  "prometheus signal": { tool: tool(metricQuery), params: { service: "shop", signal: "request_rate" } },
  exposition: { tool: tool(metricQuery), params: { gauge: "up" }, isText: true },
  datadog: {
    tool: tool(metricQuery),
    params: { datadog_query: "avg:a{*}" },
    more: { api_key: "env:KEY", app_key: "env:KEY" },
  },
  deployments: { tool: tool(deploymentHistory), params: {} },
  jaeger: trace,
  tempo: trace,
  zipkin: trace,
};

interface Fault {
  answer(response: ServerResponse): void;
  code: ProblemCode;
  /** What the message must tell. */
  says?: RegExp;
  /** For kinds whose answers are JSON. */
  ofJson?: true;
}
const status =
  (code: number, text: string, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    response.writeHead(code, { "content-type": "text/plain", ...headers }).end(text);
const json = (text: string) => (response: ServerResponse) =>
  response.writeHead(200, { "content-type": "application/json" }).end(text);
const FAULTS: Record<string, Fault> = {
  "wrong credentials": { answer: status(401, "who are you"), code: "source-denied", says: /401: who are you/ },
  "a right that is missing": { answer: status(403, "not you"), code: "source-denied", says: /403: not you/ },
  "a wrong request": { answer: status(400, "no such field"), code: "source-refused", says: /400: no such field/ },
  "a path that is not there": { answer: status(404, "404 page not found"), code: "source-refused", says: /404/ },
  "too many requests": {
    answer: status(429, "slow down", { "retry-after": "9" }),
    code: "source-busy",
    says: /429: slow down/,
  },
  "a fault of its own": { answer: status(500, "oh"), code: "source-error", says: /500: oh/ },
  "a gateway that finds nobody": { answer: status(503, "no upstream"), code: "source-error", says: /503/ },
  "a page for people": {
    answer: status(200, "<html><title>Sign in</title></html>", { "content-type": "text/html" }),
    code: "source-answer-invalid",
  },
  "an answer that is cut": {
    answer: (response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"data":');
      setImmediate(() => response.destroy());
    },
    code: "source-unreachable",
  },
  "another server's JSON": { answer: json('{"hello":"world"}'), code: "source-answer-invalid", ofJson: true },
  "no answer at all": { answer: () => undefined, code: "timed-out" },
};

/** Only a test that waits for it has a short time. */
async function ask(name: string, url: string, timeoutMs = 20_000) {
  const { tool: definition, params, more = {} } = KINDS[name] as Kind;
  const kind = name.split(" ")[0] ?? "";
  const headers = kind === "datadog" ? {} : { headers: { Authorization: "Bearer env:KEY", "X-Scope-OrgID": "shop" } };
  const source = sourceSchema.parse({ kind, url, ...headers, ...more });
  const reaching = reachingContext(
    configOf({ sources: { it: source } }),
    { now: Date.now },
    { KEY: "secret-of-the-source" },
  );
  const context = {
    ...reaching,
    fetch: (to: string, request = {}) => reaching.fetch(to, { ...request, timeoutMs }),
  };
  const parsed = definition.params.parse({ source: "it", ...params });
  return { run: () => definition.run(parsed, context), check: () => checkSource("it", source, context) };
}

describe.each(Object.keys(KINDS))("a source of kind %s", (name) => {
  const faults = Object.entries(FAULTS).filter(([, { ofJson }]) => !ofJson || !KINDS[name]?.isText);

  test.each(faults)("tells %s", async (_, { answer, code, says }) => {
    const server = await localServer((received, response) => {
      expect.soft(JSON.stringify(received.headers)).toContain("secret-of-the-source");
      answer(response);
    });
    const { run, check } = await ask(name, `${server.url}/prefix/`, code === "timed-out" ? 300 : undefined);
    const failure = await failureOf(run());
    expect(failure.code).toBe(code);
    if (says !== undefined) expect(failure.message).toMatch(says);
    expect(failure.message).not.toContain("secret-of-the-source");
    if (code === "source-busy") expect(failure.retryAfterMs).toBe(9_000);
    expect(server.received[0]?.url).toMatch(/^\/prefix/);
    expect(await check()).toMatchObject({ ok: false, problem: { code, at: "sources.it" } });
  });

  test("tells that nothing listens", async () => {
    const { run, check } = await ask(name, `http://127.0.0.1:${await freePort()}`);
    expect((await failureOf(run())).code).toBe("source-unreachable");
    expect(await check()).toMatchObject({ ok: false, problem: { code: "source-unreachable" } });
  });
});

test("no kind that is asked over HTTP is left out", () => {
  const told = new Set(Object.keys(KINDS).map((name) => name.split(" ")[0]));
  const kinds = sourceSchema.options.map((option) => [...(option.shape.kind.values as Set<string>)][0] ?? "");
  const elsewhere = new Set(["files", "journald", "git", "dns"]);
  const overHttp = kinds.filter((kind) => !elsewhere.has(kind));
  expect(overHttp.filter((kind) => !told.has(kind) && !kind.startsWith("kubernetes"))).toEqual([]);
});
