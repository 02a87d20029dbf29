import { describe, expect, test } from "vitest";
import { evaluate, parseCondition, parseExpression } from "../../../src/core/condition.js";
import type { Json } from "../../../src/schema/json.js";
import { CONDITION_MAX_CHARS, CONDITION_MAX_DEPTH, CONDITION_MAX_LIST } from "../../../src/vocabulary/limits.js";

/** The value, or `error` where it could not be evaluated, or `refused` where it does not parse. */
function answer(text: string, outputs: Record<string, Json> = { logs: { ok: true } }): Json | "error" | "refused" {
  const parsed = parseExpression(text);
  if (!parsed.ok) return "refused";
  const result = evaluate(parsed.expression, outputs);
  return result.ok ? result.value : "error";
}

describe("what is refused before anything runs", () => {
  test("the names that lead out of data, however they are written", () => {
    for (const name of ["constructor", "prototype", "__proto__"]) {
      const escaped = `\\u${name.charCodeAt(0).toString(16).padStart(4, "0")}${name.slice(1)}`;
      for (const text of [
        name,
        `logs.${name}`,
        `logs["${name}"]`,
        `logs['${escaped}']`,
        `has(logs.${name})`,
        `[1].${name}`,
      ]) {
        expect.soft(answer(text), text).toBe("refused");
      }
    }
    expect(answer('a["__proto__"].x', JSON.parse('{"a": {"__proto__": {"x": true}}}'))).toBe("refused");
  });

  test("everything that is not of the language", () => {
    const readable = String.raw`
      () ~ a = ~ a = 1 ~ a === 1 ~ a <> 1 ~ a && b ~ a || b ~ !a ~ a ? b : c ~ a ?? b ~ a?.b ~ 1 + 1 ~ a * 2 ~ 2 ** 3
      a; b ~ a, b ~ a.b() ~ f(1) ~ size() ~ size(1, 2) ~ has(1) ~ has([1][0]) ~ has() ~ a[0:1] ~ a[b] ~ a[-1] ~ a[-0]
      a[1.0] ~ a[1e0] ~ a[] ~ a[true] ~ a. ~ .a ~ a..b ~ a.'b' ~ 1. ~ .5 ~ +1 ~ 1.5.2 ~ 1.x ~ 'a'.length ~ true.x ~ [1,]
      [,1] ~ [1 2] ~ a b ~ a not b ~ not ~ a not not in b ~ and ~ a and ~ or b ~ in [1] ~ a is b ~ lambda: 1 ~ a # note
      a // note ~ /* */ a ~ {a: 1} ~ {} ~ $a ~ @a ~ a\b ~ 'a ~ "a ~ '\x41' ~ '\u12' ~ '\ud800' ~ “a” == 'a' ~ а == 1
      ａ ~ １ ~ {{ a ~ a }} ~ {{ a }} b ~ {{{ a }}} ~ {{ {{ a }} }} ~ {{ a }} and {{ b }} ~ {{ }} ~ 1e999 ~ a == not b
      9007199254740993 ~ (a ~ a) ~ [a ~ a]`;
    const unreadable = ["", "  ", "`a`", "$" + "{a}", "'\n'", "'\u202e'", "a\u200b == 1", "a\u00a0== 1", "a\u0000"];
    const texts = [...readable.trim().split(/ ~ |\n +/), ...unreadable];
    expect(texts).toHaveLength(95);
    for (const text of texts) expect.soft(answer(text, { a: true, b: true }), JSON.stringify(text)).toBe("refused");
  });

  test("chained comparisons", () => {
    for (const text of ["1 < 2 < 3", "1 == 1 == true", "1 in [1] == true", "1 not in [2] in [true]"]) {
      expect.soft(answer(text), text).toBe("refused");
    }
    expect(answer("(1 == 1) == true")).toBe(true);
  });

  test("more than the limits of length, depth and lists, at once", () => {
    const nest = (open: string, inner: string, close: string, times: number) =>
      open.repeat(times) + inner + close.repeat(times);
    expect(answer(`'${"a".repeat(CONDITION_MAX_CHARS - 2)}'`)).toHaveLength(CONDITION_MAX_CHARS - 2);
    expect(answer(`'${"a".repeat(CONDITION_MAX_CHARS - 1)}'`)).toBe("refused");
    for (const [open, inner, close] of [
      ["(", "true", ")"],
      ["not ", "true", ""],
      ["[", "1", "]"],
    ] as const) {
      expect.soft(answer(nest(open, inner, close, CONDITION_MAX_DEPTH)), open).not.toBe("refused");
      expect.soft(answer(nest(open, inner, close, CONDITION_MAX_DEPTH + 1)), open).toBe("refused");
    }
    expect(answer(`[${Array(CONDITION_MAX_LIST).fill("1").join(",")}]`)).toHaveLength(CONDITION_MAX_LIST);
    expect(
      answer(
        `[${Array(CONDITION_MAX_LIST + 1)
          .fill("1")
          .join(",")}]`,
      ),
    ).toBe("refused");
    expect(answer(Array(200).fill("true").join(" and "))).toBe(true);
    expect(answer("((".repeat(1_000_000))).toBe("refused");
  });

  test("a condition that can give neither true nor false", () => {
    for (const text of ["1", "'a'", "null", "[true]", "size(logs)", "(((7)))", "{{ 'x' }}"]) {
      expect.soft(parseCondition(text).ok, text).toBe(false);
    }
    for (const text of ["true", "logs.ok", "has(logs)", "not logs", "[true][0]"]) {
      expect.soft(parseCondition(text).ok, text).toBe(true);
    }
  });

  test("the fault names its place", () => {
    expect(parseCondition("logs.error_count = 3")).toMatchObject({
      ok: false,
      offset: 17,
      message: expect.stringContaining("=="),
    });
    expect(parseCondition("a and {{ b }}")).toMatchObject({ ok: false, offset: 6 });
  });
});

