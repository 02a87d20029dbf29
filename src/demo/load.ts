/** Customers of the demo's checkout service: a steady stream of real HTTP requests with several kinds of carts. */
import { Agent, request } from "node:http";
import type { Cart } from "./pricing.js";

/** Requests that may be under way at once; more wait for the next beat. */
const MAX_UNDER_WAY = 32;
const REQUEST_TIMEOUT_MS = 2_000;

const SHIRT = { sku: "shirt", quantity: 1, unit_cents: 1_999 };
const MUG = { sku: "mug", quantity: 2, unit_cents: 849 };
const LAMP = { sku: "lamp", quantity: 1, unit_cents: 7_450 };

/** Eleven customers in turn; three of them, 27 %, buy as guests. */
const CARTS: readonly Cart[] = [
  { lines: [SHIRT], country: "DE", customer: { id: "c-1041", tier: "basic" } },
  { lines: [MUG, LAMP], country: "FR", customer: { id: "c-2207", tier: "gold" }, coupon: "AUTUMN10" },
  { lines: [LAMP], country: "AT" },
  { lines: [SHIRT, MUG], country: "DE", customer: { id: "c-3310", tier: "silver" } },
  { lines: [{ ...MUG, quantity: 12 }], country: "NL", customer: { id: "c-0078", tier: "gold" } },
  { lines: [SHIRT], country: "FR", coupon: "WELCOME5" },
  { lines: [LAMP, SHIRT], country: "DE", customer: { id: "c-4462", tier: "silver" }, coupon: "LOYAL15" },
  { lines: [MUG], country: "DE", customer: { id: "c-5125", tier: "basic" } },
  { lines: [MUG, SHIRT], country: "NL" },
  { lines: [LAMP], country: "FR", customer: { id: "c-6003", tier: "basic" } },
  { lines: [{ ...SHIRT, quantity: 3 }], country: "AT", customer: { id: "c-7719", tier: "gold" } },
];

/** Sends `perSecond` carts a second to the service on this machine until the returned function is called. */
export function startLoad(port: number, perSecond: number): () => void {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_UNDER_WAY });
  let underWay = 0;
  let next = 0;
  const send = (): void => {
    if (underWay >= MAX_UNDER_WAY) return;
    underWay++;
    const body = JSON.stringify(CARTS[next++ % CARTS.length]);
    const call = request({
      host: "127.0.0.1",
      port,
      path: "/checkout",
      method: "POST",
      agent,
      timeout: REQUEST_TIMEOUT_MS,
      headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
    });
    call.on("response", (response) => response.resume());
    call.on("timeout", () => call.destroy());
    call.on("error", () => undefined);
    call.on("close", () => underWay--);
    call.end(body);
  };
  const timer = setInterval(send, 1_000 / perSecond);
  return () => {
    clearInterval(timer);
    agent.destroy();
  };
}
