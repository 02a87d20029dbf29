/**
 * Numbers and words that would not be read back as they are written: an identifier of nineteen digits, a version `1.10`, a
 * commit `0e12345`. As part of a write they would reach production changed, so they are refused where they come in.
 */
import type { Problem } from "../vocabulary/problems.js";
import type { Json } from "./json.js";

/** Small words that YAML reads as another value; in other letters people mean the text. */
const PLAIN_WORDS = new Set(["true", "false", "null", ""]);

/** How a scalar would be read, where that is not how it is written; `source` is its text, `value` what was read. */
export function misread(source: string, value: unknown): string | undefined {
  if (typeof value === "number") return String(value) === source ? undefined : String(value);
  if (typeof value === "boolean" || value === null) return PLAIN_WORDS.has(source) ? undefined : String(value);
  return undefined;
}

export function misreadText(source: string, read: string): string {
  const told = `${source.slice(0, 40)} would be read as ${read}`;
  // No document can have it as a number.
  if (/Infinity|NaN/.test(read))
    return `${told}; write it in quotes to keep it as text, or a number of at most 1.79e308`;
  return `${told}; write it in quotes to keep it as text, or as ${read}`;
}

/** Strings, which are passed over (also one without an end), and numbers. */
const TOKENS = /"(?:[^"\\]|\\[\s\S]?)*(?:"|$)|-?\d[\d.eE+-]*/g;

/** Every number of JSON text that would not be read back as it is written, at most `most` of them. */
export function misreadInJson(text: string, most = 10): string[] {
  const found: string[] = [];
  for (const [token] of text.matchAll(TOKENS)) {
    if (token.startsWith('"')) continue;
    const read = misread(token, Number(token));
    if (read !== undefined) found.push(misreadText(token, read));
    if (found.length >= most) break;
  }
  return found;
}

/** Whole numbers of a value that came without its text and are too large to be exact: what was meant is lost already. */
export function inexactIn(value: unknown, at: string): Problem[] {
  const problems: Problem[] = [];
  const stack: Array<[unknown, string]> = [[value, at]];
  for (let item = stack.pop(); item !== undefined && problems.length < 10; item = stack.pop()) {
    const [current, path] = item;
    if (typeof current === "number" && Number.isInteger(current) && !Number.isSafeInteger(current)) {
      const message = `${path} is a number of more digits than can be kept (${current})`;
      problems.push({ code: "field-invalid", at: path, message, hint: "write it in quotes" });
    } else if (Array.isArray(current)) {
      for (const [index, one] of current.entries()) stack.push([one, `${path}[${index}]`]);
    } else if (typeof current === "object" && current !== null) {
      for (const [key, one] of Object.entries(current as Record<string, Json>)) stack.push([one, `${path}.${key}`]);
    }
  }
  return problems;
}
