/** health_check and the placing of alerts on a real store of metrics: what answers, what restarted when, and what nobody ever read. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { healthCheck } from "../../../src/activities/tools/health-check.js";
import { placeOfAlert } from "../../../src/activities/tools/kit/investigation/alert-place.js";
import { wellIn, wellQuery } from "../../../src/activities/tools/kit/investigation/well-spans.js";
import type { Json } from "../../../src/schema/json.js";
import { reachingContext } from "../../support/local-server.js";
import { configOf } from "../../support/tool-context.js";
import {
  hasVictoriaMetrics,
  type StoredSeries,
  startVictoriaMetrics,
  type VictoriaMetrics,
} from "../../support/victoria-metrics.js";

const STEP_MS = 15_000;
const NOW = Math.floor(Date.now() / STEP_MS) * STEP_MS;
const service = (name: string, kinds: string[], labels: Record<string, string> = { job: name }) => ({
  ...{ name, kinds, labels, instances: [], also: [], calls: [], runs_on: [], signals: {} },
});
const SERVICES = [
  service("store", ["postgres"]),
  service("seats-api", ["service", "process"]),
  service("crashed", ["service"]),
  service("unread", []),
  service("only-a-log", [], {}),
  service("lb-lately", ["haproxy"]),
  service("lb-before", ["haproxy"]),
  { ...service("front", ["nginx"]), also: ["box:8080"] },
  { ...service("probes", ["blackbox"]), calls: ["seats-api"], instances: ["http://box:8080/status", "http://box:9/x"] },
];

function series(name: string, job: string, value: (secondsAgo: number) => number, instance = `${job}:1`): StoredSeries {
  const samples: Array<[number, number]> = [];
  for (let atMs = NOW - 50 * 60_000; atMs <= NOW; atMs += STEP_MS) samples.push([atMs, value((NOW - atMs) / 1_000)]);
  return { labels: { __name__: name, job, instance }, samples };
}

describe.skipIf(!hasVictoriaMetrics)("on a real store (needs VictoriaMetrics: npm run setup:test)", () => {
  let store: VictoriaMetrics;
  beforeAll(async () => {
    store = await startVictoriaMetrics();
    const started = (secondsAgo: number) => NOW / 1_000 - (secondsAgo > 120 ? 86_400 : 120);
    await store.store([
      series("up", "store", () => 0),
      series("pg_up", "store", (ago) => (ago > 600 && ago < 900 ? 0 : 1)),
      series("up", "seats-api", () => 1),
      series("process_start_time_seconds", "seats-api", started),
      series("http_server_requests_seconds_count", "seats-api", (ago) => 9_000 - ago),
      // One change a quarter of a minute: until now, and until four minutes ago.
      series("haproxy_server_check_up_down_total", "lb-lately", (ago) => Math.max(0, 240 - ago) / 15),
      series("haproxy_server_check_up_down_total", "lb-before", (ago) => Math.min(16, Math.max(0, 480 - ago) / 15)),
      series("up", "crashed", () => 1),
      series("up", "crashed", (ago) => (ago < 90 ? 0 : 1), "crashed:2"),
      series("up", "unread", () => 0),
      series("probe_success", "probes", (ago) => (ago < 90 ? 0 : 1), "http://box:8080/status"),
    ]);
  });
  afterAll(() => store?.stop());
  const context = () =>
    reachingContext(configOf({ sources: { prom: { kind: "prometheus", url: store.url } } }), { now: () => NOW });
  const checked = async () =>
    healthCheck.run(healthCheck.params.parse({ source: "prom", services: SERVICES }), context());

  test("tells what answers, and since when without a gap", async () => {
    const well = wellIn((await checked()) as unknown as Json);
    expect(well.map((one) => one.service).sort()).toEqual(["seats-api", "store"]);
    const { fromMs = 0, toMs = 0 } = well.find((one) => one.service === "store") ?? {};
    expect(NOW - fromMs).toBeLessThanOrEqual(620_000);
    expect(NOW - fromMs).toBeGreaterThan(560_000);
    expect(NOW - toMs).toBeLessThanOrEqual(2 * STEP_MS);
  });

  test("a restart began when the process did", async () => {
    const { evidence } = await checked();
    const restart = evidence.find(({ code, service: name }) => code === "restarted" && name === "seats-api");
    expect(NOW - Date.parse(restart?.onset?.to ?? "")).toBe(120_000);
  });

  test("what went up and down is told as still doing so only while it does", async () => {
    const { evidence } = await checked();
    const flapping = evidence.filter(({ code }) => code === "flapping");
    expect(flapping.map((one) => [one.service, one.current]).sort()).toEqual([
      ["lb-before", false],
      ["lb-lately", true],
    ]);
  });

  test("a probe that fails tells of who listens there, and not of the one other that probes are known to reach", async () => {
    const { evidence } = await checked();
    expect(evidence.filter(({ code }) => code === "probe-fails").map((one) => one.service)).toEqual(["front"]);
  });

  test("a target that was never read may be an exporter: that it is down is not said", async () => {
    const { evidence } = await checked();
    const signs = (name: string) => evidence.filter(({ service: about }) => about === name).map(({ sign }) => sign);
    expect(signs("unread")).toEqual(["unreachable"]);
    expect(signs("store")).toContain("unreachable");
    expect(signs("crashed")).toContain("down");
  });

  test("an alert is of the service that alone has its metrics, and never of one that has only a log", async () => {
    const expr = 'sum by (x) (rate(http_server_requests_seconds_count{outcome="SERVER_ERROR"}[1m])) > 1';
    const source = { kind: "prometheus", name: "prom", url: store.url } as Parameters<typeof placeOfAlert>[3];
    const place = (labels: Record<string, string>) =>
      placeOfAlert({ labels } as never, expr, SERVICES, source, context());
    expect(await place({ alertname: "ErrorRatio" })).toEqual({ name: "seats-api" });
    expect(await place({ alertname: "ErrorRatio", application: "seats" })).toEqual({ name: "seats-api" });
  });
});

test("what only watches is asked by nobody whether it is well", () => {
  expect(wellQuery(service("box", ["node"]))).toBeUndefined();
  expect(wellQuery(service("only-a-log", ["redis"], {}))).toBeUndefined();
  expect(wellQuery(service("cache", ["redis"]))).toBe('min(redis_up{job="cache"})');
  expect(wellQuery(service("lb", ["haproxy"]))).toBe('min(up{job="lb"})');
});
