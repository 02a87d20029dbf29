/** log_collector against a real OpenSearch: pages, filters, levels, what a query may not do, and what it says of faults. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkSource } from "../../../../src/activities/connectors/check-source.js";
import { logCollector } from "../../../../src/activities/tools/log-collector.js";
import type { Source } from "../../../../src/schema/config.js";
import { reachingContext } from "../../../support/local-server.js";
import { hasOpenSearchTools, type OpenSearch, startOpenSearch } from "../../../support/opensearch.js";
import { configOf, failureOf } from "../../../support/tool-context.js";

describe.skipIf(!hasOpenSearchTools)("a real OpenSearch (skipped where java, mvn, unzip or setpriv is missing)", () => {
  let server: OpenSearch;
  const nowMs = Date.now();
  const at = (secondsAgo: number): string => new Date(nowMs - secondsAgo * 1_000).toISOString();

  async function store(index: string, records: readonly object[]): Promise<void> {
    const lines = records.flatMap((record) => [{ index: { _index: index } }, record]);
    const body = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    expect(await server.ask("POST", "/_bulk?refresh=true", body)).toMatchObject({ errors: false });
  }

  beforeAll(async () => {
    server = await startOpenSearch();
    const keyword = { type: "keyword" };
    const properties = {
      "@timestamp": { type: "date" },
      message: { type: "text" },
      level: keyword,
      app: keyword,
      ms: { type: "integer" },
    };
    const template = { settings: { number_of_shards: 1, number_of_replicas: 0 }, mappings: { properties } };
    await server.ask("PUT", "/_index_template/logs", { index_patterns: ["logs-*"], template });
    await store("logs-1", [
      { "@timestamp": at(500), level: "ERROR", app: "checkout", message: "Payment refused for order 17", ms: 812 },
      { "@timestamp": at(490), level: "info", app: "checkout", message: "all is well", ms: 12 },
      { "@timestamp": at(480), app: "checkout", message: "FATAL: out of memory" },
      { "@timestamp": at(470), level: "error", app: "other", message: "payment of another service" },
    ]);
    await store(
      "logs-2",
      Array.from({ length: 2_300 }, (_, id) => ({
        "@timestamp": at(3_000 - Math.floor(id / 5)),
        level: "info",
        app: "bulk",
        message: `request ${id}`,
      })),
    );
    await server.ask("PUT", "/plain", { mappings: { properties: { message: { type: "text" } } } });
  }, 240_000);
  afterAll(() => server?.stop());

  const sourceOf = (parts: object = {}): Source => {
    const fields = { time_field: "@timestamp", level_field: "level", message_field: "message" };
    return {
      kind: "elasticsearch",
      url: server.url,
      index: "logs-*",
      filter: "app:checkout",
      ...fields,
      ...parts,
    } as Source;
  };
  const contextAt = (source: Source) => reachingContext(configOf({ sources: { app: source } }), { now: () => nowMs });
  async function collect(params: object = {}, parts: object = {}) {
    const context = contextAt(sourceOf(parts));
    const asked = logCollector.params.parse({ source: "app", since: "2h", ...params });
    const output = logCollector.output.parse(await logCollector.run(asked, context));
    const lines = (await context.blobs.get(output.blob)).split("\n").filter((text) => text !== "");
    return { output, messages: lines.map((text) => (JSON.parse(text) as { message: string }).message) };
  }

  test("gives the lines of the filter alone, oldest first, with their levels", async () => {
    const { output, messages } = await collect();
    expect(messages).toEqual(["Payment refused for order 17", "all is well", "FATAL: out of memory"]);
    expect(output).toMatchObject({
      total: 3,
      truncated: false,
      unreadable: [],
      by_level: { error: 1, info: 1, fatal: 1 },
    });
  });

  test("narrows by level, by the beginnings of words, by a query and by the span", async () => {
    expect((await collect({ level: "error" })).messages).toEqual([
      "Payment refused for order 17",
      "FATAL: out of memory",
    ]);
    expect((await collect({ contains: "payment ref" })).messages).toEqual(["Payment refused for order 17"]);
    expect((await collect({ query: "ms:>=500" })).messages).toEqual(["Payment refused for order 17"]);
    expect((await collect({ since: "495s" })).messages).toHaveLength(2);
    expect((await collect({ query: "app:other" })).messages).toEqual([]);
    expect((await collect({ query: "* OR app:other" })).messages).toHaveLength(3);
  });

  test("reads page after page and loses and doubles no line where times are equal", async () => {
    const { output, messages } = await collect({}, { filter: "app:bulk" });
    expect(output).toMatchObject({ total: 2_300, truncated: false });
    expect(new Set(messages).size).toBe(2_300);
    const some = await collect({ max_lines: 10 }, { filter: "app:bulk" });
    expect(some.output.truncated).toBe(true);
    expect(some.messages.at(-1)).toBe("request 2299");
  });

  test("an index without the time field is an empty answer, and no failure of shards", async () => {
    expect((await collect({}, { index: "plain", filter: undefined })).output).toMatchObject({
      total: 0,
      unreadable: [],
    });
    expect((await collect({}, { index: "plain,logs-1", filter: undefined })).output).toMatchObject({ total: 4 });
  });

  test("a query that it cannot read, and an index that is not there, are refused in its own words", async () => {
    const broken = await failureOf(collect({ query: "message:(a OR" }));
    expect(broken.code).toBe("source-refused");
    expect(broken.message).toMatch(/parse|Failed/i);
    const absent = await failureOf(collect({}, { index: "absent" }));
    expect(absent.code).toBe("source-refused");
    expect(absent.message).toContain("absent");
    expect((await failureOf(collect({}, { index: "absent-*" }))).code).toBe("source-refused");
  });

  test("sources check says of when the newest line is", async () => {
    const source = sourceOf();
    expect(await checkSource("app", source, contextAt(source))).toMatchObject({
      ok: true,
      says: expect.stringContaining(at(480)),
    });
  });
});
