/** metric_query against a real Prometheus server that scrapes a page of the test, where the program is installed. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { metricQuery } from "../../src/activities/tools/metric-query.js";
import type { JsonObject } from "../../src/schema/json.js";
import { reachingContext } from "../support/local-server.js";
import { configOf, failureOf } from "../support/tool-context.js";

const installed = spawnSync("prometheus", ["--version"]).status === 0;

async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.skipIf(!installed)("a real Prometheus (skipped where the program prometheus is not installed)", () => {
  let folder: string;
  let page: Server;
  let prometheus: ChildProcess;
  let url: string;
  let looks = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "prometheus-"));
    page = createServer((_, response) => {
      looks++;
      const lines = [
        "# TYPE http_requests_total counter",
        `http_requests_total{code="200",path="/a\\"b"} ${looks * 30}`,
        `http_requests_total{code="503",path="/"} ${looks * 10}`,
        "# TYPE queue gauge",
        "queue 7",
      ];
      response.end(`${lines.join("\n")}\n`);
    });
    await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
    const target = `127.0.0.1:${(page.address() as AddressInfo).port}`;
    const config = `global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: shop, static_configs: [{ targets: ["${target}"] }] }]\n`;
    writeFileSync(join(folder, "prometheus.yml"), config);
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    prometheus = spawn(
      "prometheus",
      [
        `--config.file=${join(folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: "ignore" },
    );
    const scraped = async () => expect((await run({ rate: "http_requests_total" })).series).toHaveLength(2);
    await vi.waitFor(scraped, { timeout: 30_000, interval: 250 });
  }, 40_000);

  afterAll(async () => {
    const ended = new Promise((resolve) => prometheus?.once("exit", resolve));
    prometheus?.kill("SIGKILL");
    await ended;
    page?.closeAllConnections();
    await new Promise((resolve) => page?.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const contextOf = () =>
    reachingContext(configOf({ sources: { prom: { kind: "prometheus", url } } }), { now: () => Date.now() });
  const run = async (question: JsonObject) =>
    metricQuery.output.parse(
      await metricQuery.run(metricQuery.params.parse({ source: "prom", ...question }), contextOf()),
    );

  test("gives the ratio that the page counts", async () => {
    const ratio = { numerator: 'http_requests_total{code=~"5.."}', denominator: "http_requests_total" };
    expect((await run({ ratio })).value).toBeCloseTo(0.25, 5);
    const range = await run({ ratio, since: "10s", step_seconds: 1 });
    expect(range.value).toBeCloseTo(0.25, 5);
    expect(range.points?.length).toBeGreaterThan(0);
  });

  test("takes every selector that our own parser writes", async () => {
    const gauge = "{__name__=~'http_.*',code!=\"503\",path=`/a\"b`,job!~'x|y'}";
    expect((await run({ gauge })).series).toHaveLength(1);
    expect((await run({ gauge: 'http_requests_total{path="/a\\"b"}' })).series).toHaveLength(1);
    expect((await run({ gauge: 'http_requests_total{code=~"50"}' })).series).toHaveLength(0);
  });

  test("answers queries: a scalar, a single value, nothing, and a division by zero", async () => {
    expect(await run({ query: "scalar(queue)" })).toMatchObject({ value: 7 });
    expect(await run({ query: "queue + 1" })).toMatchObject({ value: 8 });
    expect(await run({ query: "absent_metric" })).toMatchObject({ value: null, series: [] });
    expect(await run({ query: "queue / 0" })).toMatchObject({ value: null });
  });

  test("tells a service's signals from what its job exposes, and what was looked for in vain", async () => {
    const found = await run({ service: "shop", signal: "error_ratio" });
    expect(found.value).toBeCloseTo(0.25, 5);
    expect(found.signal).toMatchObject({ label: "job", metrics: ["http_requests_total"], also: [] });
    expect((await run({ service: "shop", signal: "availability" })).value).toBe(1);
    const range = await run({ service: "shop", signal: "request_rate", since: "10s", step_seconds: 1 });
    expect(range.points?.length).toBeGreaterThan(0);
    expect(await run({ service: "shop", signal: "latency_p99" })).toMatchObject({
      value: null,
      signal: { exporter: null },
    });
    expect(await run({ service: '.*"} or vector(1) #', signal: "availability" })).toMatchObject({ value: null });
  });

  test("says in its own words what is wrong with a query", async () => {
    const failure = await failureOf(run({ query: "rate(queue)" }));
    expect(failure.code).toBe("source-refused");
    expect(failure.message).toContain("parse error");
    expect((await failureOf(run({ query: "queue[5m]" }))).code).toBe("params-invalid");
  });
});
