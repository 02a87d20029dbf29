/** Text (JSON or YAML 1.2) → a plain JSON value, within bounds, or problems with line and column. Owns `yaml`. */
import { type Document, isMap, LineCounter, parseDocument } from "yaml";
import {
  DOCUMENT_MAX_BYTES,
  DOCUMENT_MAX_DEPTH,
  DOCUMENT_MAX_VALUES,
  PROBLEMS_MAX,
  YAML_MAX_ALIASES,
} from "../vocabulary/limits.js";
import type { Problem } from "../vocabulary/problems.js";
import type { Refused, Result } from "../vocabulary/result.js";
import type { Json } from "./json.js";
import { changedScalars, oddKey, oddNumber, otherVersion, twiceSaid, wordsOf } from "./yaml-faults.js";

/** Keys that JavaScript gives a meaning of their own; no document needs them. */
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);
/** Flow brackets are counted before parsing, strings included, so the bound is generous. */
const BRACKETS_MAX = DOCUMENT_MAX_DEPTH * 4;

/** Where in the source text the value at a path stands. */
export type Locate = (path: readonly PropertyKey[]) => { line: number; column: number } | undefined;

type ParsedDocument = { ok: true; value: Json; locate: Locate } | Refused;

const refuse = (code: Problem["code"], at: string, message: string, hint?: string): ParsedDocument => ({
  ok: false,
  problems: [hint === undefined ? { code, at, message } : { code, at, message, hint }],
});

export interface Reading {
  /** Where its values go into an action as they are: a scalar that does not read back as it is written is a problem. */
  exact?: boolean;
}

/**
 * Parses JSON or YAML text. Duplicate keys, tags, recursive or many aliases, several documents, prototype keys,
 * YAML of another version, and anything over the limits of size, depth and count are problems. `name` (a file) stands in front of positions.
 */
export function parseDocumentText(text: string, name = "", reading: Reading = {}): ParsedDocument {
  const bytes = Buffer.byteLength(text);
  if (bytes > DOCUMENT_MAX_BYTES) {
    const message = `the document must be at most ${DOCUMENT_MAX_BYTES} bytes, got ${bytes}`;
    return refuse("document-too-large", name, message, "split it");
  }
  if (deepestBracket(text) > BRACKETS_MAX) return tooDeep(name);
  try {
    return read(text, name, reading);
  } catch (error) {
    // The parser recurses: nesting without brackets can exhaust its stack.
    if (error instanceof RangeError) return tooDeep(name);
    const message = error instanceof Error ? error.message.split("\n", 1)[0] : "unreadable";
    return refuse("document-not-parsed", name, `the document cannot be read: ${message}`);
  }
}

function read(text: string, name: string, { exact = false }: Reading): ParsedDocument {
  const lines = new LineCounter();
  const document = parsed(text, lines);
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const problems = faults.slice(0, PROBLEMS_MAX).map((fault): Problem => {
      const { line, col } = lines.linePos(fault.pos[0]);
      const at = `${name === "" ? "" : `${name}:`}${line}:${col}`;
      return { code: "document-not-parsed", at, message: `line ${line}, column ${col}: ${wordsOf(fault)}` };
    });
    return { ok: false, problems };
  }
  const odd =
    otherVersion(document) ??
    oddKey(document) ??
    twiceSaid(document, lines) ??
    oddNumber(document, lines) ??
    notJson(text);
  if (odd !== undefined) return refuse("document-not-parsed", name, odd);
  const changed = exact ? changedScalars(document, lines, name) : [];
  if (changed.length > 0) return { ok: false, problems: changed };
  const value: unknown = document.toJS({ maxAliasCount: YAML_MAX_ALIASES });
  const bounded = checkBounds(value, name);
  if (!bounded.ok) return bounded;
  return { ok: true, value: bounded.value, locate: locator(document, lines) };
}

/** The parser makes an error for each wrong sign; their stacks would take most of the time and tell nobody anything. */
function parsed(text: string, lines: LineCounter): Document {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** What begins as JSON is JSON: YAML would also read trailing commas, bare words and quotes of another kind. */
function notJson(text: string): string | undefined {
  const json = text.replace(/^\uFEFF/, "");
  if (!/^\s*[{[]/.test(json)) return undefined;
  try {
    JSON.parse(json);
    return undefined;
  } catch (error) {
    // The rest of the engine's message quotes the document, which may hold a secret.
    const where = / at position \d+(?: \(line \d+ column \d+\))?/.exec(error instanceof Error ? error.message : "");
    return `the document begins as JSON and must be valid JSON${where === null ? "" : `; it is not${where[0]}`}`;
  }
}

function locator(document: Document, lines: LineCounter): Locate {
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
      const offset = keyOffset(document, path.slice(0, length)) ?? node?.range?.[0];
      if (offset !== undefined) {
        const { line, col } = lines.linePos(offset);
        return { line, column: col };
      }
    }
    return undefined;
  };
}

function keyOffset(document: Document, path: readonly PropertyKey[]): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const last = path[path.length - 1];
  for (const pair of parent.items) {
    const key = pair.key as { value?: unknown; range?: [number, number, number] } | null;
    if (key?.value === last) return key?.range?.[0];
  }
  return undefined;
}

/** Flow collections nest by brackets; counting them bounds the parser's recursion before it starts. */
function deepestBracket(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text.charCodeAt(index);
    if (char === 0x5b || char === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (char === 0x5d || char === 0x7d) depth = Math.max(0, depth - 1);
  }
  return deepest;
}

const tooDeep = (name: string): ParsedDocument =>
  refuse("document-too-large", name, `the document must nest at most ${DOCUMENT_MAX_DEPTH} levels deep`);

/**
 * Accepts a value that is plain JSON within the bounds of depth and count, whoever built it. A cyclic object is
 * too deep; a prototype key, a function, a symbol or a non-finite number is a problem.
 */
export function checkBounds(value: unknown, at = ""): Result<Json> {
  let count = 0;
  const stack: Array<{ value: unknown; depth: number }> = [{ value, depth: 1 }];
  const refused = (code: Problem["code"], message: string) => ({
    ok: false as const,
    problems: [{ code, at, message }],
  });
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { value: current, depth } = item;
    if (++count > DOCUMENT_MAX_VALUES) {
      return refused("document-too-large", `the document must hold at most ${DOCUMENT_MAX_VALUES} values`);
    }
    if (depth > DOCUMENT_MAX_DEPTH) {
      return refused("document-too-large", `the document must nest at most ${DOCUMENT_MAX_DEPTH} levels deep`);
    }
    if (typeof current === "number" && !Number.isFinite(current)) {
      return refused("document-not-parsed", "every number must be finite");
    }
    if (current === null || ["string", "number", "boolean"].includes(typeof current)) continue;
    if (typeof current !== "object") return refused("document-not-parsed", `a ${typeof current} is not JSON`);
    const prototype: unknown = Object.getPrototypeOf(current);
    if (!Array.isArray(current) && prototype !== Object.prototype && prototype !== null) {
      return refused("document-not-parsed", "every value must be plain JSON");
    }
    for (const key of Object.keys(current)) {
      if (FORBIDDEN_KEYS.has(key)) return refused("document-not-parsed", `the key ${key} is not allowed`);
      stack.push({ value: (current as Record<string, unknown>)[key], depth: depth + 1 });
    }
  }
  return { ok: true, value: value as Json };
}
