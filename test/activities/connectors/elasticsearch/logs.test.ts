/** The log collector on a stand-in for Elasticsearch and OpenSearch: filters, pages, shards that fail, odd answers. */
import { expect, test } from "vitest";
import { searchFilters } from "../../../../src/activities/connectors/elasticsearch/logs.js";
import { logCollector } from "../../../../src/activities/tools/log-collector.js";
import { localServer, reachingContext } from "../../../support/local-server.js";
import { type StoredHit, searchAnswer } from "../../../support/log-stores.js";
import { configOf, failureOf, NOW } from "../../../support/tool-context.js";

const fields = { time_field: "@timestamp", level_field: "level", message_field: "message" };

async function collect(url: string, params: object = {}, variables: Record<string, string> = {}) {
  const headers = { Authorization: "ApiKey env:SEARCH_KEY" };
  const config = configOf({
    sources: { app: { kind: "elasticsearch", url, index: "logs-*,app", filter: "app:checkout", headers, ...fields } },
  });
  const context = reachingContext(config, {}, { SEARCH_KEY: "key-of-the-search", ...variables });
  const asked = logCollector.params.parse({ source: "app", ...params });
  const output = logCollector.output.parse(await logCollector.run(asked, context));
  const blob = await context.blobs.get(output.blob);
  const lines = blob.split("\n").filter((text) => text !== "");
  return { output, messages: lines.map((text) => (JSON.parse(text) as { message: string }).message) };
}

const hit = (id: number, secondsAgo: number, message: string, level?: string | number): StoredHit => {
  const atMs = NOW - secondsAgo * 1_000;
  const source = { "@timestamp": new Date(atMs).toISOString(), message, ...(level === undefined ? {} : { level }) };
  return { index: "logs-1", id: String(id), source, atMs };
};

const stand = (hits: readonly StoredHit[], shards: object = {}, more: object = {}) =>
  localServer((received, response) =>
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ ...searchAnswer(received, hits, shards), ...more })),
  );

test("reads page after page and keeps lines of equal times apart", async () => {
  const server = await stand(
    Array.from({ length: 2_300 }, (_, index) => hit(index, 800 - Math.floor(index / 5), `m ${index}`)),
  );
  const { output, messages } = await collect(server.url);
  expect(output).toMatchObject({ total: 2_300, truncated: false, unreadable: [] });
  expect(new Set(messages).size).toBe(2_300);
  expect(server.received[0]).toMatchObject({ method: "POST", url: "/logs-*,app/_search" });
  expect(server.received[0]?.headers.authorization).toBe("ApiKey key-of-the-search");
  expect(JSON.stringify(output)).not.toContain("key-of-the-search");
});

test("shards that fail and a search that ended early are told, and the rest is a result", async () => {
  const failures = [{ shard: 1, index: "logs-1", node: "n", reason: { type: "node_not_connected", reason: "gone" } }];
  const server = await stand(
    [hit(1, 60, "kept", "error")],
    { successful: 1, failed: 1, failures },
    { timed_out: true },
  );
  const { output, messages } = await collect(server.url);
  expect(messages).toEqual(["kept"]);
  expect(output.truncated).toBe(true);
  expect(output.unreadable.map(({ path, code }) => [path, code])).toEqual([
    ["shard 1 of logs-1", "source-error"],
    ["logs-*,app", "timed-out"],
  ]);
  expect(output.findings.map(({ statement }) => statement)).toContain("shard 1 of logs-1 could not be read");
});

test("text and queries are data of a filter, beside the one that config.yaml sets", () => {
  const contains = '"}}]}, "match_all": {} OR *:* \\';
  const filters = searchFilters(
    { filter: "app:checkout", ...fields },
    { query: "*:* OR app:payroll", maxLines: 1, selection: { sinceMs: 0, untilMs: 1, contains, level: "error" } },
  );
  expect(filters).toHaveLength(4);
  expect(filters[0]).toEqual({ query_string: { query: "app:checkout", default_field: "message", lenient: true } });
  expect(filters[2]).toMatchObject({ multi_match: { query: contains, zero_terms_query: "all" } });
  expect(JSON.stringify(filters[3])).toContain('"ERROR"');
});

test("what the store lets through is checked again here", async () => {
  const hits = [
    hit(1, 60, "disk full", "ERROR"),
    hit(2, 50, "disk fine", "info"),
    hit(3, 40, "FATAL: disk gone"),
    hit(4, 30, "disk", 50),
  ];
  const server = await stand(hits);
  const { messages } = await collect(server.url, { level: "error", contains: "DISK" });
  expect(messages).toEqual(["disk full", "FATAL: disk gone", "disk"]);
});

test("an index pattern that matches nothing is told as such, not as silence", async () => {
  const server = await stand([], { total: 0, successful: 0 });
  const failure = await failureOf(collect(server.url));
  expect([failure.code, failure.message]).toEqual([
    "source-refused",
    "the source app has no index that matches logs-*,app",
  ]);
});

test.each([
  [400, '{"error":{"type":"query_shard_exception"}}', "source-refused"],
  [404, '{"error":{"type":"index_not_found_exception"}}', "source-refused"],
  [401, "{}", "source-denied"],
  [503, '{"error":"all shards failed"}', "source-error"],
  [200, "not json", "source-answer-invalid"],
  [200, '{"tagline":"You Know, for Search"}', "source-answer-invalid"],
])("an answer of status %i, %s, is told as %s", async (status, text, code) => {
  const server = await localServer((_, response) => response.writeHead(status).end(text));
  expect((await failureOf(collect(server.url))).code).toBe(code);
});
