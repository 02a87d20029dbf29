/** Outputs of tools around one made incident, in the form the tools return them. */
import type { Json } from "../../src/schema/json.js";
import { NOW } from "./tool-context.js";

export const BEGAN = NOW - 30 * 60_000;
export const iso = (ms: number): string => new Date(ms).toISOString();

let state = 7;
/** From -0.5 to 0.5, the same in every run of a file. */
export function noise(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32 - 0.5;
}

/** The error ratio of a service by minute, over an hour and a half. */
export function metricOf(service: string, valueAt: (late: boolean) => number, metric = "http_requests_total"): Json {
  const points = Array.from({ length: 90 }, (_, index): [string, number] => {
    const ms = NOW - (90 - index) * 60_000;
    return [iso(ms), valueAt(ms >= BEGAN)];
  });
  const query = `sum(rate(${metric}{service="${service}",code=~"5.."}[1m])) / sum(rate(${metric}{service="${service}"}[1m]))`;
  return { source: "prom", query, kind: "query", value: 1, series: [{ labels: {}, value: 1 }], points };
}

export type Line = [ms: number, level: string, message: string];

/** An info line every five seconds, and an error every `step` seconds since the trouble began, or all the time. */
export function errorLines(message: string, step: number, always = false): Line[] {
  const lines: Line[] = [];
  for (let ms = NOW - 3_600_000; ms < NOW; ms += 5_000) lines.push([ms, "info", `served request ${ms % 977} in time`]);
  for (let ms = always ? NOW - 3_600_000 : BEGAN; ms < NOW; ms += step * 1_000) lines.push([ms, "error", message]);
  return lines;
}

/** As `log_collector` returns it; `lines` is what its blob holds. */
export function logOf(source: string, lines: readonly Line[]): Json {
  const text = [...lines]
    .sort((a, b) => a[0] - b[0])
    .map(([ms, level, message]) => JSON.stringify({ time: iso(ms), level, message }));
  const span = { since: iso(NOW - 3_600_000), until: iso(NOW) };
  const rest = {
    source,
    path: "/log",
    query: "all lines",
    ...span,
    total: lines.length,
    by_level: {},
    truncated: false,
  };
  return { ...rest, lines: text.join("\n") };
}

export const callsOf = (...pairs: Array<[string, string]>): Json[] =>
  pairs.map(([caller, callee]) => ({ caller, callee, calls: 40, errors: 0 }));

/** Twenty of fifty traces fail, all by errors that began in `origin`. */
export function tracesOf(service: string, origin: string, calls: Json[]): Json {
  const began = { service: origin, operation: "POST /pay", message: "refused", traces: 20, reached_root: 20 };
  return {
    source: "jaeger",
    service,
    query: `service=${service}`,
    total: 50,
    failed: 20,
    services: [],
    calls,
    error_origins: [{ ...began, path: [`${origin}: POST /pay`, `${service}: GET /`], example: "t" }],
  };
}

export function deploymentsOf(...deployments: Array<[version: string, ms: number]>): Json {
  return { source: "deploys", deployments: deployments.map(([version, ms]) => ({ version, deployed_at: iso(ms) })) };
}
