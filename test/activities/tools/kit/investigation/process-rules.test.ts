/** Rules of `data/health/process.yaml` on a real store of metrics: what they tell of, and what they leave alone. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { healthOf } from "../../../../../src/activities/tools/kit/investigation/health-rules.js";
import {
  hasVictoriaMetrics,
  type StoredSeries,
  startVictoriaMetrics,
  type VictoriaMetrics,
} from "../../../../support/victoria-metrics.js";

const STEP_MS = 15_000;
const MINUTES = 25;
const NOW = Math.floor(Date.now() / STEP_MS) * STEP_MS;

/** `value` by how many seconds ago. */
function series(name: string, job: string, value: (secondsAgo: number) => number): StoredSeries {
  const samples: Array<[number, number]> = [];
  for (let atMs = NOW - MINUTES * 60_000; atMs <= NOW; atMs += STEP_MS)
    samples.push([atMs, value((NOW - atMs) / 1_000)]);
  return { labels: { __name__: name, job, instance: `${job}:1` }, samples };
}

/** The start that was the newest so many seconds ago; `starts`: seconds ago of each. */
const startedAt = (starts: readonly number[]) => (secondsAgo: number) => {
  const newest = Math.min(...starts.filter((start) => start >= secondsAgo), 86_400);
  return NOW / 1_000 - newest;
};
const MB = 1_000_000;
const grows = (from: number, to: number) => (secondsAgo: number) =>
  (from + (to - from) * Math.max(0, 1 - secondsAgo / 600)) * MB;

describe.skipIf(!hasVictoriaMetrics)("rules of a process (need VictoriaMetrics: npm run setup:test)", () => {
  let store: VictoriaMetrics;
  beforeAll(async () => {
    store = await startVictoriaMetrics();
    await store.store([
      series("process_start_time_seconds", "crashes-each-minute", startedAt([30, 95, 160, 225, 290, 355])),
      series("process_start_time_seconds", "killed-each-two-minutes", startedAt([60, 180, 300, 420, 540])),
      series("process_start_time_seconds", "restarted-by-hand", startedAt([240, 420, 570])),
      series("process_start_time_seconds", "deployed", startedAt([100])),
      series("process_start_time_seconds", "was-mended", startedAt([400, 450, 500, 550])),
      series("process_resident_memory_bytes", "small-leak", grows(40, 160)),
      series("process_resident_memory_bytes", "large-leak", grows(300, 700)),
      series("process_resident_memory_bytes", "warms-up", grows(40, 90)),
      series("process_resident_memory_bytes", "breathes", grows(300, 420)),
    ]);
  });
  afterAll(() => store?.stop());

  async function toldOf(code: string): Promise<string[]> {
    const expr = healthOf("process")?.rules.find((rule) => rule.code === code)?.expr ?? "";
    expect(expr).toContain("$me");
    const query = expr.replaceAll("$me", 'job!=""');
    const asked = new URLSearchParams({ query, time: String(NOW / 1_000) });
    const { data } = (await (await fetch(`${store.url}/api/v1/query?${asked}`)).json()) as {
      data: { result: Array<{ metric: { job: string } }> };
    };
    return data.result.map(({ metric }) => metric.job).sort();
  }

  test("restarted again and again is what still ends, not what people restarted, released or mended", async () => {
    expect(await toldOf("restarts-again")).toEqual(["crashes-each-minute", "killed-each-two-minutes"]);
  });

  test("memory grows where it doubles in a large process and triples in a small one", async () => {
    expect(await toldOf("memory-grows")).toEqual(["large-leak", "small-leak"]);
  });
});
