/** What the façade counts of itself, for Prometheus. Every label comes from a closed list: no ids, no names of people. */
import type { RequestHandler } from "express";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { DecisionWord } from "../../vocabulary/decisions.js";

export interface FacadeMetrics {
  request(labels: { route: string; method: string; status: number; code: string }, seconds: number): void;
  /** Event streams that are open now. */
  streams(open: number): void;
  decided(decision: DecisionWord, result: string): void;
  /** Payloads that the codec server opened or sealed, or was asked to. */
  payloads(operation: "decode" | "encode", code: string, count: number): void;
  /** Alerts that came in by a hook that is declared: `taken`, `ignored`, `repeated`, `refused`. */
  alerts(hook: string, result: string, count: number): void;
  /** The text that Prometheus reads, with its content type. */
  page(): Promise<{ type: string; text: string }>;
}

const METHODS = new Set(["GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"]);
/** Seconds: from a look at a list and an alert that is taken (50 ms), to an update that waits for its worker. */
const BUCKETS = [0.005, 0.02, 0.05, 0.1, 0.5, 2, 5, 15];

/** `ofProcess`: memory, processor and event loop of this process too; once a process. */
export function createMetrics(ofProcess = false): FacadeMetrics {
  const registry = new Registry();
  const registers = [registry];
  if (ofProcess) collectDefaultMetrics({ register: registry, prefix: "autoops_facade_" });
  const requests = new Counter({
    name: "autoops_http_requests_total",
    help: "Requests that were answered, by route, method, status and problem code (ok where there is none)",
    labelNames: ["route", "method", "status", "code"],
    registers,
  });
  const duration = new Histogram({
    name: "autoops_http_request_seconds",
    help: "Seconds until a request was answered; event streams are not in it",
    labelNames: ["route", "method"],
    buckets: BUCKETS,
    registers,
  });
  const streams = new Gauge({ name: "autoops_http_streams", help: "Event streams that are open", registers });
  const decisions = new Counter({
    name: "autoops_decisions_total",
    help: "Decisions that came in, by what became of them",
    labelNames: ["decision", "result"],
    registers,
  });
  const payloads = new Counter({
    name: "autoops_codec_payloads_total",
    help: "Payloads that the codec server was asked for, by operation and problem code (ok where there is none)",
    labelNames: ["operation", "code"],
    registers,
  });
  const alerts = new Counter({
    name: "autoops_alerts_total",
    help: "Alerts that came in, by hook and what became of them",
    labelNames: ["hook", "result"],
    registers,
  });
  return {
    alerts: (hook, result, count) => alerts.inc({ hook, result }, count),
    request({ route, method: given, status, code }, seconds) {
      const method = METHODS.has(given) ? given : "other";
      requests.inc({ route, method, status, code });
      if (!route.endsWith("/events")) duration.observe({ route, method }, seconds);
    },
    streams: (open) => streams.set(open),
    decided: (decision, result) => decisions.inc({ decision, result }),
    payloads: (operation, code, count) => payloads.inc({ operation, code }, count),
    page: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}

export function showMetrics(metrics: FacadeMetrics): RequestHandler {
  return async (_request, response) => {
    const { type, text } = await metrics.page();
    response.set("content-type", type).send(text);
  };
}
