/** Alerts of monitors by the table of their shapes, and lists as Prometheus and Alertmanager answer them. */
import { describe, expect, test } from "vitest";
import { goalOfAlert } from "../../src/goal/alert-goal.js";
import { parseAlert, readDelivery } from "../../src/schema/alert.js";
import { kuma, MONITOR_ALERTS } from "../support/monitor-alerts.js";

const goalOf = (input: unknown) => {
  const parsed = parseAlert(input);
  if (!parsed.ok) return parsed.problems.map(({ message }) => message).join();
  return { ...parsed.alert, ...goalOfAlert(parsed.alert) };
};

describe.each(MONITOR_ALERTS)("$sender", ({ fires, over, quiet, name, facts, says = "" }) => {
  test("fires with its name, its facts and what it says", () => {
    const found = goalOf(fires);
    if (typeof found === "string") throw new Error(found);
    const { severity: _, ...named } = found.facts as Record<string, string>;
    const { severity: __, ...wanted } = facts as Record<string, string>;
    expect({ name: found.name, facts: named }).toEqual({ name, facts: wanted });
    expect(found.goal).toContain(says);
  });
  if (over !== undefined)
    test("is over, and its end has the key of its beginning", () => {
      const ids = [fires, { ...fires, ...over }].map((input) => {
        const read = readDelivery(input);
        return read.ok ? [read.delivery.alerts[0]?.id, read.delivery.alerts[0]?.status] : [];
      });
      expect(ids[0]?.[1]).toBe("firing");
      expect(ids[1]).toEqual([ids[0]?.[0], "resolved"]);
    });
  if (quiet !== undefined)
    test("plans nothing where it is no trouble", () => {
      expect(goalOf({ ...fires, ...quiet })).toContain("is not an incident");
    });
});

describe("lists as they are answered", () => {
  const labels = { alertname: "HighCPU", instance: "db-1:9100" };
  test.each<[string, unknown]>([
    [
      "Alertmanager, version 2",
      [{ labels, annotations: {}, startsAt: "2026-11-29T12:00:00Z", status: { state: "active" } }],
    ],
    [
      "Alertmanager, version 1",
      { status: "success", data: [{ labels, annotations: {}, status: { state: "active" } }] },
    ],
    [
      "Prometheus",
      {
        status: "success",
        data: {
          alerts: [{ labels, annotations: {}, state: "firing", activeAt: "2026-11-29T12:00:00Z", value: "1e+00" }],
        },
      },
    ],
  ])("%s", (_, input) => {
    expect(goalOf(input)).toMatchObject({ name: "HighCPU", facts: { host: "db-1:9100" } });
  });
  test.each<[string, unknown]>([
    ["an empty list", []],
    ["a list of other things", [{ name: "x" }]],
    ["an answer without alerts", { status: "success", data: { alerts: [] } }],
    ["a refusal", { status: "error", error: "bad" }],
  ])("%s is refused", (_, input) => expect(goalOf(input)).toContain("the alert must be a webhook of"));
});

test("members of other kinds in their place refuse nothing else", () => {
  expect(goalOf({ ...kuma(0), monitor: { id: {}, name: ["Shop"], url: 5 } })).toMatchObject({
    name: "alert of Uptime Kuma",
  });
});
