/** PromQL vector selectors (`http_requests_total{code=~"5.."}`): parsed strictly, matched, and written out again. */
import { compilePattern } from "./linear-pattern.js";

const OPERATORS = ["=~", "!~", "!=", "="] as const;
type Operator = (typeof OPERATORS)[number];

interface Matcher {
  label: string;
  operator: Operator;
  value: string;
  fits(value: string): boolean;
}
export interface Selector {
  matchers: Matcher[];
  /** In one spelling, safe to stand within a longer query. */
  text: string;
}
export type Labels = Record<string, string>;
export type ParsedSelector = { ok: true; selector: Selector } | { ok: false; message: string };

export const SELECTOR_MAX_CHARS = 1_000;
const MATCHERS_MAX = 20;
const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const NAME_LABEL = "__name__";

const fail = (message: string): { ok: false; message: string } => ({ ok: false, message });

/** Parses a selector; offsets and durations (`[5m]`, `offset`) are not part of one. */
export function parseSelector(text: string): ParsedSelector {
  if (text.length > SELECTOR_MAX_CHARS) return fail(`it must have at most ${SELECTOR_MAX_CHARS} characters`);
  let rest = text.trim();
  const matchers: Matcher[] = [];
  const metric = METRIC.exec(rest)?.[0];
  if (metric !== undefined) {
    const made = matcher(NAME_LABEL, "=", metric);
    if (!made.ok) return made;
    matchers.push(made.matcher);
    rest = rest.slice(metric.length).trimStart();
  }
  if (rest !== "") {
    const braced = parseBraces(rest);
    if (!braced.ok) return braced;
    if (metric !== undefined && braced.matchers.some(({ label }) => label === NAME_LABEL)) {
      return fail("it names its metric twice");
    }
    matchers.push(...braced.matchers);
  }
  if (matchers.every((one) => one.fits(""))) return fail("it needs a metric's name or a label that must be there");
  return { ok: true, selector: { matchers, text: write(matchers) } };
}

function parseBraces(text: string): { ok: true; matchers: Matcher[] } | { ok: false; message: string } {
  if (!text.startsWith("{")) return fail(`{ must follow the metric's name, got ${JSON.stringify(text.slice(0, 20))}`);
  let rest = text.slice(1).trimStart();
  const matchers: Matcher[] = [];
  while (!rest.startsWith("}")) {
    const one = parseMatcher(rest);
    if (!one.ok) return one;
    const isName = ({ label, operator }: Matcher): boolean => label === NAME_LABEL && operator === "=";
    if (one.isBare && matchers.some(isName)) return fail("it names its metric twice");
    matchers.push(one.matcher);
    if (matchers.length > MATCHERS_MAX) return fail(`it must have at most ${MATCHERS_MAX} matchers`);
    rest = one.rest;
    if (rest.startsWith(",")) rest = rest.slice(1).trimStart();
    else if (!rest.startsWith("}")) return fail(`, or } must follow the value of ${one.matcher.label}`);
  }
  if (rest.slice(1).trim() !== "") return fail(`nothing may follow }, got ${JSON.stringify(rest.slice(1, 21))}`);
  return { ok: true, matchers };
}

type ParsedMatcher = { ok: true; matcher: Matcher; rest: string; isBare: boolean } | { ok: false; message: string };

/** A label's name may stand in quotes; a text in quotes alone is the metric's name, as Prometheus 3 writes it. */
function parseMatcher(text: string): ParsedMatcher {
  const plain = LABEL.exec(text)?.[0];
  const name = plain === undefined ? readString(text) : { value: plain, rest: text.slice(plain.length) };
  if (name === undefined) return fail(`a label's name must stand at ${JSON.stringify(text.slice(0, 20))}`);
  if (name.value === "") return fail("a name must not be empty");
  let rest = name.rest.trimStart();
  const isBare = plain === undefined && /^[,}]/.test(rest);
  if (isBare) {
    const made = matcher(NAME_LABEL, "=", name.value);
    return made.ok ? { ...made, rest, isBare } : made;
  }
  const operator = OPERATORS.find((known) => rest.startsWith(known));
  if (operator === undefined) return fail(`one of = != =~ !~ must follow ${name.value}`);
  const quoted = readString(rest.slice(operator.length).trimStart());
  if (quoted === undefined) return fail(`a text in quotes must follow ${name.value}${operator}`);
  const made = matcher(name.value, operator, quoted.value);
  rest = quoted.rest.trimStart();
  return made.ok ? { ...made, rest, isBare } : made;
}

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t", f: "\f", v: "\v", a: "\x07", b: "\b" };

/** A text in double, single or back quotes at the beginning, and what follows it. */
function readString(text: string): { value: string; rest: string } | undefined {
  const quote = text[0];
  if (quote === "`") {
    const end = text.indexOf("`", 1);
    return end < 0 ? undefined : { value: text.slice(1, end), rest: text.slice(end + 1) };
  }
  if (quote !== '"' && quote !== "'") return undefined;
  let value = "";
  for (let at = 1; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char === quote) return { value, rest: text.slice(at + 1) };
    if (char === "\n") return undefined;
    if (char !== "\\") {
      value += char;
      continue;
    }
    const escaped = text[++at] ?? "";
    const coded = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/.exec(text.slice(at, at + 5));
    if (coded !== null) {
      value += String.fromCharCode(Number.parseInt(coded[1] ?? coded[2] ?? "", 16));
      at += coded[0].length - 1;
    } else if (ESCAPES[escaped] !== undefined) value += ESCAPES[escaped];
    else if (["\\", '"', "'"].includes(escaped)) value += escaped;
    else return undefined;
  }
  return undefined;
}

function matcher(
  label: string,
  operator: Operator,
  value: string,
): { ok: true; matcher: Matcher } | { ok: false; message: string } {
  const made = (fits: (text: string) => boolean) => ({ ok: true as const, matcher: { label, operator, value, fits } });
  if (operator === "=") return made((text) => text === value);
  if (operator === "!=") return made((text) => text !== value);
  const pattern = compilePattern(value);
  if (!pattern.ok) return fail(`the pattern of ${label} cannot be used: ${pattern.message}`);
  return made(operator === "=~" ? pattern.matches : (text) => !pattern.matches(text));
}

function write(matchers: readonly Matcher[]): string {
  const [first, ...others] = matchers;
  const hasName =
    first?.label === NAME_LABEL && first.operator === "=" && METRIC.exec(first.value)?.[0] === first.value;
  const rest = hasName ? others : matchers;
  const inBraces = rest
    .map(({ label, operator, value }) => `${writtenLabel(label)}${operator}${JSON.stringify(value)}`)
    .join(",");
  return `${hasName ? first.value : ""}${inBraces === "" ? "" : `{${inBraces}}`}`;
}

const writtenLabel = (label: string): string => (LABEL.exec(label)?.[0] === label ? label : JSON.stringify(label));

/** Whether a series fits. A label that is absent has the empty value. */
export function fitsSelector(selector: Selector, metric: string, labels: Labels): boolean {
  return selector.matchers.every(({ label, fits }) => {
    if (label === NAME_LABEL) return fits(metric);
    return fits(Object.hasOwn(labels, label) ? (labels[label] ?? "") : "");
  });
}
