/** Parts of JSON whose form nobody promised. */
import type { Json, JsonObject } from "../../../schema/json.js";

export function objectIn(value: Json | undefined): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}
export const textIn = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
export const numberIn = (value: Json | undefined): number =>
  typeof value === "number" && Number.isFinite(value) ? value : 0;
export const listIn = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.map(objectIn).filter((item) => item !== undefined) : [];
