/**
 * Tokens → expression, by recursive descent of bounded depth:
 *   or: and ("or" and)* · and: not ("and" not)* · not: "not" not | comparison
 *   comparison: operand (operator operand)? · operand: primary (".name" | ["key"] | [0])*
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { CONDITION_MAX_DEPTH, CONDITION_MAX_LIST } from "../../vocabulary/limits.js";
import type { Comparison, Expression } from "./expression.js";
import type { Fault, Token } from "./lexer.js";

export type ParsedExpression = { ok: true; expression: Expression } | Fault;

const KEYWORDS: ReadonlySet<string> = new Set(["and", "or", "not", "in", "true", "false", "null"]);
const LITERALS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };
const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);
/** Names by which JavaScript code climbs out of data; no output needs them. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

type Maybe = Expression | undefined;

const NO_ARITHMETIC = "there is no arithmetic";
const NO_PATTERNS = "there are no patterns and no parts of texts, compare with == or with in [ … ]";
/** Words of other languages of conditions. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  is: "write == or !=",
  between: "write both bounds and join them with and",
  ...{ contains: NO_PATTERNS, matches: NO_PATTERNS, like: NO_PATTERNS, startswith: NO_PATTERNS, endswith: NO_PATTERNS },
  ...{ AND: "write and", OR: "write or", IN: "write in", if: "there is no choice", else: "there is no choice" },
};

/** Each reading method returns undefined once a fault is noted; the first fault is the one that is told. */
class Parser {
  private position = 0;
  private depth = 0;
  private fault: Fault | undefined;

  constructor(private readonly tokens: readonly Token[]) {}

  parse(): ParsedExpression {
    const expression = this.atEnd() ? this.refuse("there is nothing here") : this.or();
    if (expression !== undefined && !this.atEnd()) this.refuseCurrent();
    if (expression !== undefined && this.fault === undefined) return { ok: true, expression };
    return this.fault ?? { ok: false, message: "it cannot be read", offset: 0 };
  }

  private atEnd(): boolean {
    return this.current.kind === "end";
  }

  private get current(): Token {
    return this.tokens[this.position] ?? { kind: "end", offset: 0 };
  }

  private refuse(message: string, offset = this.current.offset): undefined {
    this.fault ??= { ok: false, message, offset };
    return undefined;
  }

  private refuseCurrent(): undefined {
    const token = this.current;
    if (token.kind === "end") return this.refuse("something is missing at the end");
    const shown = token.kind === "name" || token.kind === "symbol" ? token.text.slice(0, 40) : `this ${token.kind}`;
    const way = this.wayOut(token);
    return this.refuse(`${shown} does not fit here${way === undefined ? "" : `: ${way}`}`);
  }

  /** What to write where another language would have this. */
  private wayOut(token: Token): string | undefined {
    const before = this.tokens[this.position - 1];
    if (before?.kind === "name" && before.text === "-") return NO_ARITHMETIC;
    if (token.kind === "name") return Object.hasOwn(OTHER_WORDS, token.text) ? OTHER_WORDS[token.text] : undefined;
    if (token.kind === "number") return NO_ARITHMETIC;
    if (token.kind !== "symbol") return undefined;
    if (token.text === ">" && before?.kind === "symbol" && before.text === "<") return "write !=";
    if (token.text === "(") return "the only functions are size(…) and has(…)";
    return token.text === "." ? "a number begins with a digit, a path with a node" : undefined;
  }

  private atSymbol(text: string): boolean {
    return this.current.kind === "symbol" && this.current.text === text;
  }

  private atWord(text: string, ahead = 0): boolean {
    const token = this.tokens[this.position + ahead];
    return token?.kind === "name" && token.text === text;
  }

  private take(text: string): boolean {
    const found = this.atSymbol(text) || this.atWord(text);
    if (found) this.position++;
    return found;
  }

  private expect(text: string): boolean {
    if (this.take(text)) return true;
    this.refuse(`${text} is missing`);
    return false;
  }

  /** One level deeper for as long as `read` reads. */
  private nested(read: () => Maybe): Maybe {
    if (this.depth >= CONDITION_MAX_DEPTH) return this.refuse(`it nests more than ${CONDITION_MAX_DEPTH} levels deep`);
    this.depth++;
    const expression = read();
    this.depth--;
    return expression;
  }

  private or(): Maybe {
    return this.chain("or", () => this.chain("and", () => this.not()));
  }

