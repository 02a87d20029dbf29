/** The demo's checkout service, part by part: the defect is real, the switch acts once, the log rotates. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isCart, PRICING } from "../../src/demo/pricing.js";
import { ShopLog } from "../../src/demo/shop-log.js";
import { ShopMetrics } from "../../src/demo/shop-metrics.js";
import { ShopVersions } from "../../src/demo/shop-versions.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "shop-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const guest = { lines: [{ sku: "lamp", quantity: 2, unit_cents: 3_000 }], country: "DE", coupon: "AUTUMN10" };
const member = { ...guest, customer: { id: "c-1", tier: "gold" } };

test("version 1 prices a guest's cart, version 2 throws on it and prices a member's with its discount", () => {
  expect(PRICING["1"](guest)).toEqual({
    subtotal_cents: 6_000,
    discount_cents: 600,
    shipping_cents: 0,
    tax_cents: 1_026,
    total_cents: 6_426,
  });
  expect(() => PRICING["2"](guest)).toThrow(TypeError);
  expect(PRICING["2"](member).discount_cents).toBe(840);
});

test("what is not a cart is told apart from a cart", () => {
  expect(isCart(guest)).toBe(true);
  for (const body of [
    undefined,
    {},
    { ...guest, lines: [] },
    { ...guest, lines: [{ sku: "x", quantity: -1, unit_cents: 1 }] },
  ]) {
    expect(isCart(body)).toBe(false);
  }
});

test("a switch with one key acts once and answers the same; another wish under that key is refused", () => {
  const versions = new ShopVersions(dir, "test");
  const first = versions.switchTo({ version: "2", by: "a" }, "key-1");
  expect(first).toEqual({ status: 200, body: { version: "2", before: "1", changed: true } });
  versions.switchTo({ version: "1" });
  expect(versions.switchTo({ version: "2", by: "a" }, "key-1")).toEqual(first);
  expect(versions.current).toBe("1");
  expect(versions.switchTo({ version: "1" }, "key-1").status).toBe(422);
  expect(versions.switchTo({ version: "3" }).status).toBe(400);
  const record = JSON.parse(readFileSync(versions.path, "utf8")) as { deployments: Array<{ version: string }> };
  expect(record.deployments.map(({ version }) => version)).toEqual(["1", "2", "1"]);
});

test("the log rotates by size into a plain and then gzipped files, and loses no line", () => {
  const log = new ShopLog(dir);
  const count = 12_000;
  for (let index = 0; index < count; index++) log.write("info", `line ${index} ${"x".repeat(200)}`);
  log.close();
  const files = readdirSync(dir).sort();
  expect(files).toEqual(["checkout.log", "checkout.log.1", "checkout.log.2.gz", "checkout.log.3.gz"]);
  const text = files.map((name) => {
    const bytes = readFileSync(join(dir, name));
    return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  });
  expect(text.join("").trim().split("\n")).toHaveLength(count);
});

test("the metrics page counts requests by code and version and keeps a cumulative histogram", () => {
  const metrics = new ShopMetrics();
  metrics.observe("/checkout", 200, "1", 0.002);
  metrics.observe("/checkout", 500, "2", 0.03);
  metrics.observe("/checkout", 500, "2", 0.3);
  const page = metrics.page("2");
  expect(page).toContain('http_requests_total{service="checkout",route="/checkout",code="500",version="2"} 2\n');
  expect(page).toContain(
    'http_request_duration_seconds_bucket{service="checkout",route="/checkout",version="2",le="0.05"} 1\n',
  );
  expect(page).toContain(
    'http_request_duration_seconds_bucket{service="checkout",route="/checkout",version="2",le="+Inf"} 2\n',
  );
  expect(page).toContain('checkout_build_info{service="checkout",version="2"} 1\n');
});
