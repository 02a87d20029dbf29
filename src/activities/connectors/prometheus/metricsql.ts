/**
 * Whether a text is a query of MetricsQL or of Prometheus 2, which know functions and operators that Prometheus 3 does not.
 * It knows the shape of a query and the names of functions; whether the server takes it, the server says.
 */
import { WIDER_FUNCTIONS } from "./wider-functions.js";

interface Token {
  kind: "word" | "number" | "string" | "sign";
  text: string;
  at: number;
}
/** `offset` is where the fault is. */
export interface QueryFault {
  offset: number;
}

const TOKENS = [
  /(?<blank>(?:\s+|#[^\n]*)+)/y,
  /(?<number>\d+(?:[hms]|ms|[dwyi])(?:\d+(?:\.\d+)?(?:ms|[hmsdwyi])){0,6}(?![\w.])|0x[\da-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?:[KMGT]i?B?|ms|[smhdwyi])?(?![\w.]))/y,
  /(?<word>[\p{L}_:](?:[\p{L}\d_:.]|\\.)*)/uy,
  /(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)/y,
  /(?<sign>=~|!~|!=|==|>=|<=|[-+*/%^(){}[\],=<>@:])/y,
];
const OPERATORS = ["+", "-", "*", "/", "%", "^", "==", "!=", ">", "<", ">=", "<="];
const WORD_OPERATORS = ["and", "or", "unless", "if", "ifnot", "default", "atan2"];
const GROUPINGS = ["by", "without"];
const KEYWORDS = [...WORD_OPERATORS, ...GROUPINGS, "on", "ignoring", "group_left", "group_right", "bool", "offset"];
const DEPTH_MAX = 100;

class Misread extends Error {
  constructor(readonly offset: number) {
    super("misread");
  }
}

/** Where the text stops being a query; undefined where it is one. */
export function widerFault(query: string): QueryFault | undefined {
  try {
    const reader = new Reader(tokensOf(query), query.length);
    reader.expression(new Set(), 0);
    reader.end();
    return undefined;
  } catch (error) {
    if (error instanceof Misread) return { offset: error.offset };
    throw error;
  }
}

function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < query.length; ) {
    const found = TOKENS.map((pattern) => {
      pattern.lastIndex = at;
      return pattern.exec(query);
    }).find((match) => match !== null);
    if (found === undefined) throw new Misread(at);
    const [kind, text] = Object.entries(found.groups ?? {})[0] ?? ["blank", ""];
    if (kind !== "blank") tokens.push({ kind: kind as Token["kind"], text, at });
    at += found[0].length;
  }
  return tokens;
}

