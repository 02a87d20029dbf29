/**
 * The condition language: what stands on an edge, in a `decision`, and between `{{` and `}}` in params.
 * An error is a value, never true. Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Json } from "../schema/json.js";
import { CONDITION_MAX_CHARS } from "../vocabulary/limits.js";
import type { Problem } from "../vocabulary/problems.js";
import { evaluate } from "./condition/evaluate.js";
import { type Expression, mayBeBoolean, referencesOf } from "./condition/expression.js";
import { type Fault, tokenize } from "./condition/lexer.js";
import { type ParsedExpression, parseTokens } from "./condition/parser.js";

export { type Expression, evaluate, type ParsedExpression, referencesOf };

/** Parses an expression of any type, bare or whole inside `{{ }}`. */
export function parseExpression(text: string): ParsedExpression {
  if (typeof text !== "string") return fault("it must be text", 0);
  if (text.length > CONDITION_MAX_CHARS) {
    return fault(`it must have at most ${CONDITION_MAX_CHARS} characters, got ${text.length}`, CONDITION_MAX_CHARS);
  }
  const start = /^[ \t\r\n]*\{\{/.exec(text)?.[0].length;
  const read = tokenize(text, start ?? 0, start !== undefined);
  if (!read.ok) return read;
  if (start !== undefined && /[^ \t\r\n]/.test(text.slice(read.end + 2))) {
    return fault("{{ }} must stand around the whole expression", read.end + 2);
  }
  return parseTokens(read.tokens);
}

/**
 * Parses the template whose `{{` stands at `start`. `end` is the position after its `}}`; offsets count from the
 * start of `text`.
 */
export function parseTemplateAt(text: string, start: number): (ParsedExpression & { ok: true; end: number }) | Fault {
  const read = tokenize(text, start + 2, true);
  if (!read.ok) return read;
  if (read.end - start > CONDITION_MAX_CHARS) {
    return fault(`a template must have at most ${CONDITION_MAX_CHARS} characters`, start);
  }
  const parsed = parseTokens(read.tokens);
  return parsed.ok ? { ...parsed, end: read.end + 2 } : parsed;
}

/** As `parseExpression`, and refuses what can never be true or false. */
export function parseCondition(text: string): ParsedExpression {
  const parsed = parseExpression(text);
  if (!parsed.ok || mayBeBoolean(parsed.expression)) return parsed;
  return fault("a condition must give true or false", 0);
}

/**
 * Evaluates a condition against the outputs of nodes, by id. Whatever is not true or false is a problem:
 * `condition-invalid` where the text does not parse, else `condition-failed`.
 */
export function evaluateCondition(
  text: string,
  outputs: Readonly<Record<string, Json>>,
  semantics?: number,
): { ok: true; value: boolean } | { ok: false; problem: Problem } {
  const parsed = parseCondition(text);
  if (!parsed.ok) {
    const message = `the condition cannot be read: ${parsed.message} (at character ${parsed.offset + 1})`;
    return { ok: false, problem: { code: "condition-invalid", at: "condition", message } };
  }
  const result = evaluate(parsed.expression, outputs, semantics);
  if (result.ok && typeof result.value === "boolean") return { ok: true, value: result.value };
  const why = result.ok ? "it gave neither true nor false" : result.message;
  const message = `the condition could not be evaluated: ${why}`;
  return { ok: false, problem: { code: "condition-failed", at: "condition", message } };
}

const fault = (message: string, offset: number): Fault => ({ ok: false, message, offset });
