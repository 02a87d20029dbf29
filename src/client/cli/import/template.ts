/** A template of the Python version: `{{name}}` stands for a parameter, and its default is what `parameters` says. */
import type { Json } from "../../../schema/json.js";
import type { Problem } from "../../../vocabulary/problems.js";
import type { ImportNote, Params } from "./mapping.js";

type Filled = { ok: true; document: Params; notes: ImportNote[] } | { ok: false; problems: Problem[] };

const PLACEHOLDER = /\{\{\s*([A-Za-z_]\w*)\s*\}\}/g;

/** The document with its parameters filled in; a graph without parameters stays as it is. */
export function filledTemplate(document: Params, given: Readonly<Record<string, string>>): Filled {
  const { parameters } = document;
  if (typeof parameters !== "object" || parameters === null || Array.isArray(parameters)) {
    return { ok: true, document, notes: [] };
  }
  const values = new Map(Object.entries(parameters).map(([name, value]) => [name, given[name] ?? defaultOf(value)]));
  const used = new Set([...JSON.stringify(document.nodes).matchAll(PLACEHOLDER)].map(([, name]) => name ?? ""));
  const missing = [...used].filter((name) => values.has(name) && values.get(name) === undefined);
  if (missing.length > 0) return { ok: false, problems: missing.map(missingValue) };
  const notes = [...values].map(([name, value]) => ({
    at: `parameters.${name}`,
    message: `parameters.${name} is filled in as ${JSON.stringify(value ?? null)}`,
    hint: given[name] === undefined ? `give another by --param ${name}=VALUE` : undefined,
  }));
  const { parameters: _, ...rest } = document;
  return { ok: true, document: fill(rest, values) as Params, notes };
}

/** A default that is a placeholder itself is none; an empty one is a value that may be left out. */
const defaultOf = (value: Json | undefined): Json | undefined =>
  typeof value === "string" && new RegExp(PLACEHOLDER.source).test(value) ? undefined : value;

function missingValue(name: string): Problem {
  const at = `parameters.${name}`;
  return { code: "parameter-missing", at, message: `${at} has no value`, hint: `give one: --param ${name}=VALUE` };
}

function fill(value: Json, values: ReadonlyMap<string, Json | undefined>): Json {
  if (typeof value === "string") return fillText(value, values);
  if (Array.isArray(value)) return value.map((item) => fill(item, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, values)]));
}

/** A text that is one placeholder keeps the value's type. */
function fillText(text: string, values: ReadonlyMap<string, Json | undefined>): Json {
  const alone = new RegExp(`^${PLACEHOLDER.source}$`).exec(text)?.[1];
  if (alone !== undefined && values.has(alone)) return values.get(alone) ?? "";
  return text.replace(PLACEHOLDER, (whole, name: string) =>
    values.has(name) ? String(values.get(name) ?? "") : whole,
  );
}
