/**
 * Secrets that are known by what stands beside them: `password=…`, JSON and XML with such names, headers, options of
 * commands, user and password in URLs.
 */
import { places } from "./places.js";
import { isCoined, isRandom, namedSecretKind, SECRET_NAME } from "./secret-names.js";

type Replace = (kind: string) => string;

/** A name, at most a closing quote or bracket, and what puts a value to it. */
const ASSIGNED = new RegExp(
  `(?<!:secretsmanager:[\\w-]{0,20}:[0-9]{0,12}:)(${SECRET_NAME})(\\\\{0,3}["'\`]?\\]?)([ \\t]{0,4}(?:=>|[!=]={1,2}(?=[ \\t]{0,4}["'\`])|:[ \\t]?&?(?:'static )?(?:secret)?(?:str|string|bytes)\\??[ \\t]?=|[:=：＝]{1,2}(?!=))[ \\t]{0,4})`,
  "gi",
);
const OPTION = new RegExp(
  `(${SECRET_NAME})(?<=(?:^|[\\s"'\`([,])--?[A-Za-z0-9-]{0,60})()([ \\t]{1,4})(?=[^\\s-])`,
  "gi",
);
const QUOTE = /"""|'''|\\{0,3}["'`]/y;
/** `b'…'`, `N'…'`, `@"…"`: what kind of text a quoted value is. */
const PREFIX = /(?:[bBuUrRfFnN]{1,2}|[@$])(?=["'])/y;
/** A run is judged by its first characters and goes as a whole. */
const BARE = /[^\s"'`&;,]{1,256}/y;
const BARE_MAX = 256;
const BARE_REST = /[^\s"'`&;,]+/y;
const QUOTED_MAX = 4_096;
/** No value holds more names of secrets with a sign of assignment; judging each of them would take minutes a megabyte. */
const NAMES_IN_VALUE_MAX = 8;
/** YAML: the value is the next line. */
const BLOCK = /[|>][+-]?[ \t]{0,4}\r?\n[ \t]{0,40}/y;

/** Spares the patterns on most lines. */
const NAMED =
  /pass|pwd|secret|token|credential|auth|key|mnemonic|seed|jwt|kennwort|contrase|senha|wachtwoord|has[łl]o|senord|heslo|пароль|密|パスワード|口令|비밀|şifre|parola|lozinka|adgangskode|salasana|jelsz|mật|รหัส|סיסמה|كلمة/i;

const ELEMENT = new RegExp(`(<[\\w:.-]{0,60}?(${SECRET_NAME})(?:\\s[^<>]{0,200})?>)([^<]{1,1024})(?=</)`, "gi");

const HEADER =
  /(?<![A-Za-z0-9])((?:proxy-)?authorization|(?:set-)?cookie)(\\{0,3}["'])?[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}/gi;
const SCHEME =
  /(?:Bearer|Basic|Token|Digest|Negotiate|NTLM|ApiKey|Api-Key|Key|GenieKey|OAuth|SSWS|Bot|Splunk|AWS4-HMAC-SHA256|Hawk)[ \t]{1,4}/iy;
const LOOSE = /(?<![A-Za-z0-9])((?:Bearer|Basic|GenieKey)[ \t]{1,4})([A-Za-z0-9._~+/-]{8,}={0,2})/g;

/** Replaces every value that stands beside a secret's name, or in a secret's place. */
export function redactNamedValues(text: string, replace: Replace): string {
  let result = text;
  if (/authorization|cookie/i.test(result)) result = redactHeaders(result, replace);
  if (NAMED.test(result)) {
    result = redactAssigned(result, ASSIGNED, replace);
    if (result.includes("-")) result = redactAssigned(result, OPTION, replace);
    if (result.includes("</")) result = redactElements(result, replace);
  }
  for (const { kind, hint, pattern, random } of places()) {
    if (hint.test(result))
      result = result.replace(pattern, (value) => (random === true && !isCoined(value) ? value : replace(kind)));
  }
  return result.replace(LOOSE, (all, scheme: string, value: string) =>
    isRandom(value) && !/^(?:realm|scope|error|charset)/i.test(value) ? scheme + replace("authorization") : all,
  );
}

/** Where a value lies in the text. */
interface Span {
  start: number;
  end: number;
  quoted: boolean;
  /** It was read to a bound, not to its end. */
  goesOn: boolean;
}

function redactAssigned(text: string, pattern: RegExp, replace: Replace): string {
  let result = "";
  let at = 0;
  let judgedTo = 0;
  let within = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [all, name = "", closing = "", assigns = ""] = match;
    const span = valueAt(text, match.index + all.length);
    if (span === undefined) continue;
    within = match.index < judgedTo ? within + 1 : 0;
    if (within === 0) judgedTo = span.end;
    const prose = !span.quoted && /^[ \t]{0,4}:\s/.test(assigns);
    const kind =
      within > NAMES_IN_VALUE_MAX
        ? "secret"
        : namedSecretKind({
            name,
            value: text.slice(span.start, span.end),
            where: closing !== "" && span.quoted ? "json" : prose ? "prose" : "text",
            goesOn: /^[ \t]{1,4}[A-Za-z]/.test(text.slice(span.end, span.end + 6)),
          });
    if (kind === undefined) continue;
    result += text.slice(at, span.start) + replace(kind);
    at = pastEnd(text, span);
    pattern.lastIndex = at;
  }
  return result + text.slice(at);
}

function pastEnd(text: string, span: Span): number {
  if (!span.goesOn) return span.end;
  BARE_REST.lastIndex = span.end;
  return span.end + (BARE_REST.exec(text)?.[0].length ?? 0);
}

function valueAt(text: string, from: number): Span | undefined {
  BLOCK.lastIndex = from;
  const begin = from + (BLOCK.exec(text)?.[0].length ?? 0);
  PREFIX.lastIndex = begin;
  const start = begin + (PREFIX.exec(text)?.[0].length ?? 0);
  QUOTE.lastIndex = start;
  const quote = QUOTE.exec(text)?.[0];
  if (quote !== undefined) {
    const inside = start + quote.length;
    const end = closingQuote(text, inside, quote);
    return end === undefined ? bareSpan(text, inside, true) : { start: inside, end, quoted: true, goesOn: false };
  }
  // A list or a mapping: what it holds is looked at by itself.
  if (/[[{(]/.test(text[start] ?? "") && !text.startsWith("[redacted", start)) return undefined;
  const span = bareSpan(text, start, false);
  return span.end === start ? undefined : span;
}

function closingQuote(text: string, from: number, quote: string): number | undefined {
  const limit = Math.min(text.length, from + QUOTED_MAX);
  for (let at = from; at < limit; at++) {
    const char = text[at];
    if (char === quote[0] && text.startsWith(quote, at)) return at;
    if (quote.length === 1 && char === "\\") at++;
  }
  return undefined;
}

function bareSpan(text: string, start: number, quoted: boolean): Span {
  BARE.lastIndex = start;
  const run = BARE.exec(text)?.[0] ?? "";
  const element = run.indexOf("</");
  const value = element === -1 ? run : run.slice(0, element);
  const goesOn = value.length === BARE_MAX;
  // A placeholder ends with a bracket of its own.
  const kept = goesOn || value.startsWith("[redacted:") ? value : value.replace(/[)\]}]{1,8}$/, "");
  return { start, end: start + kept.length, quoted, goesOn };
}

function redactHeaders(text: string, replace: Replace): string {
  let result = "";
  let at = 0;
  HEADER.lastIndex = 0;
  for (let match = HEADER.exec(text); match !== null; match = HEADER.exec(text)) {
    const kind = /cookie$/i.test(match[1] ?? "") ? "cookie" : "authorization";
    const span = headerValue(text, match.index + match[0].length, kind);
    if (span === undefined) continue;
    result += text.slice(at, span.start) + replace(kind);
    at = pastEnd(text, span);
    HEADER.lastIndex = at;
  }
  return result + text.slice(at);
}

function headerValue(text: string, from: number, kind: "cookie" | "authorization"): Span | undefined {
  QUOTE.lastIndex = from;
  const quote = QUOTE.exec(text)?.[0];
  const inside = from + (quote?.length ?? 0);
  SCHEME.lastIndex = inside;
  const scheme = SCHEME.exec(text)?.[0] ?? "";
  const start = inside + scheme.length;
  const isList = kind === "cookie" || /^(?:digest|aws4|hawk)/i.test(scheme);
  const bare = bareSpan(text, start, quote !== undefined);
  const first = text.slice(start, bare.end);
  if (first === "" || /^(?:env:[A-Za-z_]|\{\{|\$|<|\[redacted:)/i.test(first)) return undefined;
  // Authorization: Bearer TOKEN
  if (/^[A-Z_]{2,16}$/.test(first)) return undefined;
  if (kind === "cookie" && !/^[^=\s;]{1,128}=/.test(first)) return undefined;
  if (kind === "authorization" && scheme === "" && !isRandom(first)) return undefined;
  const closing = quote === undefined ? undefined : closingQuote(text, start, quote);
  if (closing !== undefined) return { start, end: closing, quoted: true, goesOn: false };
  return isList ? { ...bare, end: lineEnd(text, start), goesOn: false } : bare;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  if (end === -1) return text.length;
  return text[end - 1] === "\r" ? end - 1 : end;
}

function redactElements(text: string, replace: Replace): string {
  return text.replace(ELEMENT, (all, open: string, name: string, value: string) => {
    const kind = namedSecretKind({ name, value, where: "json", goesOn: false });
    return kind === undefined ? all : open + replace(kind);
  });
}
