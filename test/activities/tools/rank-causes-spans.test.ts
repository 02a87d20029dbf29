/** Root causes that metrics hardly show and spans do. */
import { expect, test } from "vitest";
import { type CallSpan, rankCauses } from "../../../src/activities/tools/rca/rank-causes.js";

const NOTICED = 1_700_000_000;

interface Seconds {
  cart: number;
  way: number;
  store: number;
}

/** shop calls cart over a span of its own, cart calls store; a call every two seconds, two minutes before and after. */
function calls(at: (after: boolean) => Seconds): CallSpan[] {
  return Array.from({ length: 120 }, (_, index) => {
    const start = NOTICED - 120 + index * 2;
    const { cart, way, store } = at(start >= NOTICED);
    const swing = 1 + 0.02 * ((index % 3) - 1);
    const span = (name: string, parent: string | undefined, service: string, seconds: number): CallSpan => ({
      id: `${name}${index}`,
      ...(parent === undefined ? {} : { parent: `${parent}${index}` }),
      service,
      operation: name,
      start,
      seconds: seconds * swing,
    });
    const inStore = store;
    const toStore = inStore + 0.002;
    const inCart = toStore + cart;
    const toCart = inCart + way;
    return [
      span("visit", undefined, "shop", toCart + 0.01),
      span("call-cart", "visit", "shop", toCart),
      span("cart", "call-cart", "cart", inCart),
      span("call-store", "cart", "cart", toStore),
      span("store", "call-store", "store", inStore),
    ];
  }).flat();
}

const first = (spans: CallSpan[]): string | undefined =>
  rankCauses({ metrics: [], graph: [], target: { node: "shop", metric: "latency" }, time: { from: NOTICED }, spans })[0]
    ?.node;

test("the service that spends more time in itself is named, not the ones that wait for it", () => {
  const usual = { cart: 0.02, way: 0.002, store: 0.01 };
  expect(first(calls((after) => ({ ...usual, store: after ? 0.2 : 0.01 })))).toBe("store");
  expect(first(calls((after) => ({ ...usual, cart: after ? 0.3 : 0.02 })))).toBe("cart");
});

test("time lost on the way is the called service's, where the caller is what was noticed", () => {
  expect(first(calls((after) => ({ cart: 0.02, way: after ? 0.3 : 0.002, store: 0.01 })))).toBe("cart");
});

test("errors that begin in a service are its own, not its callers'", () => {
  const spans = calls(() => ({ cart: 0.02, way: 0.002, store: 0.01 })).map((span) => ({
    ...span,
    isError: span.start >= NOTICED && span.service !== "store",
  }));
  expect(first(spans)).toBe("cart");
});

test("spans that are no spans, name themselves as parent or go in circles change nothing and end", () => {
  const odd = [
    null,
    { id: "a" },
    { id: "b", parent: "b", service: "x", start: NOTICED, seconds: 1 },
    { id: "c", parent: "d", service: "x", start: NOTICED, seconds: 1 },
    { id: "d", parent: "c", service: "x", start: NOTICED, seconds: 1 },
  ] as unknown as CallSpan[];
  expect(first(odd)).toBeUndefined();
});
