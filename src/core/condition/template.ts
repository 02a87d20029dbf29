/**
 * `{{ … }}` in params: values from the outputs of nodes. A string that is one template keeps the value's type; a
 * template inside other text must give text, a number or true/false. What was put in is data: it is never read again.
 * To write two braces as they are: `{{ "{{" }}`. Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Json } from "../../schema/json.js";
import {
  DOCUMENT_MAX_DEPTH,
  PARAMS_MAX_BYTES,
  PROBLEMS_MAX,
  RENDERED_MAX_CHARS,
  TEMPLATES_MAX_PER_STRING,
} from "../../vocabulary/limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import { type Expression, evaluate, parseTemplateAt, referencesOf } from "../condition.js";

type Part = string | Expression;
type ParsedText = { ok: true; parts: Part[] } | { ok: false; message: string };
type Outputs = Readonly<Record<string, Json>>;

const OPEN = "{{";

/** Whether any string in the value, at any depth, holds a template. Keys of mappings are never templates. */
export function holdsTemplate(value: Json): boolean {
  const stack: unknown[] = [value];
  while (stack.length > 0) {
    const current = stack.pop();
    if (typeof current === "string" && current.includes(OPEN)) return true;
    if (typeof current === "object" && current !== null) for (const item of Object.values(current)) stack.push(item);
  }
  return false;
}

/** Whether the string is one template and nothing else, as far as its form tells. */
export function isWholeTemplate(text: string): boolean {
  if (!text.startsWith(OPEN) || !text.endsWith("}}")) return false;
  const parsed = parseText(text);
  return parsed.ok && parsed.parts.length === 1 && typeof parsed.parts[0] !== "string";
}

/** Every template in the value with the path of its string; strings that do not parse are left out. */
export function templatesIn(value: Json, at: string): Array<{ at: string; expression: Expression }> {
  const found: Array<{ at: string; expression: Expression }> = [];
  eachText(value, at, (text, where) => {
    const parsed = parseText(text);
    if (!parsed.ok) return;
    for (const part of parsed.parts) if (typeof part !== "string") found.push({ at: where, expression: part });
  });
  return found;
}

/** Templates that do not parse, and the names of nodes that the others refer to, by the path of their string. */
export function checkTemplates(
  value: Json,
  at: string,
): { problems: Problem[]; references: Array<{ at: string; names: string[] }> } {
  const problems: Problem[] = [];
  const references: Array<{ at: string; names: string[] }> = [];
  eachText(value, at, (text, where) => {
    const parsed = parseText(text);
    if (!parsed.ok) {
      if (problems.length < PROBLEMS_MAX) problems.push(problemAt("template-invalid", where, parsed.message));
      return;
    }
    const names = parsed.parts.flatMap((part) => (typeof part === "string" ? [] : referencesOf(part)));
    if (names.length > 0) references.push({ at: where, names: [...new Set(names)] });
  });
  return { problems, references };
}

/**
 * The value with every template replaced by what it gives; a value without templates is returned as it is.
 * All problems are told at once: `template-invalid` where one does not parse, else `template-failed`.
 * `at` stands before the paths in them.
 */
export function render(
  value: Json,
  outputs: Outputs,
  at = "params",
  semantics?: number,
): { ok: true; value: Json } | { ok: false; problems: Problem[] } {
  if (!holdsTemplate(value)) return { ok: true, value };
  const problems: Problem[] = [];
  const rendered = renderValue(value, { outputs, problems, semantics }, at, 1);
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, PROBLEMS_MAX) };
  if (fitsBytes(rendered, PARAMS_MAX_BYTES)) return { ok: true, value: rendered };
  const message = `would be more than ${PARAMS_MAX_BYTES} bytes once rendered`;
  return { ok: false, problems: [problemAt("template-failed", at, message, "refer to a smaller part of the output")] };
}

interface Rendering {
  outputs: Outputs;
  problems: Problem[];
  semantics: number | undefined;
}