class Reader {
  #at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly length: number,
  ) {}

  /** Binary operators bind differently; for whether it is a query that does not matter. */
  expression(templates: ReadonlySet<string>, depth: number): void {
    if (depth > DEPTH_MAX) this.#fail();
    for (;;) {
      while (this.#takes("+") || this.#takes("-"));
      this.#operand(templates, depth);
      if (!this.#operator()) return;
    }
  }

  end(): void {
    if (this.#at < this.tokens.length) this.#fail();
  }

  #operand(templates: ReadonlySet<string>, depth: number): void {
    const token = this.tokens[this.#at];
    if (token === undefined) return this.#fail();
    if (token.kind === "number" || token.kind === "string") this.#at++;
    else if (token.text === "(") this.#list("(", ")", () => this.expression(templates, depth + 1), true);
    else if (token.text === "{") this.#matchers(templates);
    else if (token.kind === "word") this.#named(token, templates, depth);
    else this.#fail();
    this.#suffixes(templates, depth);
  }

  #named({ text }: Token, templates: ReadonlySet<string>, depth: number): void {
    const name = text.toLowerCase();
    const next = this.tokens[this.#at + 1]?.text ?? "";
    if (name === "with" && next === "(") return this.#with(templates, depth);
    if (next === "(" || GROUPINGS.includes(next.toLowerCase())) return this.#call(name, text, templates, depth);
    if (KEYWORDS.includes(name)) this.#fail();
    this.#at++;
    if (this.#sees("{")) this.#matchers(templates);
  }

  #call(name: string, text: string, templates: ReadonlySet<string>, depth: number): void {
    if (!WIDER_FUNCTIONS.has(name) && !templates.has(text)) this.#fail();
    this.#at++;
    this.#grouping();
    this.#list("(", ")", () => this.expression(templates, depth + 1), true);
    this.#grouping();
    if (this.#takesWord("limit")) this.#kind("number");
  }

  /** `WITH (name = expression, name(param) = expression) expression`. */
  #with(templates: ReadonlySet<string>, depth: number): void {
    this.#at++;
    const known = new Set(templates);
    this.#list("(", ")", () => {
      const name = this.#kind("word");
      const inner = new Set(known);
      if (this.#sees("(")) this.#list("(", ")", () => inner.add(this.#kind("word")), true);
      this.#expect("=");
      this.expression(inner, depth + 1);
      known.add(name);
    });
    this.expression(known, depth + 1);
  }

  #matchers(templates: ReadonlySet<string>): void {
    this.#expect("{");
    while (!this.#takes("}")) {
      const token = this.tokens[this.#at];
      if (token?.kind !== "word" && token?.kind !== "string") this.#fail();
      this.#at++;
      if (["=", "!=", "=~", "!~"].some((sign) => this.#takes(sign))) this.#textOf(templates);
      else if (token?.kind === "word" && !templates.has(token.text)) this.#fail();
      if (!this.#takes(",") && !this.#takesWord("or") && !this.#sees("}")) this.#fail();
    }
  }

  /** A text, or texts and templates that are put together. */
  #textOf(templates: ReadonlySet<string>): void {
    do {
      const token = this.tokens[this.#at];
      if (token?.kind !== "string" && !(token?.kind === "word" && templates.has(token.text))) this.#fail();
      this.#at++;
    } while (this.#takes("+"));
  }

  /** `[5m:1m]`, `offset -5m`, `@ end()`, `keep_metric_names`, in any order. */
  #suffixes(templates: ReadonlySet<string>, depth: number): void {
    for (;;) {
      if (this.#takes("[")) {
        this.#duration();
        if (this.#takes(":")) this.#duration();
        this.#expect("]");
      } else if (this.#takesWord("offset")) {
        this.#takes("-");
        this.#kind("number");
      } else if (this.#takes("@")) {
        this.#takes("-");
        this.#operand(templates, depth + 1);
      } else if (!this.#takesWord("keep_metric_names")) return;
    }
  }

  #duration(): void {
    this.#takes("-");
    if (this.tokens[this.#at]?.kind === "number") this.#at++;
  }

  #operator(): boolean {
    const token = this.tokens[this.#at];
    const isOperator = token?.kind === "sign" && OPERATORS.includes(token.text);
    const isWord = token?.kind === "word" && WORD_OPERATORS.includes(token.text.toLowerCase());
    if (!isOperator && !isWord) return false;
    this.#at++;
    this.#takesWord("bool");
    if (this.#takesWord("on") || this.#takesWord("ignoring")) this.#labels();
    if (this.#takesWord("group_left") || this.#takesWord("group_right")) {
      if (this.#sees("(")) this.#labels();
      if (this.#takesWord("prefix")) this.#kind("string");
    }
    return true;
  }

  #grouping(): void {
    if (GROUPINGS.some((word) => this.#takesWord(word))) this.#labels();
  }

  #labels(): void {
    this.#list(
      "(",
      ")",
      () => (this.#takes("*") ? "*" : this.#sees('"', true) ? this.#kind("string") : this.#kind("word")),
      true,
    );
  }

  /** Items with commas between, and one behind the last at most. */
  #list(open: string, close: string, item: () => unknown, mayBeEmpty = false): void {
    this.#expect(open);
    if (mayBeEmpty && this.#takes(close)) return;
    do item();
    while (this.#takes(",") && !this.#sees(close));
    this.#expect(close);
  }

  #sees(text: string, isBeginning = false): boolean {
    const token = this.tokens[this.#at]?.text;
    return isBeginning ? token?.startsWith(text) === true : token === text;
  }

  #takes(sign: string): boolean {
    if (!this.#sees(sign)) return false;
    this.#at++;
    return true;
  }

  #takesWord(word: string): boolean {
    const token = this.tokens[this.#at];
    if (token?.kind !== "word" || token.text.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#takes(sign)) this.#fail();
  }

  #kind(kind: Token["kind"]): string {
    const token = this.tokens[this.#at];
    if (token?.kind !== kind) this.#fail();
    this.#at++;
    return token?.text ?? "";
  }

  #fail(): never {
    throw new Misread(this.tokens[this.#at]?.at ?? this.length);
  }
}
