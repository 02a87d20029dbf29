import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkTemplates,
  holdsTemplate,
  isWholeTemplate,
  render,
  templatesIn,
} from "../../../src/core/condition/template.js";
import type { Json } from "../../../src/schema/json.js";
import { PARAMS_MAX_BYTES, RENDERED_MAX_CHARS, TEMPLATES_MAX_PER_STRING } from "../../../src/vocabulary/limits.js";

const OUTPUTS: Record<string, Json> = {
  logs: { total: 3, ok: true, none: null, services: ["shop"], text: "{{ logs.total }}", long: "x".repeat(20_000) },
  "fetch-deploys": { previous: { version: "1.4.2" } },
};

const rendered = (value: Json) => render(value, OUTPUTS);

describe("what a template gives", () => {
  test("a string that is one template keeps the value's type", () => {
    for (const [text, value] of [
      ["{{ logs.total }}", 3],
      ["{{logs.ok}}", true],
      ["{{ logs.none }}", null],
      ["{{ logs.services }}", ["shop"]],
      ["{{ logs.total > 2 and has(logs.ok) }}", true],
      ["{{ '}}' }}", "}}"],
    ] as const) {
      expect.soft(rendered(text), text).toStrictEqual({ ok: true, value });
    }
  });

  test("inside other text it gives text, a number or true or false", () => {
    const value = "v{{ fetch-deploys.previous.version }}: {{ logs.total }}{{ logs.ok }} }}";
    expect(rendered(value)).toStrictEqual({ ok: true, value: "v1.4.2: 3true }}" });
    expect(rendered(" {{ logs.total }}")).toStrictEqual({ ok: true, value: " 3" });
  });

  test("a list, a mapping or null inside other text is a problem", () => {
    for (const path of ["logs.services", "logs.none", "logs"]) {
      expect.soft(rendered({ a: [`is {{ ${path} }}`] }), path).toMatchObject({
        ok: false,
        problems: [{ code: "template-failed", at: "params.a[0]" }],
      });
    }
  });

  test("what was put in is never read again", () => {
    expect(rendered("{{ logs.text }}")).toStrictEqual({ ok: true, value: "{{ logs.total }}" });
    expect(rendered("is {{ logs.text }}")).toStrictEqual({ ok: true, value: "is {{ logs.total }}" });
    expect(rendered("{{ '{' }}{{ '{ logs.total }}' }}")).toStrictEqual({ ok: true, value: "{{ logs.total }}" });
  });

  test("keys are never templates, and values without one come back as they are", () => {
    expect(rendered({ "{{ nope }}": "{{ logs.total }}" })).toStrictEqual({ ok: true, value: { "{{ nope }}": 3 } });
    const plain: Json = { query: 'rate(x{job="a"}[5m])', json: '{"a":{"b":1}}', "{{ key }}": [1, null] };
    const result = rendered(plain);
    expect(result.ok && result.value).toBe(plain);
  });

  test("two braces can be written as they are", () => {
    expect(rendered('{{ "{{" }} $labels.pod }}')).toStrictEqual({ ok: true, value: "{{ $labels.pod }}" });
  });

  test("a key named __proto__ stays a key", () => {
    const result = rendered(JSON.parse('{"__proto__": {"admin": true}, "a": "{{ logs.total }}"}'));
    expect(result.ok && JSON.stringify(result.value)).toBe('{"__proto__":{"admin":true},"a":3}');
    expect(result.ok && (result.value as { admin?: unknown }).admin).toBeUndefined();
  });
});

