/**
 * What stands around a write in a model's answer: reads before it, a read that tells whether it worked, and what takes it
 * back. Params of their tools come as JSON text: a union of all tools in each of the three would be many times the schema.
 */
import { z } from "zod";
import type { Json, JsonObject } from "../../../schema/json.js";
import type { Offer } from "./offer.js";

const EXPECT = "a condition over output, what the tool returned, such as output.value <= 0.02";

/** The members of a node that writes; none where no tool reads. */
export function checksOf({ tools }: Offer): z.ZodRawShape {
  const named = (effects: readonly string[]): string[] =>
    tools.filter(({ effect }) => effects.includes(effect)).map(({ name }) => name);
  const [readers, writers] = [named(["read", "none"]), named(["write"])];
  if (readers.length === 0 || writers.length === 0) return {};
  const params = z.string().describe("the tool's params as JSON text");
  const read = { tool: z.enum(readers), params, expect: z.string().describe(EXPECT) };
  return {
    preconditions: z
      .array(z.strictObject(read))
      .nullable()
      .describe("read right before it acts; where one does not hold it is left out"),
    verify: z
      .strictObject({ ...read, settle_seconds: z.number().nullable(), attempts: z.number().nullable() })
      .nullable()
      .describe("read afterwards: whether it worked"),
    undo: z
      .strictObject({ tool: z.enum(writers), params })
      .nullable()
      .describe("what takes it back, or null"),
  };
}

/** The node with the params of these calls as the graph's format has them; what cannot be read stays for the check. */
export function checksBack(node: Json): Json {
  if (!isMapping(node)) return node;
  const { preconditions, ...rest } = node;
  const { verify, undo } = rest;
  return {
    ...rest,
    ...(isMapping(verify) ? { verify: callBack(verify) } : {}),
    ...(isMapping(undo) ? { undo: callBack(undo) } : {}),
    // The format knows no empty list of them.
    ...(preconditions === undefined || isEmpty(preconditions) ? {} : { preconditions: listBack(preconditions) }),
  };
}

const isEmpty = (value: Json): boolean => Array.isArray(value) && value.length === 0;

const listBack = (list: Json): Json =>
  Array.isArray(list) ? list.map((one) => (isMapping(one) ? callBack(one) : one)) : list;

function callBack(call: JsonObject): JsonObject {
  const known = Object.fromEntries(Object.entries(call).filter(([, value]) => value !== null));
  return typeof known.params === "string" ? { ...known, params: readJson(known.params) } : known;
}

function readJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

const isMapping = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
