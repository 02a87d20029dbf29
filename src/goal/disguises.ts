/**
 * The forms in which an order hides from a plain search: encodings, ciphers, reversal, spread or misspelt words. Each
 * gives a further reading of the text. Bounded: few readings, each no longer than the text.
 */
import { lazily } from "../platform/data-file.js";
import { commonWords, disguiseWords, readsAsSentence } from "./plain-text.js";

export interface Readings {
  /** Texts to search besides the one as written. */
  texts: string[];
  /** Whether a sentence was put in a form that people cannot read at sight. */
  disguised: boolean;
}

const RUNS_MAX = 8;
const CIPHER_MAX_CHARS = 400;
const BASE64 = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}/g;
const HEX = /(?<![0-9a-z])(?:0x)?(?:[0-9a-f]{2}[ :,]?(?:0x)?){8,}(?![0-9a-z])/gi;
const BINARY = /(?<![01])(?:[01]{8}\s?){6,}(?![01])/g;
const DECIMAL = /(?<![0-9.])(?:(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6])[ ,]{1,2}){8,}[0-9]{2,3}(?![0-9.])/g;
const MORSE = /(?<![\w.-])(?:[.\-·−–_]{1,6}(?:\s|\/){1,3}){6,}[.\-·−–_]{1,6}/g;

/** Key words with the letters between the first and the last in any order. */
const mixed = lazily(() => new Map(disguiseWords().keywords.map((word) => [mixedKey(word), word])));

/** The further readings of a text; `text` without invisible characters, as written. */
export function disguises(text: string): Readings {
  const decoded = [...encodedRuns(text), ...morseRuns(text)];
  const turned = ciphers(text);
  return {
    texts: [...decoded, ...turned, ...rewritten(text)].filter((reading) => reading !== text),
    disguised: decoded.some(readsAsSentence) || turned.length > 0 || pieces(text) !== undefined,
  };
}

function encodedRuns(text: string): string[] {
  const runs = (pattern: RegExp) => (text.match(pattern) ?? []).slice(0, RUNS_MAX);
  const first = [
    ...runs(BASE64).map(fromBase64),
    ...runs(HEX).map((run) => fromBytes(run.replace(/0x|[^0-9a-f]/gi, ""), 2, 16)),
    ...runs(BINARY).map((run) => fromBytes(run.replace(/\s/g, ""), 8, 2)),
    ...runs(DECIMAL).map((run) => readable(String.fromCharCode(...run.split(/[ ,]+/).slice(0, 4_000).map(Number)))),
  ].filter((run) => run !== "");
  const again = first
    .flatMap((run) => (run.match(BASE64) ?? []).slice(0, 2).map(fromBase64))
    .filter((run) => run !== "");
  return [...first, ...again];
}

function fromBase64(run: string): string {
  return readable(Buffer.from(run.slice(0, 8_000), "base64").toString("latin1"));
}

function fromBytes(digits: string, width: number, radix: number): string {
  let bytes = "";
  for (let at = 0; at + width <= Math.min(digits.length, 16_000); at += width) {
    bytes += String.fromCharCode(Number.parseInt(digits.slice(at, at + width), radix));
  }
  return readable(bytes);
}

/** Bytes that are text; anything else is no disguise but data. */
function readable(bytes: string): string {
  return bytes.length >= 6 && /^[\t\n\r\x20-\x7e]+$/.test(bytes) ? bytes : "";
}

function morseRuns(text: string): string[] {
  return (text.match(MORSE) ?? []).slice(0, RUNS_MAX).map((run) =>
    run
      .slice(0, 4_000)
      .replace(/[·]/g, ".")
      .replace(/[−–_]/g, "-")
      .split(/\s*\/\s*|\s{2,}/)
      .map((word) =>
        word
          .split(/\s/)
          .map((sign) => disguiseWords().morse[sign] ?? "")
          .join(""),
      )
      .join(" "),
  );
}

/** Shifted alphabets, reversal and pig Latin: only a reading that makes a sentence of what was none. */
function ciphers(text: string): string[] {
  const readings: string[] = [];
  for (const segment of segments(text)) {
    const before = commonWords(segment);
    if (before.words < 4 || before.common * 4 >= before.words) continue;
    const shifts = Array.from({ length: 25 }, (_, index) => shifted(segment, index + 1));
    const turns = [[...segment].reverse().join(""), pigLatin(segment), atbash(segment)];
    const words = segment
      .split(" ")
      .map((word) => [...word].reverse().join(""))
      .join(" ");
    const best = [...shifts, ...turns, words]
      .map((reading) => ({ reading, ...commonWords(reading) }))
      .reduce((most, next) => (next.common > most.common ? next : most));
    if (best.common >= 3 && best.common > before.common + 1 && best.common * 4 >= best.words)
      readings.push(best.reading);
  }
  return readings;
}

