/** A real Jaeger for a test file: spans by OTLP, kept in memory. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { freePort, slowProgram } from "./services.js";

export interface SentSpan {
  trace: string;
  id: string;
  parent?: string;
  service: string;
  name: string;
  startMs: number;
  ms: number;
  /** What it says of its error. */
  error?: string;
}
export interface Jaeger {
  url: string;
  /** Sends spans by OTLP over HTTP; returns once their traces are found. */
  send(spans: readonly SentSpan[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startJaeger(): Promise<Jaeger> {
  const folder = mkdtempSync(join(tmpdir(), "jaeger-"));
  const [http, grpc, otlpHttp, otlpGrpc] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const at = (port: number): string => `127.0.0.1:${port}`;
  const file = join(folder, "jaeger.json");
  writeFileSync(
    file,
    JSON.stringify({
      service: {
        extensions: ["jaeger_storage", "jaeger_query"],
        pipelines: { traces: { receivers: ["otlp"], processors: [], exporters: ["jaeger_storage_exporter"] } },
        telemetry: { metrics: { level: "none" }, logs: { level: "error" } },
      },
      extensions: {
        jaeger_storage: { backends: { mem: { memory: { max_traces: 10_000 } } } },
        jaeger_query: { storage: { traces: "mem" }, http: { endpoint: at(http) }, grpc: { endpoint: at(grpc) } },
      },
      receivers: { otlp: { protocols: { grpc: { endpoint: at(otlpGrpc) }, http: { endpoint: at(otlpHttp) } } } },
      exporters: { jaeger_storage_exporter: { trace_storage: "mem" } },
    }),
  );
  const child = spawn(slowProgram("jaeger"), ["--config", file], { stdio: "ignore" });
  const url = `http://${at(http)}`;
  const ready = async () => expect((await fetch(`${url}/api/services`)).status).toBe(200);
  await vi.waitFor(ready, { timeout: 60_000, interval: 100 });
  return {
    url,
    async send(spans) {
      const answer = await fetch(`http://${at(otlpHttp)}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ resourceSpans: spans.map(resourceSpan) }),
      });
      expect(answer.status).toBe(200);
      const found = async () => {
        for (const id of new Set(spans.map(({ trace }) => trace))) {
          expect((await fetch(`${url}/api/traces/${id}`)).status).toBe(200);
        }
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

function resourceSpan({ trace, id, parent, service, name, startMs, ms, error }: SentSpan): object {
  const nanos = (value: number): string => `${Math.round(value * 1_000)}000`;
  const attributes = [{ key: "service.name", value: { stringValue: service } }];
  const span = {
    traceId: trace,
    spanId: id,
    ...(parent === undefined ? {} : { parentSpanId: parent }),
    name,
    kind: 2,
    startTimeUnixNano: nanos(startMs),
    endTimeUnixNano: nanos(startMs + ms),
    status: error === undefined ? {} : { code: 2, message: error },
  };
  return { resource: { attributes }, scopeSpans: [{ scope: { name: "test" }, spans: [span] }] };
}
