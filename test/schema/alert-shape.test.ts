/** Alerts of senders that no reader knows: read by their shape, and what was taken for what is told. */
import { describe, expect, test } from "vitest";
import { goalOfAlert } from "../../src/goal/alert-goal.js";
import { parseAlert, readDelivery } from "../../src/schema/alert.js";
import { UNKNOWN_ALERTS } from "../support/unknown-alerts.js";

const read = (input: unknown) => {
  const parsed = parseAlert(input);
  if (!parsed.ok) return { refused: parsed.problems.map(({ message }) => message).join(), notices: [] };
  const notices = parsed.alert.notices.map(({ message }) => message);
  return { ...parsed.alert, ...goalOfAlert(parsed.alert), notices };
};
const first = (input: unknown) => {
  const { delivery } = readDelivery(input) as Extract<ReturnType<typeof readDelivery>, { ok: true }>;
  return delivery.alerts[0];
};

describe.each(UNKNOWN_ALERTS)("$sender", ({ fires, over, quiet, name, facts, says = "" }) => {
  test("fires with its name, its facts and what it says, and tells what was taken for what", () => {
    const found = read(fires);
    expect(found).toMatchObject({ from: "shape", name, facts });
    expect(found).toHaveProperty("goal", expect.stringContaining(says));
    expect(found.notices.join("\n")).toMatch(/no known sender, so it was read by its shape: name from/);
  });
  if (over !== undefined)
    test("is over, and its end has the key of its beginning", () => {
      expect(first({ ...fires, ...over })).toMatchObject({ id: first(fires)?.id, status: "resolved" });
    });
  if (quiet !== undefined)
    test("plans nothing where it is no trouble", () => {
      expect(read({ ...fires, ...quiet })).toHaveProperty("refused", expect.stringContaining("is not an incident"));
    });
});

test.each<[string, unknown, string]>([
  ["resolved: true", { resolved: true }, "resolved"],
  ["is_open: false", { is_open: false }, "resolved"],
  ["a time at which it ended", { resolved_at: "2026-11-29T12:09:00Z" }, "resolved"],
  ["no time at which it ended", { resolved_at: null }, "firing"],
  ["not resolved", { status: "Not resolved" }, "firing"],
  ["the state before", { old_status: "ok", status: "critical" }, "firing"],
  ["an end in the title", { title: "[RESOLVED] Carts time out" }, "resolved"],
  ["a wish", { desired_state: "closed" }, "firing"],
])("state by %s", (_, members, status) => {
  expect(first({ title: "Carts time out", service: "cart", ...(members as object) })).toMatchObject({ status });
});

test("several alerts in a list are several, and what differs is told", () => {
  const one = { level: "crit", msg: "redis is down", ts: 1_796_000_000 };
  const found = read([
    { ...one, host: "cache-1" },
    { ...one, host: "cache-2" },
  ]);
  expect(found).toMatchObject({ name: "redis is down", firing: 2, facts: { severity: "crit" } });
  expect(found.notices.join()).toContain("do not share one host: cache-1, cache-2");
});

test("what was not used, links, and facts with several values are told", () => {
  const services = [{ name: "auth" }, { name: "web" }];
  const { notices } = read({ title: "Slow login", status: "open", services, colour: "blue", link: "https://x.test/1" });
  expect(notices.join("\n")).toContain("several values, so none was taken: service (auth, web)");
  expect(notices.join("\n")).toContain("links in it, which nobody opened: https://x.test/1");
  expect(notices.join("\n")).toMatch(/not used: .*colour/);
});

test("what belongs to people is no fact of what it is about", () => {
  const owner = { name: "Ann", service: "payroll" };
  expect(read({ title: "Slow login", owner })).toMatchObject({ name: "Slow login", facts: {}, from: "datadog" });
  expect(read({ title: "Slow login", urgency: "high", owner })).toMatchObject({ facts: { severity: "high" } });
});

test.each<[string, unknown]>([
  ["a package", { name: "left-pad", version: "1.0.0", description: "pads", scripts: { test: "x" } }],
  ["an error of an API", { message: "Not Found", documentation_url: "https://docs.api.test", status: "404" }],
  ["a graph", { version: 1, name: "g", nodes: [{ id: "a", type: "log_query", params: {} }] }],
  ["numbers", { status: 1, value: 7 }],
  ["people", { user: { name: "Ann", title: "Engineer" }, created_at: "2026-11-29T12:00:00Z" }],
])("%s is no alert", (_, input) => {
  expect(read(input)).toHaveProperty("refused", expect.stringContaining("must say what is wrong"));
});

test("a payload that is deep, wide or long is read within bounds", () => {
  let deep: unknown = "x";
  for (let level = 0; level < 5_000; level += 1) deep = { data: deep };
  const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, "v".repeat(50)]));
  const found = read({
    title: "Slow login",
    status: "open",
    deep,
    wide,
    list: Array.from({ length: 5_000 }, () => ({ a: "b" })),
  });
  expect(found).toMatchObject({ name: "Slow login" });
  expect(found.notices.join("\n").length).toBeLessThan(3_000);
});

test("whoever receives alerts waits for what is read: members of a delivery are bounded, and what was left out is told", () => {
  const wide = Object.fromEntries(Array.from({ length: 98 }, (_, index) => [`k${index}`, "v"]));
  const list = (count: number) =>
    readDelivery({
      incidents: Array.from({ length: count }, () => ({ title: "Slow login", severity: "high", ...wide })),
    });
  expect(list(100)).toMatchObject({ ok: true, delivery: { alerts: { length: 100 } } });
  const { delivery } = list(1_000) as Extract<ReturnType<typeof readDelivery>, { ok: true }>;
  expect(delivery.alerts).toHaveLength(100);
  expect(delivery.cut.join("\n")).toContain("900 more alerts were not read: those before fill the 10000 members");
  const one = {
    title: "Slow login",
    severity: "high",
    ...Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`k${at}`, "v"])),
  };
  expect(read(one).notices.join("\n")).toContain("only its first 2000 members were read");
});
