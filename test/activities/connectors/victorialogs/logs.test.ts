/** The log collector on a real VictoriaLogs server, where it has been built. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logCollector } from "../../../../src/activities/tools/log-collector.js";
import type { Source } from "../../../../src/schema/config.js";
import { localServer, reachingContext } from "../../../support/local-server.js";
import { configOf, failureOf, NOW } from "../../../support/tool-context.js";
import { startVictoriaLogs, type VictoriaLogs, victoriaLogsProgram } from "../../../support/victoria-logs.js";

const program = victoriaLogsProgram();
type Own = Extract<Source, { kind: "victorialogs" }>;

const contextOf = (url: string, more: Partial<Own> = {}) =>
  reachingContext(configOf({ sources: { app: { kind: "victorialogs", url, level_field: "level", ...more } } }));

async function collect(url: string, params: object = {}, more: Partial<Own> = {}) {
  const context = contextOf(url, more);
  const asked = logCollector.params.parse({ source: "app", since: "1h", ...params });
  const output = logCollector.output.parse(await logCollector.run(asked, context));
  const blob = await context.blobs.get(output.blob);
  const lines = blob.split("\n").filter((text) => text !== "");
  return { output, messages: lines.map((text) => (JSON.parse(text) as { message: string }).message) };
}

const at = (secondsAgo: number): string => new Date(NOW - secondsAgo * 1_000).toISOString();
const HOSTILE = [
  'say "hi" {a="b"}',
  "back\\slash \\d+ .* (?i)",
  '") or * | stats count() x #',
  "_msg:* OR NOT level:info",
  "it's `ticks` and 100%",
  "two\nlines",
];

describe.skipIf(program === undefined)("a real VictoriaLogs (skipped where it has not been built)", () => {
  let server: VictoriaLogs;
  beforeAll(async () => {
    server = await startVictoriaLogs(program ?? "");
    const line = (secondsAgo: number, level: string, _msg: string, more = {}) => ({
      _time: at(secondsAgo),
      level,
      _msg,
      service: "checkout",
      ...more,
    });
    const many = Array.from({ length: 2_500 }, (_, index) => line(3_000 - index, "info", `request ${index}`));
    await server.store([
      ...many,
      ...HOSTILE.map((text, index) => line(100 - index, "warning", `hostile ${index}: ${text}`)),
      line(50, "ERROR", "the database refused", { trace: "t1" }),
      line(49, "60", "numbers are levels, too"),
      { _time: at(48), _msg: "ERROR in a line without a level", service: "checkout" },
      line(47, "info", "password=hunter2-hunter2 given"),
      line(46, "error", "of another service", { service: "payroll" }),
      line(9_000, "error", "long ago"),
    ]);
  }, 60_000);
  afterAll(() => server?.stop());

  test("gives the newest lines over several pages, oldest first, and says what was left out", async () => {
    const all = await collect(server.url, {}, { filter: "service:=checkout" });
    expect(all.output).toMatchObject({ total: 2_510, truncated: false, bad_lines: 0, files: [], unreadable: [] });
    expect(all.messages[0]).toBe("request 0");
    const some = await collect(server.url, { max_lines: 3 });
    expect(some.output.truncated).toBe(true);
    expect(some.messages.at(-1)).toBe("of another service");
    expect(some.messages).toHaveLength(3);
  });

  test("knows levels by name in any case, by number, and by the text of a line without one", async () => {
    const { messages, output } = await collect(server.url, { level: "error" }, { filter: "service:=checkout" });
    expect(messages).toEqual(["the database refused", "numbers are levels, too", "ERROR in a line without a level"]);
    expect(output.by_level).toEqual({ error: 2, fatal: 1 });
    expect(output.findings[0]?.statement).toBe("app: 3 of 3 lines are errors");
    expect(output.findings[0]?.evidence.join(" ")).toContain(`asked of ${server.url}: `);
    expect(output.ui_url).toContain(`${server.url}/select/vmui/#/?query=`);
  });

  test.each(HOSTILE.map((text, index) => [text, index] as const))(
    "finds the text %j as it stands, and nothing else by it",
    async (text, index) => {
      const { messages } = await collect(server.url, { contains: text });
      expect(messages).toEqual([`hostile ${index}: ${text}`]);
    },
  );

  test("looks into the span alone", async () => {
    expect((await collect(server.url, { contains: "long ago" })).output.total).toBe(0);
    const { messages } = await collect(server.url, { since: at(50), until: at(49) });
    expect(messages).toEqual(["the database refused", "numbers are levels, too"]);
  });

  test.each([
    "*",
    "* or service:payroll",
    "service:payroll",
    "* | union (service:payroll)",
    "options(ignore_global_time_filter=true) *",
  ])("the filter of config.yaml holds against the query %s", async (query) => {
    const asked = collect(server.url, { query, level: "error" }, { filter: "service:=checkout" });
    const messages = await asked.then((found) => found.messages).catch((error: { code: string }) => [error.code]);
    expect(messages).not.toContain("of another service");
    expect(messages).not.toContain("long ago");
  });

  test("a query narrows what is read; one that drops times is told as bad lines", async () => {
    expect((await collect(server.url, { query: "trace:t1" })).messages).toEqual(["the database refused"]);
    const { output } = await collect(server.url, { query: "* | stats count() lines" });
    expect(output).toMatchObject({ bad_lines: 1, total: 1 });
  });

  test("secrets are redacted, and cannot be found by their text", async () => {
    const { messages } = await collect(server.url, { contains: "given" });
    expect(messages.join()).not.toContain("hunter2");
    expect((await collect(server.url, { contains: "hunter2-hun" })).output.total).toBe(0);
  });

  test("its own words say what is wrong with a query", async () => {
    const failure = await failureOf(collect(server.url, { query: "foo:(" }));
    expect(failure.code).toBe("source-refused");
    expect(failure.message).toContain("missing");
  });
});

test.each([
  [401, "text/plain", "who are you", "source-denied"],
  [403, "text/plain", "not you", "source-denied"],
  [404, "text/plain", "nothing here", "source-refused"],
  [429, "text/plain", "too many", "source-busy"],
  [502, "text/html", "<html>bad gateway</html>", "source-error"],
  [200, "text/html", "<html>log in</html>", "source-answer-invalid"],
  [200, "application/stream+json", "{half", "source-answer-invalid"],
  [200, "application/stream+json", "[1]", "source-answer-invalid"],
])("an answer of status %i (%s: %s) is told as %s (%s)", async (status, type, text, code) => {
  const server = await localServer((_, response) => response.writeHead(status, { "content-type": type }).end(text));
  expect((await failureOf(collect(server.url))).code).toBe(code);
});

test("no server is told as source-unreachable, and silence as a time-out", async () => {
  expect((await failureOf(collect("http://127.0.0.1:9"))).code).toBe("source-unreachable");
  const server = await localServer(() => undefined);
  const context = contextOf(server.url);
  const hasty = {
    ...context,
    fetch: (url: string, request = {}) => context.fetch(url, { ...request, timeoutMs: 100 }),
  };
  const asked = logCollector.params.parse({ source: "app" });
  expect((await failureOf(logCollector.run(asked, hasty))).code).toBe("timed-out");
});