test("a sign may stand apart from its number, and is never a subtraction", () => {
  for (const text of ["- 1 < 0", "-1 < 0", "0 > -\t2", "- 1 in [- 1, 2]", "(- 0.5) < 0", "not - 1 > 0"]) {
    expect.soft(answer(text), text).toBe(true);
  }
  for (const text of ["2 - 1 == 1", "logs.n - 1", "- logs.n", "- - 1", "a[- 1]"]) {
    expect.soft(answer(text), text).toBe("refused");
  }
});

describe("what other languages have there is named with its way out", () => {
  test.each([
    ["a.n <> 5", "write !="],
    ["- a.n < 0", "there is no arithmetic"],
    ["-(a.n) < 0", "there is no arithmetic"],
    ["1 - 2 < 0", "there is no arithmetic"],
    ["a.n + 1 > 2", "there is no arithmetic"],
    ["a.n % 2 == 1", "there is no arithmetic"],
    ["a.n ≥ 5", "write >="],
    ["a.n ≠ 5", "write !="],
    ["a.s == “ok”", 'write a straight "'],
    ["a.s == ‘ok’", "write a straight '"],
    ["a.x is null", "write == or !="],
    ["a.s contains 'o'", "there are no patterns"],
    ["a.s matches 'o.*'", "there are no patterns"],
    ["a.s.startsWith('o')", "the only functions are"],
    ["a.n between 1 and 6", "join them with and"],
    ["a.t AND b.t", "write and"],
    ["a.n > .5", "a number begins with a digit"],
    ["${a.n} > 1", "a path stands alone"],
  ])("%s: %s", (text, way) => {
    const parsed = parseCondition(text);
    expect(parsed).toMatchObject({ ok: false });
    expect(JSON.stringify(parsed)).toContain(JSON.stringify(way).slice(1, -1));
  });
});
