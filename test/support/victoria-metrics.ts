/** A real VictoriaMetrics for a test file, where the system package of that name is installed. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { freePort } from "./services.js";

export const hasVictoriaMetrics = spawnSync("victoria-metrics", ["-version"]).status === 0;

export interface StoredSeries {
  /** With `__name__`. */
  labels: Record<string, string>;
  /** Oldest first. */
  samples: ReadonlyArray<readonly [atMs: number, value: number]>;
}
export interface VictoriaMetrics {
  url: string;
  /** Stores series; returns once they are found. */
  store(series: readonly StoredSeries[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startVictoriaMetrics(): Promise<VictoriaMetrics> {
  const folder = mkdtempSync(join(tmpdir(), "victoria-metrics-"));
  const address = `127.0.0.1:${await freePort()}`;
  const args = [`-storageDataPath=${folder}`, `-httpListenAddr=${address}`, "-retentionPeriod=1y"];
  // By default the newest half minute is kept back.
  const child = spawn("victoria-metrics", [...args, "-search.latencyOffset=0s", "-search.disableCache"], {
    stdio: "ignore",
  });
  const url = `http://${address}`;
  const ready = async () => expect((await fetch(`${url}/health`)).status).toBe(200);
  await vi.waitFor(ready, { timeout: 30_000, interval: 100 });
  return {
    url,
    async store(series) {
      const lines = series.map(({ labels, samples }) => ({
        metric: labels,
        values: samples.map(([, value]) => value),
        timestamps: samples.map(([atMs]) => atMs),
      }));
      const body = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      const answer = await fetch(`${url}/api/v1/import`, { method: "POST", body });
      expect(answer.status).toBe(204);
      await fetch(`${url}/internal/force_flush`);
      const last = series.at(-1)?.labels ?? {};
      const matchers = Object.entries(last).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
      const found = async () => {
        const query = new URLSearchParams({ "match[]": `{${matchers.join(",")}}`, start: "-1d" });
        const { data } = (await (await fetch(`${url}/api/v1/series?${query}`)).json()) as { data: unknown[] };
        expect(data.length).toBeGreaterThan(0);
      };
      await vi.waitFor(found, { timeout: 30_000, interval: 100 });
    },
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
