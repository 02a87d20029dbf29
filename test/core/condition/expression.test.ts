import { expect, test } from "vitest";
import { parseCondition, referencesOf } from "../../../src/core/condition.js";

test("references are the ids, each once", () => {
  const parsed = parseCondition("a.x == b-2['a'] and (not a.y or has(c.d)) and size([e][0]) in [a, 1]");
  expect(parsed.ok && referencesOf(parsed.expression)).toStrictEqual(["a", "b-2", "c", "e"]);
});

test("an expression survives JSON", () => {
  const parsed = parseCondition("not (a.x[0] in [1, 'b', null]) or has(a.y) and size(a) >= 2");
  const kept = parsed.ok ? JSON.parse(JSON.stringify(parsed.expression)) : undefined;
  expect(parsed.ok && kept).toStrictEqual(parsed.ok && parsed.expression);
});
