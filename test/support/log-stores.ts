/** Stand-ins for log stores that no real server can be run for in a test: the published shapes of their answers. */
import type { Received } from "./local-server.js";

export interface LokiLine {
  /** Nanoseconds since the epoch. */
  at: bigint;
  stream: Record<string, string>;
  text: string;
}

/** `GET /loki/api/v1/query_range` as Loki 3 documents it: start inclusive, end exclusive, newest first, grouped by stream. */
export function lokiAnswer(received: Received, lines: readonly LokiLine[]): object {
  const params = new URL(received.url, "http://loki").searchParams;
  const [start, end] = [BigInt(params.get("start") ?? "0"), BigInt(params.get("end") ?? "0")];
  const found = lines
    .filter(({ at }) => at >= start && at < end)
    .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
    .slice(0, Number(params.get("limit") ?? "100"));
  const streams = new Map<string, { stream: Record<string, string>; values: string[][] }>();
  for (const { at, stream, text } of found) {
    const key = JSON.stringify(stream);
    const group = streams.get(key) ?? { stream, values: [] };
    group.values.push([String(at), text]);
    streams.set(key, group);
  }
  return { status: "success", data: { resultType: "streams", result: [...streams.values()], stats: {} } };
}

export interface StoredHit {
  index: string;
  id: string;
  source: Record<string, unknown>;
  atMs: number;
}

/** `POST /INDEX/_search` as Elasticsearch 8 and OpenSearch 2 document it, sorted by time, with the span applied. */
export function searchAnswer(received: Received, hits: readonly StoredHit[], shards: object = {}): object {
  const body = JSON.parse(received.body) as {
    size: number;
    query: { bool: { filter: [{ range: Record<string, { gte: number; lte: number }> }] } };
  };
  const [span] = Object.values(body.query.bool.filter[0].range);
  const found = hits
    .filter(({ atMs }) => span !== undefined && atMs >= span.gte && atMs <= span.lte)
    .sort((a, b) => b.atMs - a.atMs)
    .slice(0, body.size);
  return {
    took: 3,
    timed_out: false,
    _shards: { total: 2, successful: 2, skipped: 0, failed: 0, ...shards },
    hits: {
      max_score: null,
      hits: found.map(({ index, id, source, atMs }) => ({
        _index: index,
        _id: id,
        _score: null,
        _source: source,
        sort: [atMs],
      })),
    },
  };
}
