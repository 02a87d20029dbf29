/** Whether a text has the shape of a PromQL query: no full parser, but text in another language is told at the check. */

/** Words that stand between two operands, or before one. */
const WORDS = new Set([
  "and",
  "or",
  "unless",
  "atan2",
  "bool",
  "offset",
  "by",
  "without",
  "on",
  "ignoring",
  "group_left",
  "group_right",
  "start",
  "end",
]);

const TOKENS: ReadonlyArray<readonly [Kind, RegExp]> = [
  ["space", /(?:\s+|#[^\n]*)+/y],
  ["text", /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/y],
  ["number", /(?:0[xX][0-9a-fA-F]+|(?:\d+(?:ms|[smhdwy]))+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![a-zA-Z0-9_])/y],
  ["name", /[a-zA-Z_][a-zA-Z0-9_:.]*/y],
  ["compare", /==|!=|>=|<=|>|</y],
  ["match", /=~|!~|=/y],
  // Line filters are LogQL's, which servers behind a Prometheus interface may take as well.
  ["operator", /\|[~=]|[-+*/%^@,:]/y],
  ["open", /[([{]/y],
  ["close", /[)\]}]/y],
];
type Kind = "space" | "text" | "number" | "name" | "compare" | "match" | "operator" | "open" | "close";
interface Token {
  kind: Kind;
  text: string;
  /** Of a bracket: it holds the labels of a word such as `by`, so that an operand may follow. */
  ofWord?: boolean;
}

const PAIRS: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** What is wrong with the text, in words; undefined where it may be a query. */
export function promqlFault(query: string): string | undefined {
  const tokens = tokensOf(query);
  if (typeof tokens === "string") return tokens;
  const open: Token[] = [];
  let before: Token | undefined;
  for (const token of tokens) {
    if (before !== undefined && endsOperand(before) && startsOperand(token, before)) {
      return `an operator must stand between ${shown(before)} and ${shown(token)}`;
    }
    // Label matchers stand in braces; anywhere else one = sets something.
    if (token.kind === "match" && open[open.length - 1]?.text !== "{") return `${shown(token)} stands outside of { }`;
    if (token.kind === "open") open.push({ ...token, ofWord: before !== undefined && isWord(before) });
    if (token.kind === "close") {
      const opened = open.pop();
      if (opened?.text !== PAIRS[token.text]) return `${shown(token)} closes nothing`;
      token.ofWord = opened?.ofWord;
    }
    before = token;
  }
  const left = open[open.length - 1];
  if (left !== undefined) return `${shown(left)} is not closed`;
  return tokens.length === 0 ? "it is empty" : undefined;
}

function tokensOf(query: string): Token[] | string {
  const tokens: Token[] = [];
  for (let offset = 0; offset < query.length; ) {
    const found = tokenAt(query, offset);
    if (found === undefined) return `${JSON.stringify(query.slice(offset, offset + 20))} cannot stand in a query`;
    if (found.kind !== "space") tokens.push(found);
    offset += found.text.length;
  }
  return tokens;
}

function tokenAt(query: string, offset: number): Token | undefined {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = offset;
    const text = pattern.exec(query)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return undefined;
}

const isWord = ({ kind, text }: Token): boolean => kind === "name" && WORDS.has(text.toLowerCase());

function endsOperand(token: Token): boolean {
  if (token.ofWord === true) return false;
  return ["text", "number", "close"].includes(token.kind) || (token.kind === "name" && !isWord(token));
}

function startsOperand(token: Token, before: Token): boolean {
  if (token.kind === "text" || token.kind === "number") return true;
  if (token.kind === "name") return !isWord(token);
  // A name may be called or selected from, and `sum by (a) (b)` has two brackets in a row.
  return token.kind === "open" && ["text", "number"].includes(before.kind);
}

const shown = ({ text }: Token): string => JSON.stringify(text.slice(0, 20));
