/** `/metrics` pages that are served in order, and `metric_query` on them. */
import { metricQuery } from "../../src/activities/tools/metric-query.js";
import type { JsonObject } from "../../src/schema/json.js";
import { localServer, reachingContext } from "./local-server.js";
import { configOf, NOW } from "./tool-context.js";

/** Runs the tool as its activity does: params through the schema, the output against its own. */
export async function runMetricQuery(params: JsonObject, context: ReturnType<typeof reachingContext>) {
  const output = await metricQuery.run(metricQuery.params.parse(params), context);
  return metricQuery.output.parse(output);
}

/** A page source whose pages are served in order; the clock moves by `stepMs` with each look at it. */
export async function pages(texts: string[], stepMs = 2_000) {
  const server = await localServer((_, response) => {
    const text = texts[Math.min(server.received.length, texts.length) - 1];
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(text);
  });
  const config = configOf({ sources: { shop: { kind: "exposition", url: `${server.url}/metrics` } } });
  let nowMs = NOW;
  const now = () => {
    nowMs += stepMs;
    return nowMs;
  };
  return { server, context: reachingContext(config, { now }) };
}

export const page = (ok: number, failed: number | undefined, more = "") => `# TYPE http_requests_total counter
http_requests_total{code="200",path="/"} ${ok}
${failed === undefined ? "" : `http_requests_total{code="503",path="/"} ${failed}\n`}# TYPE queue gauge
queue{name="a"} 7
queue{name="b"} 5
${more}`;
export const RATIO = { numerator: 'http_requests_total{code=~"5.."}', denominator: "http_requests_total" };
