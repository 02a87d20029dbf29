/** What settings a change would make, what is kept of those before, and what the object remembers of it. */
import { describe, expect, test } from "vitest";
import { selects } from "../../../../src/activities/connectors/kubernetes/budgets.js";
import { settingsChange } from "../../../../src/activities/connectors/kubernetes/settings.js";
import {
  ACTIONS,
  type Stamp,
  stampKey,
  stampOf,
  withStamp,
} from "../../../../src/activities/connectors/kubernetes/stamps.js";
import type { JsonObject } from "../../../../src/schema/json.js";

const ACTION = { env: true, restart: false } as const;
function change(present: Record<string, string>, values: JsonObject, unset: string[] = [], keys?: string[]) {
  const params = { values: values as Record<string, string>, unset };
  return settingsChange("the environment", { ...ACTION, keys }, params, (name) => present[name]);
}

describe("a change of settings", () => {
  test("leaves out what is as wanted, and keeps what an undo needs", () => {
    const made = change({ A: "1", B: "2", C: "3" }, { A: 1, B: true, D: "new" }, ["C", "E"]);
    expect(made).toMatchObject({
      changes: { B: "true", D: "new", C: null },
      previous: { B: "2", C: "3" },
      added: ["D"],
    });
    expect(made.before).toBe('C="3", B="2", D=(not set)');
    expect(made.after).toBe('C=(not set), B="true", D="new"');
    const back = change({ A: "1", B: "true", D: "new" }, made.previous, made.added);
    expect(back.changes).toEqual({ B: "2", C: "3", D: null });
  });

  test.each([
    ["DB_PASSWORD", "swordfish"],
    ["DATABASE_URL", "postgres://shop:swordfish@db/shop"],
    ["KEY", "AKIAIOSFODNN7EXAMPLE"],
  ])("keeps and shows no secret, such as %s", (name, value) => {
    const made = change({ [name]: value }, { [name]: "other" });
    expect(made).toMatchObject({ previous: {}, withheld: [name], added: [] });
    expect(JSON.stringify(made)).not.toContain(value);
  });

  test.each<[string, Record<string, string>, JsonObject, string[], string]>([
    ["a key that is not listed", {}, { B: "1" }, [], "B of the environment may not be changed"],
    ["a name in both lists", { A: "1" }, { A: "2" }, ["A"], "is in values and in unset"],
    ["a redacted value", {}, { A: "[redacted:secret]" }, [], "was redacted"],
    ["a file", { A: "x\ny" }, { A: "1" }, [], "a text of several lines"],
  ])("is refused for %s", (_, present, values, unset, words) => {
    expect(() => change(present, values, unset, ["A"])).toThrow(words);
  });
});

describe("a stamp", () => {
  const stamp = (key: string, says = "before"): Stamp => ({
    ...{ key, action: "scale_action", run: "run", at: "2026-11-22T12:00:00Z", did: "did", after: "after" },
    before: { says, facts: { previous_replicas: 2 } },
  });
  const stamped = (keys: string[]): Record<string, string> =>
    keys.reduce<Record<string, string>>((all, key) => withStamp(all, stamp(key)) as Record<string, string>, {});

  test("is found by its key until five later ones have come", () => {
    const annotations = stamped(["a", "b", "c", "d", "e"]);
    expect(stampOf(annotations, "a")).toEqual(stamp("a"));
    expect(stampOf(stamped(["a", "b", "c", "d", "e", "f"]), "a")).toBeUndefined();
    expect(stampOf(annotations, "z")).toBeUndefined();
  });

  test("keeps nothing that is too long, and takes what is not ours for none", () => {
    const long = withStamp({}, stamp("a", "x".repeat(20_000))) as Record<string, string>;
    expect(stampOf(long, "a")).toMatchObject({ key: "a", before: null });
    expect(stampOf({ [ACTIONS]: "{" }, "a")).toBeUndefined();
    expect(stampOf({ [ACTIONS]: '[{"key":"a"}]' }, "a")).toBeUndefined();
    expect(Object.keys(withStamp({ [ACTIONS]: "{" }, stamp("a")))).toEqual([ACTIONS]);
  });

  test("tells nothing of the run it stands for", () => {
    expect(stampKey("run.nonce.node")).toMatch(/^[0-9a-f]{32}$/);
    expect(stampKey("run.nonce.node")).not.toBe(stampKey("run.nonce.other"));
  });
});

test.each([
  [undefined, false],
  [{}, true],
  [{ matchLabels: { app: "shop" } }, true],
  [{ matchLabels: { app: "shop", tier: "web" } }, false],
  [{ matchExpressions: [{ key: "app", operator: "In", values: ["shop"] }] }, true],
  [{ matchExpressions: [{ key: "app", operator: "NotIn", values: ["shop"] }] }, false],
  [{ matchExpressions: [{ key: "tier", operator: "NotIn", values: ["web"] }] }, true],
  [{ matchExpressions: [{ key: "tier", operator: "Exists" }] }, false],
  [{ matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] }, true],
  [{ matchExpressions: [{ key: "app", operator: "Like", values: ["s"] }] }, false],
])("the selector %j fits the labels of a pod: %s", (selector, fits) => {
  expect(selects(selector, { app: "shop" })).toBe(fits);
});
