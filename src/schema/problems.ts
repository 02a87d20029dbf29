/** Turns zod's issues into problems: a path, what it must be, what it was, and the way out. */
import type { z } from "zod";
import { PROBLEMS_MAX, SHOWN_VALUE_MAX_CHARS } from "../vocabulary/limits.js";
import type { Problem } from "../vocabulary/problems.js";
import type { Result } from "../vocabulary/result.js";

type Path = readonly PropertyKey[];

/** `["nodes", 3, "timeout_seconds"]` → `nodes[3].timeout_seconds`. */
export function pathText(path: Path): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else text += text === "" ? String(key) : `.${String(key)}`;
  }
  return text;
}

/** A value as a message may show it: short, one line, with its type. Strings that may be secrets are not shown. */
export function shownValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "a mapping";
  if (typeof value !== "string") return `${String(value)} (${typeof value})`;
  const line = JSON.stringify(value.slice(0, SHOWN_VALUE_MAX_CHARS));
  return value.length > SHOWN_VALUE_MAX_CHARS ? `${line.slice(0, -1)}…" (${value.length} characters)` : line;
}

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function fromIssue(issue: z.core.$ZodIssue, input: unknown, prefix: string, shows: boolean): Problem[] {
  const path = pathText(issue.path);
  const at = prefix === "" ? path : path === "" ? prefix : path.startsWith("[") ? prefix + path : `${prefix}.${path}`;
  const subject = at === "" ? "the document" : at;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, PROBLEMS_MAX).map((key) => {
      const shown = key.slice(0, SHOWN_VALUE_MAX_CHARS);
      return {
        code: "unknown-key" as const,
        at: at === "" ? shown : `${at}.${shown}`,
        message: `${subject} has no key ${JSON.stringify(shown)}`,
        hint: "remove it, or check its spelling",
      };
    });
  }
  const got = shows ? `, got ${shownValue(valueAt(input, issue.path))}` : "";
  const message = `${subject} must be ${mustBe(issue)}${got}`;
  return [{ code: "field-invalid", at, message }];
}

/** The words that zod uses where the schema gives none of its own. */
const ZODS_OWN = /^(Invalid|Too small|Too big)/;

function mustBe(issue: z.core.$ZodIssue): string {
  if (!ZODS_OWN.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      // A key of any value that is absent: zod's own word says nothing to people.
      return issue.expected === ("nonoptional" as string) ? "given" : article(issue.expected);
    case "invalid_value":
      return `one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return `${sized(issue.origin)} ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}${unit(issue.origin)}`;
    case "too_big":
      return `${sized(issue.origin)} ${issue.inclusive ? "at most" : "less than"} ${issue.maximum}${unit(issue.origin)}`;
    default:
      return issue.message;
  }
}

const ARTICLES: Record<string, string> = {
  int: "a whole number",
  number: "a number",
  string: "text",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};
const article = (expected: string): string => ARTICLES[expected] ?? expected;
const sized = (origin: string): string => (origin === "number" || origin === "int" ? "a number of" : "of");
const unit = (origin: string): string => (origin === "string" ? " characters" : origin === "array" ? " entries" : "");

interface ParseOptions {
  /** Stands before each path, e.g. `nodes[2].params`. */
  at?: string;
  /** Whether messages may show the offending value; false for documents that may hold secrets. */
  shows?: boolean;
}

/** Parses `input` strictly; on failure returns every problem (at most `PROBLEMS_MAX`). Nothing is coerced. */
export function parseWith<T>(schema: z.ZodType<T>, input: unknown, options: ParseOptions = {}): Result<T> {
  const result = schema.safeParse(input);
  if (result.success) return { ok: true, value: result.data };
  const shows = options.shows ?? true;
  const problems: Problem[] = [];
  for (const issue of result.error.issues) {
    if (problems.length >= PROBLEMS_MAX) break;
    problems.push(...fromIssue(issue, input, options.at ?? "", shows));
  }
  return { ok: false, problems: problems.slice(0, PROBLEMS_MAX) };
}
