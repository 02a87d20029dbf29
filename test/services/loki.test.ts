/** log_collector against a real Loki: pages, levels, pipelines, the selector as a bound, and what it says of faults. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkSource } from "../../src/activities/connectors/check-source.js";
import { logCollector } from "../../src/activities/tools/log-collector.js";
import type { Source } from "../../src/schema/config.js";
import { reachingContext } from "../support/local-server.js";
import { type Loki, type PushedLine, startLoki } from "../support/loki.js";
import { hasSlowServices } from "../support/services.js";
import { configOf, failureOf } from "../support/tool-context.js";

describe.skipIf(!hasSlowServices)("Loki (needs the program loki: npm run test:services)", () => {
  let loki: Loki;
  const nowMs = Date.now();
  const line = (secondsAgo: number, text: string, more: Partial<PushedLine> = {}): PushedLine => ({
    atMs: nowMs - secondsAgo * 1_000,
    text,
    labels: { app: "checkout" },
    ...more,
  });

  beforeAll(async () => {
    loki = await startLoki();
    await loki.push([
      line(500, 'level=error msg="payment refused" order=17'),
      line(480, '{"level":"warn","msg":"slow answer","ms":812}'),
      line(470, "INFO all is well"),
      line(460, "it broke", { labels: { app: "checkout", level: "critical" } }),
      line(450, "from metadata", { metadata: { trace_id: "abc", severity: "ERROR" } }),
      line(440, "the words of another service: payment", { labels: { app: "other" } }),
      line(430, 'quotes " and back\\slashes `and` {braces}'),
    ]);
    await loki.push(
      Array.from({ length: 2_600 }, (_, index) =>
        line(2_000 - Math.floor(index / 7), `request ${index}`, { labels: { app: "bulk", pod: `p${index % 2}` } }),
      ),
    );
  }, 120_000);
  afterAll(() => loki?.stop());

  const sourceOf = (parts: object = {}): Source =>
    ({
      kind: "loki",
      url: loki.url,
      selector: '{app="checkout"}',
      level_field: "detected_level",
      headers: { "X-Scope-OrgID": "shop" },
      ...parts,
    }) as Source;
  const contextAt = (source: Source) => reachingContext(configOf({ sources: { app: source } }), { now: () => nowMs });
  async function collect(params: object = {}, parts: object = {}) {
    const context = contextAt(sourceOf(parts));
    const asked = logCollector.params.parse({ source: "app", since: "1h", ...params });
    const output = logCollector.output.parse(await logCollector.run(asked, context));
    const lines = (await context.blobs.get(output.blob)).split("\n").filter((text) => text !== "");
    return { output, messages: lines.map((text) => (JSON.parse(text) as { message: string }).message) };
  }

  test("gives the lines of the selector alone, oldest first, with their levels", async () => {
    const { output, messages } = await collect();
    expect(messages).toEqual([
      expect.stringContaining("payment refused"),
      "slow answer",
      expect.stringContaining("all is well"),
      "it broke",
      "from metadata",
      expect.stringContaining("quotes"),
    ]);
    expect(output).toMatchObject({ total: 6, truncated: false, unreadable: [] });
    expect(output.by_level).toMatchObject({ warn: 1, info: 1 });
    expect((output.by_level.error ?? 0) + (output.by_level.fatal ?? 0)).toBe(3);
  });

  test("narrows by level, by text in any case, and by a pipeline", async () => {
    const errors = await collect({ level: "error" });
    expect(errors.messages).toEqual([expect.stringContaining("payment refused"), "it broke", "from metadata"]);
    expect((await collect({ contains: "PAYMENT Refused" })).messages).toHaveLength(1);
    expect((await collect({ contains: 'quotes " and back\\slashes `and` {braces}' })).messages).toHaveLength(1);
    expect((await collect({ query: "| json | ms > 500" })).messages).toEqual(["slow answer"]);
    expect((await collect({ query: '|= "payment"', level: "error" })).messages).toHaveLength(1);
    expect((await collect({ query: '|= "payment" # and a comment', contains: "refused" })).messages).toHaveLength(1);
  });

  test("reads page after page and loses and doubles no line where times are equal", async () => {
    const bulk = { selector: '{app="bulk"}' };
    const { output, messages } = await collect({}, bulk);
    expect(output).toMatchObject({ total: 2_600, truncated: false });
    expect(new Set(messages).size).toBe(2_600);
    const some = await collect({ max_lines: 10 }, bulk);
    expect(some.output.truncated).toBe(true);
    expect(some.messages).toHaveLength(10);
    expect(some.messages.every((text) => Number(text.slice("request ".length)) >= 2_583)).toBe(true);
  });

  test("no call widens the selector", async () => {
    for (const query of ['or {app="other"}', '} or {app="other"', '|= "x" or {app="other"}']) {
      const { code } = await failureOf(collect({ query }));
      expect.soft(["params-invalid", "source-refused"], query).toContain(code);
    }
  });

  test("a pipeline that it cannot read is refused in its own words, and one that counts is told as such", async () => {
    const failure = await failureOf(collect({ query: "| jsn" }));
    expect(failure.code).toBe("source-refused");
    expect(failure.message).toContain("parse error");
    const counted = await failureOf(collect({ query: "| json [5m]" }));
    expect(counted.code).toBe("source-refused");
  });

  test("without its tenant it is refused as one without credentials", async () => {
    const failure = await failureOf(collect({}, { headers: {} }));
    expect(failure.code).toBe("source-denied");
    expect(failure.message).toContain("no org id");
  });

  test("a wrong address, and one where nothing listens, are told apart", async () => {
    expect((await failureOf(collect({}, { url: `${loki.url}/nowhere` }))).code).toBe("source-refused");
    expect((await failureOf(collect({}, { url: "http://127.0.0.1:1" }))).code).toBe("source-unreachable");
  });

  test("sources check says of when the newest line is, or that there is none", async () => {
    const source = sourceOf();
    const verdict = await checkSource("app", source, contextAt(source));
    expect(verdict).toMatchObject({ ok: true, says: expect.stringContaining(new Date(nowMs - 430_000).toISOString()) });
    const empty = sourceOf({ selector: '{app="nobody"}' });
    expect(await checkSource("app", empty, contextAt(empty))).toMatchObject({
      ok: false,
      problem: { code: "source-empty" },
    });
  });
});
