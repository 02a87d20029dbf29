/** A real Loki for a test file, of one process, with its data in a folder of its own. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { freePort, slowProgram } from "./services.js";

export interface PushedLine {
  /** Milliseconds since the epoch. */
  atMs: number;
  text: string;
  labels: Record<string, string>;
  /** Structured metadata. */
  metadata?: Record<string, string>;
}
export interface Loki {
  url: string;
  /** Pushes lines; returns once all of them are found. */
  push(lines: readonly PushedLine[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startLoki(): Promise<Loki> {
  const folder = mkdtempSync(join(tmpdir(), "loki-"));
  const [http, grpc] = await Promise.all([freePort(), freePort()]);
  const file = join(folder, "loki.json");
  const listen = { http_listen_address: "127.0.0.1", grpc_listen_address: "127.0.0.1", log_level: "error" };
  const period = { prefix: "index_", period: "24h" };
  writeFileSync(
    file,
    JSON.stringify({
      auth_enabled: true,
      server: { ...listen, http_listen_port: http, grpc_listen_port: grpc },
      common: {
        instance_addr: "127.0.0.1",
        path_prefix: folder,
        storage: { filesystem: { chunks_directory: join(folder, "chunks"), rules_directory: join(folder, "rules") } },
        replication_factor: 1,
        ring: { kvstore: { store: "inmemory" } },
      },
      ingester: { lifecycler: { min_ready_duration: "0s", final_sleep: "0s" } },
      schema_config: {
        configs: [{ from: "2024-01-01", store: "tsdb", object_store: "filesystem", schema: "v13", index: period }],
      },
      limits_config: { allow_structured_metadata: true },
      analytics: { reporting_enabled: false },
      // With the defaults its parts find each other only after ten seconds.
      frontend_worker: { dns_lookup_duration: "200ms" },
      frontend: { scheduler_dns_lookup_period: "200ms" },
      query_scheduler: { use_scheduler_ring: false },
    }),
  );
  const child = spawn(slowProgram("loki"), [`-config.file=${file}`], { stdio: "ignore", cwd: folder });
  const url = `http://127.0.0.1:${http}`;
  const headers = { "content-type": "application/json", "X-Scope-OrgID": "shop" };
  const ready = async () => expect((await fetch(`${url}/ready`)).status).toBe(200);
  await vi.waitFor(ready, { timeout: 60_000, interval: 200 });
  let pushed = 0;
  const count = async (): Promise<number> => {
    const query = new URLSearchParams({ query: 'sum(count_over_time({app=~".+"}[24h]))' });
    const answer = await fetch(`${url}/loki/api/v1/query?${query}`, { headers });
    const { data } = (await answer.json()) as { data: { result: Array<{ value: [number, string] }> } };
    return Number(data.result[0]?.value[1] ?? 0);
  };
  return {
    url,
    async push(lines) {
      const streams = lines.map(({ atMs, text, labels, metadata = {} }) => ({
        stream: labels,
        values: [[`${atMs}000000`, text, metadata]],
      }));
      const sent = async () => {
        const answer = await fetch(`${url}/loki/api/v1/push`, {
          method: "POST",
          headers,
          body: JSON.stringify({ streams }),
        });
        expect(answer.status, await answer.text()).toBe(204);
      };
      await vi.waitFor(sent, { timeout: 30_000, interval: 200 });
      pushed += lines.length;
      await vi.waitFor(async () => expect(await count()).toBe(pushed), { timeout: 30_000, interval: 200 });
    },
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
