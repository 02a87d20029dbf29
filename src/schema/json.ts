/** JSON values, as they cross every boundary. */
import { z } from "zod";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export const jsonSchema: z.ZodType<Json, Json> = z.json() as z.ZodType<Json, Json>;
export const jsonObjectSchema: z.ZodType<JsonObject, JsonObject> = z.record(z.string(), z.json()) as z.ZodType<
  JsonObject,
  JsonObject
>;