function renderValue(value: Json, rendering: Rendering, at: string, depth: number): Json {
  const { problems } = rendering;
  if (typeof value === "string") return value.includes(OPEN) ? renderText(value, rendering, at) : value;
  if (typeof value !== "object" || value === null) return value;
  if (depth > DOCUMENT_MAX_DEPTH) {
    problems.push(problemAt("template-failed", at, `nests more than ${DOCUMENT_MAX_DEPTH} levels deep`));
    return null;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => renderValue(item, rendering, childPath(at, index), depth + 1));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, renderValue(item, rendering, childPath(at, key), depth + 1)]),
  );
}

function renderText(text: string, { outputs, problems, semantics }: Rendering, at: string): Json {
  const parsed = parseText(text);
  if (!parsed.ok) {
    problems.push(problemAt("template-invalid", at, parsed.message));
    return null;
  }
  const alone = parsed.parts.length === 1 ? parsed.parts[0] : undefined;
  let whole = "";
  for (const part of parsed.parts) {
    if (typeof part === "string") {
      whole += part;
      continue;
    }
    const result = evaluate(part, outputs, semantics);
    if (!result.ok) {
      problems.push(problemAt("template-failed", at, `could not be rendered: ${result.message}`));
      return null;
    }
    if (part === alone) return result.value;
    if (typeof result.value === "object") {
      const hint = "name a field of it, or let the template be the whole value";
      problems.push(problemAt("template-failed", at, "mixes text with a list, a mapping or null", hint));
      return null;
    }
    whole += String(result.value);
  }
  if (whole.length <= RENDERED_MAX_CHARS) return whole;
  problems.push(
    problemAt("template-failed", at, `would be longer than ${RENDERED_MAX_CHARS} characters once rendered`),
  );
  return null;
}

/** Splits a string into text and expressions. */
function parseText(text: string): ParsedText {
  const parts: Part[] = [];
  let at = 0;
  let templates = 0;
  for (let start = text.indexOf(OPEN); start !== -1; start = text.indexOf(OPEN, at)) {
    if (++templates > TEMPLATES_MAX_PER_STRING) {
      return { ok: false, message: `holds more than ${TEMPLATES_MAX_PER_STRING} templates` };
    }
    const parsed = parseTemplateAt(text, start);
    if (!parsed.ok)
      return { ok: false, message: `cannot be read: ${parsed.message} (at character ${parsed.offset + 1})` };
    if (start > at) parts.push(text.slice(at, start));
    parts.push(parsed.expression);
    at = parsed.end;
  }
  if (at < text.length) parts.push(text.slice(at));
  return { ok: true, parts };
}

/** Calls `visit` for every string that holds a template, in document order. */
function eachText(value: Json, at: string, visit: (text: string, at: string) => void, depth = 1): void {
  if (typeof value === "string") {
    if (value.includes(OPEN)) visit(value, at);
    return;
  }
  if (typeof value !== "object" || value === null || depth > DOCUMENT_MAX_DEPTH) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) eachText(item, childPath(at, index), visit, depth + 1);
    return;
  }
  for (const [key, item] of Object.entries(value)) eachText(item, childPath(at, key), visit, depth + 1);
}

/** `nodes[3].params` and `query` → `nodes[3].params.query`. */
export function childPath(at: string, key: string | number): string {
  if (typeof key === "number") return `${at}[${key}]`;
  return at === "" ? key : `${at}.${key}`;
}

/** Whether the value as JSON in UTF-8 has at most so many bytes; stops counting beyond. */
function fitsBytes(value: Json, most: number): boolean {
  let left = most;
  const stack: Json[] = [value];
  while (stack.length > 0 && left >= 0) {
    const current = stack.pop();
    if (typeof current === "string") left -= textBytes(current) + 2;
    else if (typeof current !== "object" || current === null) left -= String(current).length;
    else {
      left -= 2;
      for (const [key, item] of Object.entries(current)) {
        left -= Array.isArray(current) ? 1 : textBytes(key) + 4;
        stack.push(item);
      }
    }
  }
  return left >= 0;
}

function textBytes(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7ff) bytes += 2;
    else if (unit > 0x7f || unit === 0x22 || unit === 0x5c || unit < 0x20) bytes += 1;
  }
  return bytes;
}

function problemAt(code: Problem["code"], at: string, what: string, hint?: string): Problem {
  const message = `${at === "" ? "the value" : at} ${what}`;
  return hint === undefined ? { code, at, message } : { code, at, message, hint };
}
