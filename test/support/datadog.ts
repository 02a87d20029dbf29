/**
 * A stand-in for Datadog's metrics API, since no real one can run here: the published shapes of `/api/v1/validate`,
 * `/api/v1/query` and `/api/v2/query/timeseries`, their keys, and what they refuse.
 */
import type { ServerResponse } from "node:http";
import { type LocalServer, localServer, type Received } from "./local-server.js";

export const API_KEY = "0123456789abcdef0123456789abcdef";
export const APP_KEY = "fedcba9876543210fedcba9876543210fedcba98";

export interface DatadogSeries {
  metric: string;
  tags: string[];
  points: ReadonlyArray<readonly [atMs: number, value: number | null]>;
}

/** Takes `METRIC{…}` within an aggregator, as `avg:system.load.1{host:web-1} by {host}`. */
const QUERY = /^(?:avg|sum|min|max|count):([a-z][\w.]*)\{[^{}]*\}(?: by \{[^{}]+\})?(?:\.\w+\([\w, ]*\))*$/;

export function datadogServer(series: readonly DatadogSeries[]): Promise<LocalServer> {
  return localServer((received, response) => {
    const say = (status: number, body: object, headers: Record<string, string> = {}) =>
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
    const { pathname, searchParams } = new URL(received.url, "http://datadog");
    if (received.headers["dd-api-key"] !== API_KEY) return say(403, { errors: ["Forbidden"] });
    if (pathname === "/api/v1/validate") return say(200, { valid: true });
    if (received.headers["dd-application-key"] !== APP_KEY) return say(403, { errors: ["Forbidden"] });
    if (pathname === "/api/v1/query") return answerV1(searchParams, series, say);
    if (pathname === "/api/v2/query/timeseries") return answerV2(received, series, say);
    return say(404, { errors: ["Not found"] });
  });
}

type Say = (status: number, body: object) => ServerResponse;

function answerV1(params: URLSearchParams, series: readonly DatadogSeries[], say: Say) {
  const [from, to, query] = [Number(params.get("from")), Number(params.get("to")), params.get("query") ?? ""];
  if (!Number.isInteger(from) || !Number.isInteger(to) || from >= to)
    return say(400, { errors: ["Invalid time range"] });
  const common = {
    res_type: "time_series",
    resp_version: 1,
    query,
    from_date: from * 1_000,
    to_date: to * 1_000,
    message: "",
    group_by: [],
  };
  const metric = QUERY.exec(query)?.[1];
  if (metric === undefined)
    return say(200, { ...common, status: "error", error: `Error parsing query: unable to parse ${query}`, series: [] });
  const found = series.filter((one) => one.metric === metric);
  return say(200, {
    ...common,
    status: "ok",
    series: found.map(({ tags, points }) => ({
      metric,
      display_name: metric,
      scope: tags.join(",") || "*",
      tag_set: tags,
      expression: query,
      aggr: "avg",
      interval: 15,
      length: points.length,
      unit: null,
      attributes: {},
      start: from * 1_000,
      end: to * 1_000,
      pointlist: points.filter(([atMs]) => atMs >= from * 1_000 && atMs <= to * 1_000),
    })),
  });
}

interface TimeseriesRequest {
  data: {
    type: string;
    attributes: {
      from: number;
      to: number;
      interval?: number;
      queries: Array<{ data_source: string; query: string; name: string }>;
      formulas: Array<{ formula: string }>;
    };
  };
}

function answerV2({ method, body }: Received, series: readonly DatadogSeries[], say: Say) {
  if (method !== "POST") return say(405, { errors: ["Method not allowed"] });
  const { type, attributes } = (JSON.parse(body) as TimeseriesRequest).data;
  const [asked] = attributes.queries;
  const metric = QUERY.exec(asked?.query ?? "")?.[1];
  if (type !== "timeseries_request" || asked?.data_source !== "metrics") return say(400, { errors: ["Bad Request"] });
  if (metric === undefined) return say(400, { errors: [`Error parsing query: ${asked.query}`] });
  const found = series.filter((one) => one.metric === metric);
  const times: number[] = [];
  for (let at = attributes.from; at < attributes.to; at += attributes.interval ?? 60_000) times.push(at);
  const valueAt = (points: DatadogSeries["points"], from: number, until: number): number | null =>
    points.findLast(([atMs, value]) => value !== null && atMs >= from && atMs < until)?.[1] ?? null;
  return say(200, {
    data: {
      id: "0",
      type: "timeseries_response",
      attributes: {
        series: found.map(({ tags }) => ({ group_tags: tags, query_index: 0, unit: [] })),
        times,
        values: found.map(({ points }) => times.map((at) => valueAt(points, at, at + (attributes.interval ?? 60_000)))),
      },
    },
  });
}
