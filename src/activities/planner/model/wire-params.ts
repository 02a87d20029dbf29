/**
 * Params in the form that strict structured output takes, and the way back. Strict output knows no optional and no
 * open mappings: what may be left out is nullable, a mapping is a list of entries, anything else is JSON as text.
 * Bounds are told in descriptions; what an answer must be is for the tool's own schema to say.
 */
import { z } from "zod";
import type { Json } from "../../../schema/json.js";

/** The part of JSON Schema that zod writes for params. */
export interface JsonSchema {
  type?: string | string[];
  enum?: Json[];
  const?: Json;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  [keyword: string]: unknown;
}

export interface Wire {
  schema: z.ZodType;
  /** What the graph's format has for an answer. Also takes the graph's own form; what fits neither stays as it is. */
  back(value: Json): Json | undefined;
}

const same = (value: Json): Json => value;
const TEMPLATE = "or a template {{ … }}";

/** The wire form of one schema. */
export function wireOf(schema: JsonSchema): Wire {
  if (Array.isArray(schema.type)) return unionWire(schema.type.map((type) => wireOf({ ...schema, type })));
  if (schema.anyOf !== undefined) return unionWire(schema.anyOf.map(wireOf));
  if (schema.const !== undefined) return literalWire([schema.const]);
  if (schema.enum !== undefined) return literalWire(schema.enum);
  switch (schema.type) {
    case "string":
      return { schema: described(z.string(), boundsOf(schema)), back: same };
    case "number":
    case "integer":
      return { schema: orTemplate(z.number(), boundsOf(schema)), back: same };
    case "boolean":
      return { schema: orTemplate(z.boolean(), ""), back: same };
    case "null":
      return { schema: z.null(), back: same };
    case "array":
      return arrayWire(schema);
    case "object":
      return schema.properties === undefined ? entriesWire(schema) : objectWire(schema, true);
    default:
      return jsonTextWire();
  }
}

/** An object whose members stand side by side; null stands for absent where the schema lets it be absent. */
export function objectWire(schema: JsonSchema, mayBeTemplate: boolean): Wire {
  const required = new Set(schema.required ?? []);
  const members = Object.entries(schema.properties ?? {}).map(
    ([key, value]) => [key, wireOf(value), required.has(key)] as const,
  );
  const shape = Object.fromEntries(
    members.map(([key, { schema: own }, needed]) => [key, needed ? own : own.nullable()]),
  );
  const strict = z.strictObject(shape);
  return {
    schema: mayBeTemplate ? orTemplate(strict, "") : strict,
    back(value) {
      if (!isMapping(value)) return value;
      const known = new Map(members.map(([key, wire, needed]) => [key, { wire, needed }]));
      const result: Record<string, Json> = {};
      for (const [key, item] of Object.entries(value)) {
        const member = known.get(key);
        if (member === undefined) result[key] = item;
        else if (item !== null || member.needed) {
          const own = member.wire.back(item);
          if (own !== undefined) result[key] = own;
        }
      }
      return result;
    },
  };
}

function arrayWire(schema: JsonSchema): Wire {
  const item = schema.items === undefined ? jsonTextWire() : wireOf(schema.items);
  return {
    schema: orTemplate(z.array(item.schema), boundsOf(schema)),
    back: (value) => (Array.isArray(value) ? value.map((each) => item.back(each) ?? null) : value),
  };
}

function entriesWire(schema: JsonSchema): Wire {
  const open = schema.additionalProperties;
  const inner = typeof open === "object" ? wireOf(open) : jsonTextWire();
  const entry = z.strictObject({ key: z.string(), value: inner.schema });
  return {
    schema: orTemplate(z.array(entry), "the entries of a mapping"),
    back(value) {
      if (isMapping(value)) {
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner.back(item) ?? null]));
      }
      if (!Array.isArray(value)) return value;
      const pairs: Array<[string, Json]> = [];
      for (const item of value) {
        if (!isMapping(item) || typeof item.key !== "string" || item.value === undefined) return value;
        pairs.push([item.key, inner.back(item.value) ?? null]);
      }
      return Object.fromEntries(pairs);
    },
  };
}

function unionWire(choices: readonly Wire[]): Wire {
  const [first, second, ...rest] = choices;
  if (first === undefined) return jsonTextWire();
  if (second === undefined) return first;
  return {
    schema: z.union([first.schema, second.schema, ...rest.map(({ schema }) => schema)]),
    back(value) {
      const fitting = choices.find(({ schema }) => schema.safeParse(value).success);
      return fitting === undefined ? value : fitting.back(value);
    },
  };
}

function literalWire(values: readonly Json[]): Wire {
  const texts = values.filter((value) => typeof value === "string");
  const [first, ...rest] = texts;
  if (first === undefined || texts.length !== values.length) return jsonTextWire();
  return { schema: z.enum([first, ...rest]), back: same };
}

/** Any JSON value, written out as text. Text that is no JSON, a template for instance, is the value itself. */
function jsonTextWire(): Wire {
  return {
    schema: z.string().describe(`any JSON value, written as JSON text, ${TEMPLATE}`),
    back(value) {
      if (typeof value !== "string") return value;
      try {
        return JSON.parse(value) as Json;
      } catch {
        return value;
      }
    },
  };
}

function orTemplate(schema: z.ZodType, says: string): z.ZodType {
  return z.union([described(schema, says), z.string().describe("a template {{ … }}")]);
}

function described<T extends z.ZodType>(schema: T, says: string): T {
  return says === "" ? schema : schema.describe(says);
}

const BOUNDS: ReadonlyArray<[string, string]> = [
  ["minimum", "at least"],
  ["maximum", "at most"],
  ["minLength", "characters at least"],
  ["maxLength", "characters at most"],
  ["minItems", "entries at least"],
  ["maxItems", "entries at most"],
  ["pattern", "pattern"],
  ["format", "format"],
  ["default", "default"],
];

function boundsOf(schema: JsonSchema): string {
  const own = typeof schema.description === "string" ? [schema.description] : [];
  const bounds = BOUNDS.flatMap(([keyword, says]) => {
    const value = schema[keyword];
    const isAny = typeof value === "number" && Math.abs(value) >= Number.MAX_SAFE_INTEGER;
    return value === undefined || isAny ? [] : [`${says} ${JSON.stringify(value)}`];
  });
  return [...own, ...(schema.type === "integer" ? ["whole number"] : []), ...bounds].join(", ");
}

function isMapping(value: Json | undefined): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