  private chain(kind: "and" | "or", read: () => Maybe): Maybe {
    const first = read();
    if (first === undefined || !this.atWord(kind)) return first;
    const items = [first];
    while (this.take(kind)) {
      const item = read();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return { kind, items };
  }

  private not(): Maybe {
    if (!this.take("not")) return this.comparison();
    const of = this.nested(() => this.not());
    return of === undefined ? undefined : { kind: "not", of };
  }

  private comparison(): Maybe {
    const left = this.operand();
    if (left === undefined) return undefined;
    const operator = this.takeComparison();
    if (operator === undefined) return left;
    const right = this.operand();
    if (right === undefined) return undefined;
    const { offset } = this.current;
    if (this.takeComparison() !== undefined) return this.refuse("comparisons do not chain, join them with and", offset);
    return { kind: "compare", operator, left, right };
  }

  private takeComparison(): Comparison | undefined {
    const token = this.current;
    if (token.kind === "symbol" && COMPARISONS.has(token.text)) {
      this.position++;
      return token.text as Comparison;
    }
    if (this.take("in")) return "in";
    if (!this.atWord("not") || !this.atWord("in", 1)) return undefined;
    this.position += 2;
    return "not in";
  }

  private operand(): Maybe {
    const of = this.primary();
    if (of === undefined) return undefined;
    const { offset } = this.current;
    const keys: Array<string | number> = [];
    while (this.atSymbol(".") || this.atSymbol("[")) {
      const key = this.take(".") ? this.fieldName() : this.bracketKey();
      if (key === undefined) return undefined;
      keys.push(key);
    }
    if (keys.length === 0) return of;
    if (of.kind === "value" || of.kind === "size" || of.kind === "has") {
      return this.refuse("only outputs and lists have fields", offset);
    }
    return { kind: "path", of, keys };
  }

  private fieldName(): string | undefined {
    const token = this.current;
    if (token.kind !== "name") return this.refuse("a field name is missing after the dot");
    this.position++;
    return this.allowed(token.text, token.offset);
  }

  private bracketKey(): string | number | undefined {
    this.position++;
    const token = this.current;
    if (token.kind !== "string" && token.kind !== "number") {
      return this.refuse('brackets hold a field name in quotes or a position: a["key"] or a[0]');
    }
    if (token.kind === "number" && !(Number.isSafeInteger(token.value) && /^[0-9]+$/.test(token.text))) {
      return this.refuse("a position in a list is a whole number from 0");
    }
    this.position++;
    if (!this.expect("]")) return undefined;
    return token.kind === "number" ? token.value : this.allowed(token.value, token.offset);
  }

  private allowed(key: string, offset: number): string | undefined {
    return FORBIDDEN_KEYS.has(key) ? this.refuse(`the name ${key} is not allowed`, offset) : key;
  }

  private primary(): Maybe {
    const token = this.current;
    if (this.take("(")) return this.closed(")", () => this.or());
    if (this.take("[")) return this.nested(() => this.list());
    if (token.kind === "number" || token.kind === "string") {
      this.position++;
      return { kind: "value", value: token.value };
    }
    if (token.kind !== "name") return this.refuseCurrent();
    if (Object.hasOwn(LITERALS, token.text)) {
      this.position++;
      return { kind: "value", value: LITERALS[token.text] ?? null };
    }
    if (KEYWORDS.has(token.text)) return this.refuseCurrent();
    this.position++;
    if (this.atSymbol("(")) return this.call(token.text, token.offset);
    return this.allowed(token.text, token.offset) === undefined ? undefined : { kind: "name", name: token.text };
  }

  private closed(end: string, read: () => Maybe): Maybe {
    const expression = this.nested(read);
    return expression !== undefined && this.expect(end) ? expression : undefined;
  }

  private call(name: string, offset: number): Maybe {
    if (name !== "size" && name !== "has") {
      if (name === "-") return this.refuse(NO_ARITHMETIC, offset);
      return this.refuse("the only functions are size(…) and has(…)", offset);
    }
    this.position++;
    const start = this.current.offset;
    const of = this.closed(")", () => this.or());
    if (of === undefined) return undefined;
    if (name === "size") return { kind: "size", of };
    const isPath = of.kind === "name" || (of.kind === "path" && of.of.kind === "name");
    return isPath ? { kind: "has", of } : this.refuse("has() takes a path such as node.field", start);
  }

  private list(): Maybe {
    const items: Expression[] = [];
    if (this.take("]")) return { kind: "list", items };
    do {
      if (items.length >= CONDITION_MAX_LIST) return this.refuse(`a list has at most ${CONDITION_MAX_LIST} entries`);
      const item = this.or();
      if (item === undefined) return undefined;
      items.push(item);
    } while (this.take(","));
    return this.expect("]") ? { kind: "list", items } : undefined;
  }
}

export function parseTokens(tokens: readonly Token[]): ParsedExpression {
  return new Parser(tokens).parse();
}