/** The whole text, what stands in quotes, after colons and in brackets. */
function segments(text: string): string[] {
  const parts = text.match(/(?<=["'“”‘’`:([<])[^"“”`:()[\]<>]{12,400}/g) ?? [];
  return [text, ...parts.slice(0, RUNS_MAX)].map((part) => part.slice(0, CIPHER_MAX_CHARS));
}

function shifted(text: string, by: number): string {
  return text
    .toLowerCase()
    .replace(/[a-z]/g, (char) => String.fromCharCode(((char.charCodeAt(0) - 97 + by) % 26) + 97));
}

function atbash(text: string): string {
  return text.toLowerCase().replace(/[a-z]/g, (char) => String.fromCharCode(219 - char.charCodeAt(0)));
}

function pigLatin(text: string): string {
  return text
    .toLowerCase()
    .replace(/(?<![a-z])([a-z]{1,20}?)([bcdfghjklmnpqrstvwxyz]{0,4})(w|y)?ay(?![a-z])/g, (_, rest, moved, glide) =>
      moved === "" ? rest : `${moved}${glide === "y" ? "y" : ""}${rest}`,
    );
}

/** Escapes resolved, digits read as letters, split words joined, misspelt key words mended, pieces put together. */
function rewritten(text: string): string[] {
  const unescaped = text
    .replace(/(?:%[0-9a-f]{2}){1,}|\\u\{?([0-9a-f]{4,6})\}?|\\x([0-9a-f]{2})|&#(x?[0-9a-f]{1,6});/gi, resolved)
    .replace(/&(lt|gt|quot|nbsp|amp);/g, (_, name: string) => ({ lt: "<", gt: ">", quot: '"', amp: "&" })[name] ?? " ")
    .replace(/\+(?=\w)/g, (plus) => (/%20|%2/i.test(text) ? " " : plus));
  const leetLetters = disguiseWords().leet;
  const leet = (one: string) =>
    text
      .toLowerCase()
      .replace(
        /[0134578@$€!|]/g,
        (char) => leetLetters[char] ?? (char === "1" || char === "!" || char === "|" ? one : char),
      );
  const joined = text.replace(/(?<=\p{L})(?:[-_.*~^|/\\+]{1,3}|\s?-\s?)(?=\p{L})/gu, "");
  const spaced = text.replace(/[-_.*~^|/\\+]+/g, " ");
  return [unescaped, leet("i"), leet("l"), joined, spaced, mended(text), pieces(text) ?? text];
}

function resolved(escaped: string, unicode?: string, byte?: string, entity?: string): string {
  if (escaped.startsWith("%")) return percentDecoded(escaped);
  const digits = unicode ?? byte ?? (entity?.startsWith("x") ? entity.slice(1) : undefined);
  const code = digits === undefined ? Number.parseInt(entity ?? "", 10) : Number.parseInt(digits, 16);
  return code >= 0x20 && code <= 0x10ffff ? String.fromCodePoint(code) : " ";
}

function percentDecoded(escaped: string): string {
  return escaped.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => {
    const code = Number.parseInt(digits, 16);
    return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : " ";
  });
}

function mended(text: string): string {
  const { keywords } = disguiseWords();
  return text.toLowerCase().replace(/(?<![a-z])[a-z]{6,14}(?![a-z])/g, (word) => {
    if (keywords.includes(word)) return word;
    return (
      mixed().get(mixedKey(word)) ?? keywords.find((known) => known.length >= 7 && differsByOne(word, known)) ?? word
    );
  });
}

function mixedKey(word: string): string {
  return word.slice(0, 1) + [...word.slice(1, -1)].sort().join("") + word.slice(-1);
}

/** One letter more, less or other. */
function differsByOne(word: string, known: string): boolean {
  if (Math.abs(word.length - known.length) > 1) return false;
  let at = 0;
  while (at < word.length && word[at] === known[at]) at++;
  const rest = word.slice(at);
  const knownRest = known.slice(at);
  return rest.slice(1) === knownRest.slice(1) || rest.slice(1) === knownRest || rest === knownRest.slice(1);
}

/** Strings that are given names and then put together. */
function pieces(text: string): string | undefined {
  const named = new Map<string, string>();
  for (const match of text.matchAll(
    /(?<![\w$])\$?([a-z]\w{0,7}) {0,2}:?= {0,2}(?:"([^"]{1,300})"|'([^']{1,300})')/gi,
  )) {
    named.set(match[1] ?? "", match[2] ?? match[3] ?? "");
    if (named.size > 40) break;
  }
  if (named.size < 2) return undefined;
  const sum = /\$?[a-z]\w{0,7}(?: {0,2}\+ {0,2}\$?[a-z]\w{0,7}){1,40}/i.exec(text)?.[0];
  const order = sum?.split(/ *\+ */).map((name) => name.replace("$", ""));
  if (order === undefined || !order.every((name) => named.has(name))) return undefined;
  return order.map((name) => named.get(name)).join("");
}
