/** Params against a tool's schema, before templates are rendered: what a template will fill in is left open. */
import type { z } from "zod";
import { redact } from "../../core/redact.js";
import type { Json, JsonObject } from "../../schema/json.js";
import { parseWith, pathText } from "../../schema/problems.js";
import type { Problem } from "../../vocabulary/problems.js";

const OPEN = "{{";

/** Problems of `params` with their full paths, all with the code `params-invalid`. */
export function checkParams(schema: z.ZodType, params: JsonObject, at: string): Problem[] {
  const parsed = parseWith(schema, params, { at });
  if (parsed.ok) return [];
  const open = templateLeaves(params, at);
  return parsed.problems
    .filter((problem) => problem.code === "unknown-key" || !open.some((leaf) => isAboveOrBelow(problem.at, leaf)))
    .map((problem) => ({ ...problem, code: "params-invalid", message: redact(problem.message) }));
}

/** The paths of all strings that hold a template. */
function templateLeaves(params: JsonObject, at: string): string[] {
  const leaves: string[] = [];
  const stack: Array<{ value: Json; path: PropertyKey[] }> = [{ value: params, path: [] }];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { value, path } = item;
    if (typeof value === "string" && value.includes(OPEN)) leaves.push(joined(at, path));
    if (typeof value !== "object" || value === null) continue;
    const entries: Array<[PropertyKey, Json]> = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
    for (const [key, child] of entries) stack.push({ value: child, path: [...path, key] });
  }
  return leaves;
}

function joined(at: string, path: readonly PropertyKey[]): string {
  const text = pathText(path);
  if (at === "" || text === "" || text.startsWith("[")) return at + text;
  return `${at}.${text}`;
}

function isAboveOrBelow(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (!long.startsWith(short)) return false;
  return short === "" || long.length === short.length || long[short.length] === "." || long[short.length] === "[";
}
