/**
 * Characters → tokens of the condition language. Only ASCII stands outside quotes, so that what a person reads is
 * what is evaluated. Loaded by the workflow sandbox: imports no package and reads no clock.
 */

export type Token =
  | { kind: "name"; text: string; offset: number }
  | { kind: "number"; value: number; text: string; offset: number }
  | { kind: "string"; value: string; offset: number }
  | { kind: "symbol"; text: string; offset: number }
  | { kind: "end"; offset: number };

export interface Fault {
  ok: false;
  message: string;
  /** Characters (UTF-16 units) from the start of the text. */
  offset: number;
}
/** `end` is where reading stopped: the end of the text, or the position of the closing braces. */
export type Tokens = { ok: true; tokens: Token[]; end: number } | Fault;
type Step = { ok: true; token: Token; next: number } | Fault;

const BLANK = /[ \t\r\n]*/y;
/** Blanks may stand behind the sign: `- 1` is a number, since there is no subtraction. */
const NUMBER = /(?:-[ \t]*)?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const NAME = /[A-Za-z0-9_-]+/y;
const NAME_CHAR = /[A-Za-z0-9_-]/;
const SYMBOL = /==|!=|<=|>=|[<>()[\],.]/y;
const WHOLE_NUMBER = /^-?(?:0|[1-9][0-9]*)$/;
/** Control characters, and those that reorder the text around them on a screen. */
const UNREADABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const LONE_SURROGATE = /\p{Surrogate}/u;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "\\": "\\", "'": "'", '"': '"' };
const INSTEAD: Readonly<Record<string, string>> = {
  ...{ "=": "==", "!": "not", "&": "and", "|": "or", "≥": ">=", "≤": "<=", "≠": "!=" },
  ...{ "“": 'a straight "', "”": 'a straight "', "„": 'a straight "', "‘": "a straight '", "’": "a straight '" },
};
/** What other languages have there, and what is to be done instead. */
const WAY_OUT: Readonly<Record<string, string>> = {
  ...{
    "+": "there is no arithmetic",
    "*": "there is no arithmetic",
    "/": "there is no arithmetic",
    "%": "there is no arithmetic",
  },
  ...{ $: "a path stands alone, as in node.field", ";": "there is one condition", "`": "text stands in quotes" },
};

const fault = (message: string, offset: number): Fault => ({ ok: false, message, offset });

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Reads tokens from `from`; where `braced`, up to the `}}` that closes a template, else to the end of the text. */
export function tokenize(text: string, from: number, braced: boolean): Tokens {
  const tokens: Token[] = [];
  let at = from;
  for (;;) {
    at += match(BLANK, text, at)?.length ?? 0;
    if (at >= text.length) {
      if (braced) return fault("{{ is never closed by }}", from);
      break;
    }
    if (braced && text.startsWith("}}", at)) break;
    const step = readToken(text, at, tokens.at(-1));
    if (!step.ok) return step;
    tokens.push(step.token);
    at = step.next;
  }
  tokens.push({ kind: "end", offset: at });
  return { ok: true, tokens, end: at };
}

function readToken(text: string, at: number, before: Token | undefined): Step {
  const char = text[at] ?? "";
  if (char === "'" || char === '"') return readString(text, at);
  // After a dot `1` and `1e3` are keys, not numbers.
  const isKey = before?.kind === "symbol" && before.text === ".";
  if (!isKey) {
    const number = match(NUMBER, text, at);
    if (number !== undefined && !NAME_CHAR.test(text[at + number.length] ?? "")) return readNumber(number, at);
  }
  const name = match(NAME, text, at);
  if (name !== undefined) {
    if (!isKey && WHOLE_NUMBER.test(name)) return fault("this is no number", at);
    return { ok: true, token: { kind: "name", text: name, offset: at }, next: at + name.length };
  }
  const symbol = match(SYMBOL, text, at);
  if (symbol !== undefined) {
    return { ok: true, token: { kind: "symbol", text: symbol, offset: at }, next: at + symbol.length };
  }
  const instead = INSTEAD[char];
  if (instead !== undefined) return fault(`${shownChar(text, at)} is no operator, write ${instead}`, at);
  const way = WAY_OUT[char];
  return fault(`${shownChar(text, at)} has no meaning here${way === undefined ? "" : `: ${way}`}`, at);
}

function readNumber(written: string, at: number): Step {
  const text = written.replace(/[ \t]+/, "");
  const value = Number(text);
  if (!Number.isFinite(value)) return fault("the number is too large", at);
  if (WHOLE_NUMBER.test(text) && !Number.isSafeInteger(value)) {
    return fault("the number has more digits than can be told apart, compare text instead", at);
  }
  return { ok: true, token: { kind: "number", value, text, offset: at }, next: at + written.length };
}

function readString(text: string, from: number): Step {
  const quote = text[from];
  let value = "";
  let at = from + 1;
  while (at < text.length) {
    const char = text[at] ?? "";
    if (char === quote) {
      if (LONE_SURROGATE.test(value)) return fault("the text holds half of a surrogate pair", from);
      return { ok: true, token: { kind: "string", value, offset: from }, next: at + 1 };
    }
    if (UNREADABLE.test(char)) return fault(`${shownChar(text, at)} must be written as an escape`, at);
    if (char !== "\\") {
      value += char;
      at += 1;
      continue;
    }
    const escaped = text[at + 1] ?? "";
    const hex = escaped === "u" ? /^[0-9a-fA-F]{4}$/.exec(text.slice(at + 2, at + 6))?.[0] : undefined;
    const plain = Object.hasOwn(ESCAPES, escaped) ? ESCAPES[escaped] : undefined;
    if (hex !== undefined) value += String.fromCharCode(Number.parseInt(hex, 16));
    else if (plain !== undefined) value += plain;
    else return fault("the escapes are \\n \\r \\t \\\\ \\' \\\" and \\u with four hexadecimal digits", at);
    at += hex === undefined ? 2 : 6;
  }
  return fault("the quote is never closed", from);
}

/** A character as a message may show it: printable ASCII as it is, anything else by its number. */
function shownChar(text: string, at: number): string {
  const code = text.codePointAt(at) ?? 0;
  if (code > 0x20 && code < 0x7f) return String.fromCodePoint(code);
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
