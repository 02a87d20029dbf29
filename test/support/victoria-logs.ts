/** A real VictoriaLogs server for a test file, where `npm run provide:services -- victoria-logs` has built the program. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { freePort, serviceProgram } from "./services.js";

export const victoriaLogsProgram = (): string | undefined => serviceProgram("victoria-logs");

export interface VictoriaLogs {
  url: string;
  /** Stores records; returns once they are found. */
  store(records: readonly object[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startVictoriaLogs(program: string): Promise<VictoriaLogs> {
  const folder = mkdtempSync(join(tmpdir(), "victoria-logs-"));
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const args = [`-storageDataPath=${join(folder, "data")}`, `-httpListenAddr=${address}`, "-retentionPeriod=100y"];
  const child = spawn(program, args, { stdio: "ignore" });
  const ready = async () => expect((await fetch(`${url}/health`)).status).toBe(200);
  await vi.waitFor(ready, { timeout: 30_000, interval: 100 });
  let stored = 0;
  return {
    url,
    async store(records) {
      const body = records.map((record) => `${JSON.stringify(record)}\n`).join("");
      // With the default type of a form the body is taken for parameters, and nothing is stored.
      const headers = { "content-type": "application/stream+json" };
      const answer = await fetch(`${url}/insert/jsonline?_stream_fields=service`, { method: "POST", headers, body });
      expect(answer.status).toBe(200);
      stored += records.length;
      await fetch(`${url}/internal/force_flush`);
      const query = new URLSearchParams({ query: "* | stats count() n", start: "2000-01-01T00:00:00Z" });
      const found = async () => {
        const text = await (await fetch(`${url}/select/logsql/query`, { method: "POST", body: query })).text();
        expect(JSON.parse(text)).toEqual({ n: String(stored) });
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
