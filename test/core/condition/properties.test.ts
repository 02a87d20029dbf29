import fc from "fast-check";
import { expect, test } from "vitest";
import { type Expression, evaluate, evaluateCondition, parseExpression } from "../../../src/core/condition.js";
import type { Json } from "../../../src/schema/json.js";

const OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "in", "not in"] as const;
const name = fc.constantFrom("logs", "fetch-metrics", "2nd", "size", "has", "a_b", "-");
const key = fc.oneof(fc.constantFrom("ok", "count", "in", "not", "x-y", "p99.ms", "", "ключ"), fc.nat({ max: 3 }));
const scalar = fc.oneof(
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
  fc.string({ unit: "binary" }),
);

const { expression } = fc.letrec<{ expression: Expression; operand: Expression }>((tie) => ({
  operand: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar.map((value): Expression => ({ kind: "value", value })),
    fc.tuple(name, fc.array(key, { maxLength: 3 })).map(([root, keys]) => pathOf(root, keys)),
    fc.array(tie("expression"), { maxLength: 3 }).map((items): Expression => ({ kind: "list", items })),
    tie("expression").map((of): Expression => ({ kind: "size", of })),
    fc
      .tuple(name, fc.array(key, { maxLength: 3 }))
      .map(([root, keys]): Expression => ({ kind: "has", of: pathOf(root, keys) })),
  ),
  expression: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    tie("operand"),
    tie("expression").map((of): Expression => ({ kind: "not", of })),
    fc
      .tuple(
        fc.constantFrom("and" as const, "or" as const),
        fc.array(tie("expression"), { minLength: 2, maxLength: 3 }),
      )
      .map(([kind, items]): Expression => ({ kind, items })),
    fc
      .tuple(fc.constantFrom(...OPERATORS), tie("operand"), tie("operand"))
      .map(([operator, left, right]): Expression => ({ kind: "compare", operator, left, right })),
  ),
}));

function pathOf(root: string, keys: Array<string | number>): Expression {
  const of: Expression = { kind: "name", name: root };
  return keys.length === 0 ? of : { kind: "path", of, keys };
}

/** Writes an expression with all its parentheses. */
function print(part: Expression): string {
  switch (part.kind) {
    case "value":
      return typeof part.value === "string" ? quote(part.value) : Object.is(part.value, -0) ? "-0" : String(part.value);
    case "name":
      return part.name;
    case "list":
      return `[${part.items.map(print).join(", ")}]`;
    case "path":
      return (
        print(part.of) + part.keys.map((step) => (typeof step === "number" ? `[${step}]` : `[${quote(step)}]`)).join("")
      );
    case "size":
    case "has":
      return `${part.kind}(${print(part.of)})`;
    case "not":
      return `not (${print(part.of)})`;
    case "and":
    case "or":
      return part.items.map((item) => `(${print(item)})`).join(` ${part.kind} `);
    case "compare":
      return `(${print(part.left)}) ${part.operator} (${print(part.right)})`;
  }
}

function quote(text: string): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return `'${text.replace(/[^ !#-&(-[\]-~]/g, escaped)}'`;
}

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
const outputs = fc.dictionary(name, json, { maxKeys: 4 });

test("an expression that is written out and read again is the same", () => {
  fc.assert(
    fc.property(expression, (written) => {
      const read = parseExpression(print(written));
      // Only the bound on length and depth may refuse it.
      if (read.ok) expect(read.expression).toStrictEqual(written);
      else expect(read.message).toMatch(/at most|levels deep/);
    }),
  );
});

test("no text makes the reader or the evaluation throw", () => {
  const token = fc.constantFrom(
    "a",
    "1",
    "-",
    ".",
    "[",
    "]",
    "(",
    ")",
    "{{",
    "}}",
    "'",
    '"',
    "\\",
    "u",
    "not ",
    " in ",
    " and ",
    "==",
    ",",
    "__proto__",
    "\u{1F600}",
    "\ud800",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(token, { maxLength: 30 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, outputs, (written, given) => {
      const result = evaluateCondition(written, given);
      expect(typeof result.ok).toBe("boolean");
    }),
  );
});

test("the same expression and outputs give the same answer, and the outputs stay as they were", () => {
  fc.assert(
    fc.property(expression, outputs, (part, given) => {
      const before = JSON.stringify(given);
      expect(evaluate(part, given)).toStrictEqual(evaluate(part, structuredClone(given)));
      expect(JSON.stringify(given)).toBe(before);
    }),
  );
});

test("an answer is true or false or an error, and not turns it round", () => {
  fc.assert(
    fc.property(expression, outputs, (part, given) => {
      const plain = evaluate(part, given);
      const turned = evaluate({ kind: "not", of: part }, given);
      if (plain.ok && typeof plain.value === "boolean") expect(turned).toStrictEqual({ ok: true, value: !plain.value });
      else expect(turned.ok).toBe(false);
    }),
  );
});

test("and and or stop at the first answer, and what follows is not looked at", () => {
  fc.assert(
    fc.property(expression, outputs, fc.boolean(), (part, given, first) => {
      const kind = first ? "or" : "and";
      const chain: Expression = { kind, items: [{ kind: "value", value: first }, part] };
      expect(evaluate(chain, given)).toStrictEqual({ ok: true, value: first });
    }),
  );
});

test("and of one pair is or of the opposites", () => {
  fc.assert(
    fc.property(expression, expression, outputs, (left, right, given) => {
      const both = evaluate({ kind: "and", items: [left, right] }, given);
      const not = (of: Expression): Expression => ({ kind: "not", of });
      const neither = evaluate(not({ kind: "or", items: [not(left), not(right)] }), given);
      expect(neither.ok).toBe(both.ok);
      if (neither.ok && both.ok) expect(neither.value).toBe(both.value);
    }),
  );
});

test("nothing is ever read from a prototype", () => {
  fc.assert(
    fc.property(expression, outputs, (part, given) => {
      const inherited = Object.create(
        { logs: { ok: true }, size: { ok: true } },
        Object.getOwnPropertyDescriptors(given),
      );
      expect(evaluate(part, inherited)).toStrictEqual(evaluate(part, given));
    }),
  );
});
