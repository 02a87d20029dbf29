/** Vector selectors and their patterns: what parses, what fits, and that no pattern takes long. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePattern } from "../../../../src/activities/connectors/exposition/linear-pattern.js";
import { fitsSelector, parseSelector } from "../../../../src/activities/connectors/exposition/selector.js";

const selected = (text: string, metric: string, labels: Record<string, string> = {}): boolean => {
  const parsed = parseSelector(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return fitsSelector(parsed.selector, metric, labels);
};
const pattern = (source: string): ((text: string) => boolean) => {
  const compiled = compilePattern(source);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.matches;
};

describe("a selector", () => {
  test.each([
    ["up", "up", {}, true],
    ["up", "upper", {}, false],
    ['http_requests_total{code="500"}', "http_requests_total", { code: "500" }, true],
    ['http_requests_total{code="500"}', "http_requests_total", { code: "200" }, false],
    ['x{code!="500"}', "x", {}, true],
    ['x{code=~"5.."}', "x", { code: "503" }, true],
    ['x{code=~"5."}', "x", { code: "503" }, false],
    ['x{code!~"5.."}', "x", { code: "503" }, false],
    ['x{code=~"|5.."}', "x", {}, true],
    ["{__name__=~'a|b', job = 'web' , }", "b", { job: "web" }, true],
    ['x{path="/a\\"b\\\\c\\n"}', "x", { path: '/a"b\\c\n' }, true],
    ["x{path=`a\\d`}", "x", { path: "a\\d" }, true],
    ['x{a="\\u00fc"}', "x", { a: "ü" }, true],
    ['x{constructor=""}', "x", {}, true],
    ['{"a.b"}', "a.b", {}, true],
    ['{"a.b","k8s.pod"=~"c.*", d=""}', "a.b", { "k8s.pod": "cd" }, true],
    ['up{"größe"="1"}', "up", { größe: "2" }, false],
    ['{"my.metric"}', "my.metric", {}, true],
    ['{"my.metric",a="b"}', "my.metric", { a: "c" }, false],
    ['x{"a.b"="c"}', "x", { "a.b": "c" }, true],
    ['x{a="\\U0001f4a1"}', "x", { a: "💡" }, true],
    ['x{a="\\a\\t"}', "x", { a: "\x07\t" }, true],
    ["x{a='\\''}", "x", { a: "'" }, true],
    ['node:cpu:rate5m{job="a"}', "node:cpu:rate5m", { job: "a" }, true],
  ] as const)("%s on %s %o fits: %s", (text, metric, labels, fits) => {
    expect(selected(text, metric, labels)).toBe(fits);
  });

  test.each([
    "",
    "{}",
    '{a=~".*"}',
    '{a!="b"}',
    "up[5m]",
    "up offset 5m",
    "rate(up)",
    "up or down",
    "up{",
    "up{a}",
    "up{a=b}",
    'up{a="b}',
    'up{a="b"} or x',
    'up{a=="b"}',
    'up{__name__="x"}',
    'up{a="\\q"}',
    'up{a=~"("}',
    "up{a='b'}}",
    `up{${Array(25).fill("a='b'").join(",")}}`,
    "a".repeat(2_000),
    '9up{a="b"}',
    'up{"a.b"}',
    '{"a.b","c.d"}',
    '{""="a",b="c"}',
    "up # comment",
    "(up)",
    "-up",
    "up @ 1",
    'up{"a"="b","c"}',
    '{"a","b"}',
    'up{"x"}',
    "42",
    '"up"',
  ])("%s is refused", (text) => {
    expect(parseSelector(text).ok).toBe(false);
  });

  test("is written out again in one spelling that means the same", () => {
    const parsed = parseSelector("x { a = 'it\\'s \"q\"' , b!~`\\d+` }");
    expect(parsed).toMatchObject({ ok: true, selector: { text: 'x{a="it\'s \\"q\\"",b!~"\\\\d+"}' } });
    if (!parsed.ok) return;
    expect(parseSelector(parsed.selector.text)).toMatchObject({ selector: { text: parsed.selector.text } });
  });

  test("names that are no words of PromQL are written in quotes", () => {
    const parsed = parseSelector('{"my.metric", "a.b"=~"c", d="e"}');
    expect(parsed).toMatchObject({ ok: true, selector: { text: '{__name__="my.metric","a.b"=~"c",d="e"}' } });
    if (parsed.ok)
      expect(parseSelector(parsed.selector.text)).toMatchObject({ selector: { text: parsed.selector.text } });
  });

  test("with any label value holds exactly that value, and nothing escapes its quotes", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), (value) => {
        const parsed = parseSelector(`up{a=${JSON.stringify(value)}}`);
        if (!parsed.ok) return /\\u|\\b/.test(JSON.stringify(value));
        const again = parseSelector(parsed.selector.text);
        return (
          again.ok &&
          fitsSelector(again.selector, "up", { a: value }) &&
          !fitsSelector(again.selector, "up", { a: `${value}x` })
        );
      }),
    );
  });
});

describe("a pattern", () => {
  test.each([
    ["abc", "abc", true],
    ["abc", "xabcx", false],
    ["a.c", "abc", true],
    ["a|bc", "bc", true],
    ["(a|b)*c", "ababc", true],
    ["a+", "", false],
    ["a?b", "b", true],
    ["a{2,3}", "aaaa", false],
    ["a{2,}", "aaaa", true],
    ["a{2}", "aa", true],
    ["a{x", "a{x", true],
    ["[a-c0-9_.-]+", "a-1_.", true],
    ["[^a]", "a", false],
    ["[]a]+", "]a", true],
    ["[[:digit:]]+", "12", true],
    ["\\d{3}", "503", true],
    ["\\.\\*", ".*", true],
    ["(?i)ERROR|warn", "WARN", true],
    ["(?i:e)rror", "Error", true],
    ["(?i:e)rror", "ERROR", false],
    ["(?:ab)+?", "abab", true],
    ["(?P<name>x)", "x", true],
    ["^a$", "a", true],
    ["a$b", "a$b", false],
    ["\\x41\\x{42}", "AB", true],
    [".", "💡", true],
    ["", "", true],
    ["a||b", "", true],
    ["\\p{L}+", "größe", true],
    ["(?s).+", "a\nb", true],
    ["a.b", "a\nb", true],
    ["\\Qa.b\\E", "a.b", true],
    ["[\\w-]+", "a-b", true],
    ["\\bfoo\\b", "foo", true],
    ["(?i)straße", "STRASSE", false],
    ["\\x{1F4A1}", "💡", true],
    ["[^\\d]", "x", true],
    ["a\\z", "a", true],
    ["(?U)a+", "aa", true],
    ["()*", "", true],
  ])("%s on %j: %s", (source, text, fits) => {
    expect(pattern(source)(text)).toBe(fits);
  });

  test.each([
    "(",
    ")",
    "a**",
    "*a",
    "[a",
    "[b-a]",
    "a{3,2}",
    "a{1001}",
    "\\1",
    "(?=a)",
    "(?<!a)",
    "\\p{Nope}",
    "a\\Z",
    "(?>a)",
    "\\C",
    "a\\",
    "(?x)a",
    "[[:nope:]]",
  ])("%s is refused", (source) => {
    expect(compilePattern(source).ok).toBe(false);
  });

  test.each([
    "((a{1000}){1000}){1000}",
    "((()*){1000}){1000}",
    `${"(".repeat(1_500)}a${")".repeat(1_500)}`,
    "(a{100}){100}",
    "(?:(?:x{1,30}){1,30}){1,30}",
    "(()){1000}{1000}",
    "((){1000}){1000}",
  ])("%s is refused before it takes long", (source) => {
    expect(compilePattern(source).ok).toBe(false);
  });

  test.each(["(a+)+", "(a|a)*", "(a*)*b", "a*a*a*a*a*a*a*b", "(.*)(.*)(.*)(.*)x"])(
    "%s, which hangs a backtracking engine, answers on a long text",
    (source) => {
      expect(pattern(source)(`${"a".repeat(5_000)}!`)).toBe(false);
    },
  );

  test("agrees with JavaScript's engine where both speak the same syntax", () => {
    const atom = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "\\d", "(a|b)", "(?:ab)", "(a*)");
    const quantified = fc.tuple(atom, fc.constantFrom("", "*", "+", "?", "{2}", "{1,2}", "{0,}"));
    const source = fc
      .array(quantified, { minLength: 1, maxLength: 4 })
      .map((parts) => parts.map((part) => part.join("")).join(""));
    const text = fc.string({ unit: fc.constantFrom("a", "b", "1"), maxLength: 8 });
    fc.assert(
      fc.property(source, fc.option(source), text, (one, other, subject) => {
        const whole = other === null ? one : `${one}|${other}`;
        return pattern(whole)(subject) === new RegExp(`^(?:${whole})$`, "s").test(subject);
      }),
    );
  });
});
