/** Spans that a run collected are weighed in the search for causes like any other signal, and cited by the node that read them. */
import { expect, test } from "vitest";
import { autoRca } from "../../../src/activities/tools/auto-rca.js";
import { spanLines } from "../../../src/activities/tools/kit/traces/call-spans.js";
import type { Span } from "../../../src/activities/tools/kit/traces/span.js";
import type { Json } from "../../../src/schema/json.js";
import { configOf, contextOf } from "../../support/tool-context.js";
import { BEGAN, metricOf, noise } from "../../support/trouble.js";

/** shop calls cart, cart calls store, every two seconds; ids are the same in every trace. */
function traces(slow: (late: boolean) => { cart: number; store: number }) {
  return Array.from({ length: 200 }, (_, index) => {
    const startMs = BEGAN - 200_000 + index * 2_000;
    const { cart, store } = slow(startMs >= BEGAN);
    const swing = 1 + 0.04 * noise();
    const span = (id: string, parent: string | undefined, service: string, ms: number): Span => ({
      id,
      ...(parent === undefined ? {} : { parent }),
      service,
      operation: `GET /${service}`,
      start: startMs * 1_000,
      duration: ms * swing * 1_000,
      isError: false,
    });
    const spans = [
      span("1", undefined, "shop", store + cart + 10),
      span("2", "1", "cart", store + cart),
      span("3", "2", "store", store),
    ];
    return { id: `trace-${index}`, spans };
  });
}

async function causeOf(slow: Parameters<typeof traces>[0], keep = true) {
  const context = contextOf(configOf());
  const spans_blob = await context.blobs.put(spanLines(traces(slow)));
  const collected: Json = {
    source: "jaeger",
    service: "shop",
    query: "service=shop",
    total: 200,
    failed: 0,
    services: [],
    calls: [],
    error_origins: [],
    ...(keep ? { spans_blob } : {}),
  };
  const errors = metricOf("shop", (late) => (late ? 0.31 : 0.01) + 0.004 * noise());
  const params = autoRca.params.parse({ inputs: { errors, traces: collected }, service: "shop" });
  return autoRca.output.parse(await autoRca.run(params, context));
}

test("the service that spends more time in itself is named, cited by the node that read the traces", async () => {
  for (const [cause, slow] of [
    ["store", (late: boolean) => ({ cart: 20, store: late ? 300 : 10 })],
    ["cart", (late: boolean) => ({ cart: late ? 400 : 20, store: 10 })],
  ] as const) {
    const { causes } = await causeOf(slow);
    expect(causes[0]?.service).toBe(cause);
    expect(causes[0]?.evidence[0]).toMatchObject({ node: "traces", query: "jaeger: service=shop" });
    expect(causes[0]?.evidence[0]?.text).toMatch(/time spent in itself \(GET \/\w+\) of \w+ was [\d.]+ s, normally/);
  }
});

test("without the spans no other service is named", async () => {
  const { causes } = await causeOf((late) => ({ cart: 20, store: late ? 300 : 10 }), false);
  expect(causes.map(({ service }) => service)).not.toContain("store");
});