describe("what is a problem", () => {
  test("every problem is told, each with its path", () => {
    const params = { a: "{{ nope.x }}", b: [{ c: "{{ logs.nope }}" }, "{{ 1 + }}"], d: "{{ logs.total }}" };
    expect(render(params, OUTPUTS, "nodes[2].params")).toMatchObject({
      ok: false,
      problems: [
        { code: "template-failed", at: "nodes[2].params.a", message: expect.stringContaining("nope does not exist") },
        { code: "template-failed", at: "nodes[2].params.b[0].c" },
        { code: "template-invalid", at: "nodes[2].params.b[1]" },
      ],
    });
  });

  test("braces that never close, empty ones, statements and filters", () => {
    for (const text of [
      "{{",
      "a {{ b",
      "{{ 'a }}",
      "{{ }}",
      "{{{ a }}}",
      "{{ a | upper }}",
      "{{ {{ a }} }}",
      "{{ a.constructor }}",
    ]) {
      expect
        .soft(checkTemplates({ text }, "params").problems, text)
        .toMatchObject([{ code: "template-invalid", at: "params.text" }]);
      expect.soft(rendered(text).ok, text).toBe(false);
    }
  });

  test("more templates, characters or bytes than the limits", () => {
    expect(rendered("{{ 1 }}".repeat(TEMPLATES_MAX_PER_STRING)).ok).toBe(true);
    expect(rendered("{{ 1 }}".repeat(TEMPLATES_MAX_PER_STRING + 1)).ok).toBe(false);
    expect(rendered(`${"x".repeat(RENDERED_MAX_CHARS - 1)}{{ 1 }}`).ok).toBe(true);
    expect(rendered(`${"x".repeat(RENDERED_MAX_CHARS)}{{ 1 }}`).ok).toBe(false);
    expect(rendered(Array(3).fill("{{ logs.long }}")).ok).toBe(true);
    expect(rendered(Array(4).fill("{{ logs.long }}"))).toMatchObject({
      ok: false,
      problems: [{ code: "template-failed" }],
    });
    const text = (count: number) => render("{{ a }}", { a: "é".repeat(count) }).ok;
    expect(text(PARAMS_MAX_BYTES / 2 - 1)).toBe(true);
    expect(text(PARAMS_MAX_BYTES / 2)).toBe(false);
    let deep: Json = "{{ 1 }}";
    for (let level = 0; level < 40; level++) deep = [deep];
    expect(rendered(deep)).toMatchObject({ ok: false, problems: [{ code: "template-failed" }] });
  });
});

test("the check names the nodes that templates refer to, by the path of their string", () => {
  const params = {
    a: "{{ logs.total }} of {{ has(deploys.x) or logs.ok }}",
    b: [{ c: "{{ 'text' }}" }, "plain"],
    d: "{{ x-1 }}",
  };
  expect(checkTemplates(params, "params")).toStrictEqual({
    problems: [],
    references: [
      { at: "params.a", names: ["logs", "deploys"] },
      { at: "params.d", names: ["x-1"] },
    ],
  });
  expect(templatesIn(params, "params").map(({ at }) => at)).toStrictEqual([
    "params.a",
    "params.a",
    "params.b[0].c",
    "params.d",
  ]);
});

test("a whole template is told from text that holds one", () => {
  expect(["{{ a }}", "{{ '}}' }}"].map(isWholeTemplate)).toStrictEqual([true, true]);
  expect(["{{ a }} ", "{{ a }}{{ b }}", "x{{ a }}", "{{ a", "a }}", "{{ ( }}"].map(isWholeTemplate)).not.toContain(
    true,
  );
  expect(holdsTemplate({ a: [1, { b: "x {{" }] })).toBe(true);
  expect(holdsTemplate({ "{{ a }}": ["}}"] })).toBe(false);
});

describe("for any value", () => {
  const braces = fc.constantFrom("{{", "}}", "{{ a }}", "{{ b.c }}", "'", '"', "x", " ", "\ud800", "{{ size(a) }}");
  const text = fc.oneof(
    fc.string(),
    fc.array(braces, { maxLength: 8 }).map((parts) => parts.join("")),
  );
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      text,
      fc.constantFrom<Json[]>(1, true, null),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(text, tie("value"), { maxKeys: 4 }),
    ),
  }));
  const outputs = fc.record({ a: value, b: fc.record({ c: value }) });

  test("rendering does not throw, changes no input, and gives the same again", () => {
    fc.assert(
      fc.property(value, outputs, (params, given) => {
        const before = JSON.stringify([params, given]);
        expect(render(params, given)).toStrictEqual(render(params, given));
        expect(JSON.stringify([params, given])).toBe(before);
      }),
    );
  });

  test("hostile data arrives letter for letter, whole or inside other text", () => {
    fc.assert(
      fc.property(text, (hostile) => {
        const given = { a: hostile };
        expect(render("{{ a }}", given)).toStrictEqual({ ok: true, value: hostile });
        expect(render("<{{ a }}>", given)).toStrictEqual({ ok: true, value: `<${hostile}>` });
      }),
    );
  });

  test("what the check refuses does not render", () => {
    fc.assert(
      fc.property(value, outputs, (params, given) => {
        const { problems } = checkTemplates(params, "params");
        if (problems.length > 0) expect(render(params, given).ok).toBe(false);
      }),
    );
  });
});
