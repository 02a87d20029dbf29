/** PromQL vector selectors (`http_requests_total{code=~"5.."}`): parsed strictly, matched, and written out again. */
import { promqlTree, type SyntaxNode } from "../prometheus/promql.js";
import { compilePattern } from "./linear-pattern.js";

type Operator = "=~" | "!~" | "!=" | "=";

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
const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const NAME_LABEL = "__name__";

const fail = (message: string): { ok: false; message: string } => ({ ok: false, message });

/** Parses a selector by Prometheus's own grammar; offsets and durations (`[5m]`, `offset`) are not part of one. */
export function parseSelector(text: string): ParsedSelector {
  if (text.length > SELECTOR_MAX_CHARS) return fail(`it must have at most ${SELECTOR_MAX_CHARS} characters`);
  const tree = promqlTree(text);
  if (!tree.ok) return tree;
  const node = tree.top.firstChild;
  if (node?.name !== "VectorSelector" || node.nextSibling !== null) {
    return fail('it must be one selector and nothing else, such as up{job="web"}');
  }
  const names = node.getChildren("Identifier").map(({ from, to }) => text.slice(from, to));
  const matchers: Matcher[] = [];
  for (const one of childrenOf(node.getChild("LabelMatchers"))) {
    const literal = one.name === "QuotedLabelName" ? undefined : one.getChild("StringLiteral");
    if (literal === undefined) names.push(stringIn(one, text) ?? "");
    if (literal === undefined || literal === null) continue;
    const quoted = one.getChild("QuotedLabelName");
    const plain = one.getChild("LabelName");
    const label = quoted === null ? text.slice(plain?.from, plain?.to) : stringIn(quoted, text);
    const value = stringIn(literal, text);
    if (label === "") return fail("a name must not be empty");
    if (label === undefined || value === undefined)
      return fail(`the text of ${label ?? "a name"} has an escape that is not known`);
    const operator = one.getChild("MatchOp");
    const made = matcher(label, text.slice(operator?.from, operator?.to) as Operator, value);
    if (!made.ok) return made;
    matchers.push(made.matcher);
  }
  if (matchers.length > MATCHERS_MAX) return fail(`it must have at most ${MATCHERS_MAX} matchers`);
  const [name, ...more] = names;
  if (name === "") return fail("a name must not be empty");
  if (more.length > 0 || (name !== undefined && matchers.some(({ label }) => label === NAME_LABEL))) {
    return fail("it names its metric twice");
  }
  if (name !== undefined)
    matchers.unshift({ label: NAME_LABEL, operator: "=", value: name, fits: (one) => one === name });
  if (matchers.every((one) => one.fits(""))) return fail("it needs a metric's name or a label that must be there");
  return { ok: true, selector: { matchers, text: write(matchers) } };
}

function childrenOf(node: SyntaxNode | null): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let one = node?.firstChild ?? null; one !== null; one = one.nextSibling) children.push(one);
  return children.filter(({ name }) => name.includes("Label"));
}

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t", f: "\f", v: "\v", a: "\x07", b: "\b" };
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs;

/** What a text in quotes says; undefined where it has an escape that Prometheus does not know. */
function stringIn({ from, to }: SyntaxNode, text: string): string | undefined {
  const inner = text.slice(from + 1, to - 1);
  if (text[from] === "`") return inner;
  let isKnown = true;
  const value = inner.replace(ESCAPE, (_, byte?: string, short?: string, long?: string, char = "") => {
    const code = Number.parseInt(byte ?? short ?? long ?? "", 16);
    if (code <= 0x10ffff) return String.fromCodePoint(code);
    const meant = ESCAPES[char] ?? (["\\", '"', "'"].includes(char) ? char : undefined);
    if (meant === undefined) isKnown = false;
    return meant ?? "";
  });
  return isKnown ? value : undefined;
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

/** A name in quotes is written as a label: servers before Prometheus 3 read that, too. */
function write(matchers: readonly Matcher[]): string {
  const [first, ...others] = matchers;
  const hasName = first?.label === NAME_LABEL && first.operator === "=" && METRIC.test(first.value);
  const parts = (hasName ? others : matchers).map(
    ({ label, operator, value }) =>
      `${LABEL.test(label) ? label : JSON.stringify(label)}${operator}${JSON.stringify(value)}`,
  );
  return `${hasName ? first.value : ""}${parts.length === 0 ? "" : `{${parts.join(",")}}`}`;
}

/** Whether a series fits. A label that is absent has the empty value. */
export function fitsSelector(selector: Selector, metric: string, labels: Labels): boolean {
  return selector.matchers.every(({ label, fits }) => {
    if (label === NAME_LABEL) return fits(metric);
    return fits(Object.hasOwn(labels, label) ? (labels[label] ?? "") : "");
  });
}
