/** The log collector on a stand-in for Loki: what is asked, how pages go on, what odd answers are told as. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { lokiQuery } from "../../../../src/activities/connectors/loki/logs.js";
import { logCollector } from "../../../../src/activities/tools/log-collector.js";
import { localServer, reachingContext } from "../../../support/local-server.js";
import { type LokiLine, lokiAnswer } from "../../../support/log-stores.js";
import { configOf, failureOf, NOW } from "../../../support/tool-context.js";

const SELECTOR = '{app="checkout"}';
const source = { selector: SELECTOR, level_field: "detected_level" };
const at = (secondsAgo: number): bigint => BigInt(NOW - secondsAgo * 1_000) * 1_000_000n;

async function collect(url: string, params: object = {}) {
  const ui_url = "https://grafana.example/explore?q={query}&from={from_ms}&to={to_ms}";
  const config = configOf({
    sources: { app: { kind: "loki", url, ui_url, headers: { "X-Scope-OrgID": "shop" }, ...source } },
  });
  const context = reachingContext(config);
  const asked = logCollector.params.parse({ source: "app", ...params });
  const output = logCollector.output.parse(await logCollector.run(asked, context));
  const blob = await context.blobs.get(output.blob);
  const lines = blob.split("\n").filter((text) => text !== "");
  return { output, messages: lines.map((text) => (JSON.parse(text) as { message: string }).message) };
}

const stand = (lines: readonly LokiLine[]) =>
  localServer((received, response) =>
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(lokiAnswer(received, lines))),
  );

test("reads page after page, newest first, and loses and doubles no line where times are equal", async () => {
  const lines = Array.from({ length: 2_600 }, (_, index) => ({
    at: at(800) + BigInt(Math.floor(index / 7)) * 1_000_000n,
    stream: { app: "checkout", pod: `p${index % 2}` },
    text: `request ${index}`,
  }));
  const server = await stand(lines);
  const { output, messages } = await collect(server.url);
  expect(output).toMatchObject({ total: 2_600, truncated: false });
  expect(new Set(messages).size).toBe(2_600);
  expect(messages[0]).toMatch(/^request [0-6]$/);
  expect(server.received[0]?.headers["x-scope-orgid"]).toBe("shop");
  const some = await collect(server.url, { max_lines: 10 });
  expect(some.output.truncated).toBe(true);
  expect(some.messages).toHaveLength(10);
});

test("more lines of one time than a page holds are told to be left out, and reading goes on before them", async () => {
  const same = Array.from({ length: 6_000 }, (_, index) => ({
    at: at(60),
    stream: { app: "a" },
    text: `same ${index}`,
  }));
  const server = await stand([...same, { at: at(90), stream: { app: "a" }, text: "older" }]);
  const { output, messages } = await collect(server.url, { max_lines: 10_000 });
  expect(messages[0]).toBe("older");
  expect(output.truncated).toBe(true);
});

test("levels come from labels and, without them, from the line", async () => {
  const server = await stand([
    { at: at(30), stream: { app: "a", detected_level: "error" }, text: "it broke" },
    { at: at(20), stream: { app: "a" }, text: '{"level":"fatal","msg":"it \\"burst\\""}' },
    { at: at(10), stream: { app: "a", detected_level: "info" }, text: "fine" },
  ]);
  const { output, messages } = await collect(server.url, { level: "error" });
  expect(messages).toEqual(["it broke", 'it "burst"']);
  expect(output.by_level).toEqual({ error: 1, fatal: 1 });
  expect(output.ui_url).toContain(`q=${encodeURIComponent(SELECTOR)}`);
  expect(output.query).toContain('| detected_level=~"(?i)(?:|unknown|');
});

test("whatever text is looked for stays within its string, behind the selector", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 40, unit: "binary" }),
    fc.constantFrom('"} | {app="x"}', "`\\", "\n#", "\\Q\\E"),
  );
  fc.assert(
    fc.property(text, (contains) => {
      const query = lokiQuery(source, { selection: { sinceMs: 0, untilMs: 1, contains }, maxLines: 1 });
      expect(query.startsWith(`${SELECTOR} |~ "`)).toBe(true);
      const pattern = JSON.parse(query.slice(SELECTOR.length + 4)) as string;
      expect(new RegExp(pattern.replace("(?i)", ""), "i").test(contains)).toBe(true);
    }),
  );
});

test("a query is a pipeline behind the selector: a selector of its own is refused before anything is asked", async () => {
  const server = await stand([]);
  await collect(server.url, { query: '|= "x" # the rest', contains: "y" });
  const asked = new URL(server.received[0]?.url ?? "", server.url).searchParams.get("query");
  expect(asked).toBe(`${SELECTOR} |= "x" # the rest\n |~ "(?i)(?:y)"`);
  const count = server.received.length;
  expect((await failureOf(collect(server.url, { query: '{app="payroll"}' }))).code).toBe("params-invalid");
  expect(server.received).toHaveLength(count);
});

test.each([
  [400, "parse error at line 1", "source-refused"],
  [401, "no org id", "source-denied"],
  [429, "too many outstanding requests", "source-busy"],
  [500, "boom", "source-error"],
  [200, "<html>", "source-answer-invalid"],
  [
    200,
    '{"status":"success","data":{"resultType":"streams","result":[{"stream":{},"values":[["x","y"]]}]}}',
    "source-answer-invalid",
  ],
  [200, '{"status":"success","data":{"resultType":"matrix","result":[]}}', "params-invalid"],
])("an answer of status %i, %s, is told as %s", async (status, text, code) => {
  const server = await localServer((_, response) => response.writeHead(status).end(text));
  expect((await failureOf(collect(server.url))).code).toBe(code);
});
