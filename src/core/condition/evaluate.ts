/**
 * Expression + outputs → value. Strict: nothing is coerced, what is missing is an error, only own data properties are
 * read, and the work is counted. Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Json } from "../../schema/json.js";
import { CONDITION_MAX_STEPS, DOCUMENT_MAX_DEPTH, SEMANTICS } from "../../vocabulary/limits.js";
import type { Comparison, Expression } from "./expression.js";

export type Evaluated = { ok: true; value: Json } | { ok: false; message: string };
type Outputs = Readonly<Record<string, Json>>;
/** Steps that are left, shared by all parts of one evaluation; and the rules that the run began with. */
type Budget = { steps: number; readonly semantics: number };

/** The rules from which on `in` asks a mapping for a key. */
const KEYS_IN_MAPPINGS = 2;

const wrong = (message: string): Evaluated => ({ ok: false, message });
const right = (value: Json): Evaluated => ({ ok: true, value });
const TOO_MUCH = wrong(`it takes more than ${CONDITION_MAX_STEPS} steps`);
/** Outputs are bounded when they arrive; this keeps a comparison of anything else off the stack's end. */
const EQUALITY_MAX_DEPTH = DOCUMENT_MAX_DEPTH * 4;

/** Evaluates against the outputs of nodes, by id. Short-circuits from left to right. */
export function evaluate(expression: Expression, outputs: Outputs, semantics = SEMANTICS): Evaluated {
  return run(expression, outputs, { steps: CONDITION_MAX_STEPS, semantics });
}

function run(expression: Expression, outputs: Outputs, budget: Budget): Evaluated {
  if (--budget.steps < 0) return TOO_MUCH;
  switch (expression.kind) {
    case "value":
      return right(expression.value);
    case "name":
      return lookUp(outputs, expression.name, expression.name);
    case "path":
      return follow(expression, outputs, budget);
    case "list":
      return runList(expression.items, outputs, budget);
    case "size":
      return sizeOf(run(expression.of, outputs, budget));
    case "has":
      return hasPath(expression.of, outputs, budget);
    case "not":
      return negate(run(expression.of, outputs, budget));
    case "and":
    case "or":
      return runChain(expression, outputs, budget);
    case "compare":
      return runComparison(expression, outputs, budget);
  }
}

function runList(items: readonly Expression[], outputs: Outputs, budget: Budget): Evaluated {
  const values: Json[] = [];
  for (const item of items) {
    const result = run(item, outputs, budget);
    if (!result.ok) return result;
    values.push(result.value);
  }
  return right(values);
}

function runChain(chain: Extract<Expression, { kind: "and" | "or" }>, outputs: Outputs, budget: Budget): Evaluated {
  const decides = chain.kind === "or";
  for (const item of chain.items) {
    const result = run(item, outputs, budget);
    if (!result.ok) return result;
    if (typeof result.value !== "boolean") {
      return wrong(`${chain.kind} joins true or false, got ${typeName(result.value)}`);
    }
    if (result.value === decides) return right(decides);
  }
  return right(!decides);
}

function negate(result: Evaluated): Evaluated {
  if (!result.ok) return result;
  if (typeof result.value !== "boolean") return wrong(`not takes true or false, got ${typeName(result.value)}`);
  return right(!result.value);
}

function runComparison(
  comparison: Extract<Expression, { kind: "compare" }>,
  outputs: Outputs,
  budget: Budget,
): Evaluated {
  const left = run(comparison.left, outputs, budget);
  if (!left.ok) return left;
  const right = run(comparison.right, outputs, budget);
  if (!right.ok) return right;
  return compare(comparison.operator, left.value, right.value, budget);
}

function compare(operator: Comparison, left: Json, other: Json, budget: Budget): Evaluated {
  if (operator === "==" || operator === "!=") {
    const same = isEqual(left, other, budget, 0);
    return same === undefined ? TOO_MUCH : right(same === (operator === "=="));
  }
  if (operator === "in" || operator === "not in") {
    const found = contains(other, left, budget);
    return found.ok ? right(found.value === (operator === "in")) : found;
  }
  const order = orderOf(left, other);
  if (order === undefined) {
    return wrong(`${operator} needs two numbers or two texts, got ${typeName(left)} and ${typeName(other)}`);
  }
  switch (operator) {
    case "<":
      return right(order < 0);
    case "<=":
      return right(order <= 0);
    case ">":
      return right(order > 0);
    case ">=":
      return right(order >= 0);
  }
}

/** A list holds a value, a mapping a key. Runs of the first rules knew lists alone. */
function contains(holder: Json, value: Json, budget: Budget): Evaluated {
  if (Array.isArray(holder)) {
    for (const item of holder) {
      const same = isEqual(value, item, budget, 0);
      if (same === undefined) return TOO_MUCH;
      if (same) return right(true);
    }
    return right(false);
  }
  const isMapping = typeof holder === "object" && holder !== null;
  if (!isMapping || budget.semantics < KEYS_IN_MAPPINGS) {
    const needs = budget.semantics < KEYS_IN_MAPPINGS ? "a list" : "a list or a mapping";
    return wrong(`in needs ${needs} on its right, got ${typeName(holder)}`);
  }
  if (typeof value !== "string") return wrong(`a key of a mapping is a text, got ${typeName(value)}`);
  return right(Object.hasOwn(holder, value));
}

function orderOf(left: Json, other: Json): number | undefined {
  if (typeof left === "number" && typeof other === "number") return left - other;
  if (typeof left === "string" && typeof other === "string") return byCodePoint(left, other);
  return undefined;
}

/** By code point: UTF-16 units would put characters beyond U+FFFF before those from U+E000 on. */
function byCodePoint(left: string, other: string): number {
  const length = Math.min(left.length, other.length);
  for (let at = 0; at < length; at++) {
    const unit = left.charCodeAt(at);
    if (unit === other.charCodeAt(at)) continue;
    // A pair whose first half is the same in both is compared whole.
    const start = at > 0 && (left.charCodeAt(at - 1) & 0xfc00) === 0xd800 ? at - 1 : at;
    const order = (left.codePointAt(start) ?? 0) - (other.codePointAt(start) ?? 0);
    return order === 0 ? (left.codePointAt(at) ?? 0) - (other.codePointAt(at) ?? 0) : order;
  }
  return left.length - other.length;
}

/** Deep and strict; undefined where the budget is used up. */
function isEqual(left: unknown, other: unknown, budget: Budget, depth: number): boolean | undefined {
  if (--budget.steps < 0 || depth > EQUALITY_MAX_DEPTH) return undefined;
  if (typeof left !== "object" || left === null || typeof other !== "object" || other === null) return left === other;
  if (Array.isArray(left) !== Array.isArray(other)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(other).length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(other, key)) return false;
    const same = isEqual(ownValue(left, key), ownValue(other, key), budget, depth + 1);
    if (same !== true) return same;
  }
  return true;
}

function follow(path: Extract<Expression, { kind: "path" }>, outputs: Outputs, budget: Budget): Evaluated {
  let result = run(path.of, outputs, budget);
  let shown = path.of.kind === "name" ? path.of.name : "(…)";
  for (const key of path.keys) {
    if (!result.ok) return result;
    if (--budget.steps < 0) return TOO_MUCH;
    const next = shown + (typeof key === "number" ? `[${key}]` : /^[\w-]{1,64}$/.test(key) ? `.${key}` : '["…"]');
    result = step(result.value, key, shown.slice(-200), next.slice(-200));
    shown = next;
  }
  return result;
}

function step(value: Json, key: string | number, shown: string, next: string): Evaluated {
  if (typeof key === "number") {
    if (!Array.isArray(value)) return wrong(`${shown} is not a list but ${typeName(value)}`);
    return lookUp(value, String(key), next);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return wrong(`${shown} has no fields, it is ${typeName(value)}`);
  }
  return lookUp(value, key, next);
}

function lookUp(holder: object, key: string, shown: string): Evaluated {
  if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, key)) {
    return wrong(`${shown} does not exist`);
  }
  const value = ownValue(holder, key);
  return isJson(value) ? right(value) : wrong(`${shown} is not JSON`);
}

/** Reads a data property without running an accessor. */
function ownValue(holder: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(holder, key)?.value;
}

function isJson(value: unknown): value is Json {
  if (value === null) return true;
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value === "string" || typeof value === "boolean" || typeof value === "object";
}

function hasPath(path: Expression, outputs: Outputs, budget: Budget): Evaluated {
  const found = run(path, outputs, budget).ok;
  return budget.steps < 0 ? TOO_MUCH : right(found);
}

/** Characters (code points) of a text, entries of a list, keys of a mapping. */
function sizeOf(result: Evaluated): Evaluated {
  if (!result.ok) return result;
  const { value } = result;
  if (typeof value === "string") {
    let count = 0;
    for (const _ of value) count++;
    return right(count);
  }
  if (Array.isArray(value)) return right(value.length);
  if (typeof value === "object" && value !== null) return right(Object.keys(value).length);
  return wrong(`size() takes a text, a list or a mapping, got ${typeName(value)}`);
}

function typeName(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return "a text";
  return typeof value === "number" ? "a number" : String(value);
}
