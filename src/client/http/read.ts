/** Reads what a request carries against its schema; what does not fit is refused with every problem. */
import type { Request } from "express";
import type { z } from "zod";
import { eventIdSchema, gatePathSchema, idempotencyKeySchema, ifMatchSchema, runPathSchema } from "../../schema/api.js";
import { checkBounds } from "../../schema/document.js";
import { parseWith } from "../../schema/problems.js";
import { orRefuse } from "./problem-document.js";

export function bodyOf<T>(request: Request, schema: z.ZodType<T>): T {
  const body: unknown = request.body;
  // Before a schema walks it: JSON that nests thousands of levels exhausts the stack.
  if (body !== undefined) orRefuse(checkBounds(body, "body"));
  return orRefuse(parseWith(schema, body, { at: "body" }));
}

export function queryOf<T>(request: Request, schema: z.ZodType<T>): T {
  return orRefuse(parseWith(schema, { ...request.query }, { at: "query" }));
}

export function runOf(request: Request): string {
  return orRefuse(parseWith(runPathSchema, request.params, { at: "path" })).id;
}

export function gateOf(request: Request): { id: string; node: string } {
  return orRefuse(parseWith(gatePathSchema, request.params, { at: "path" }));
}

export function idempotencyKeyOf(request: Request): string | undefined {
  return orRefuse(parseWith(idempotencyKeySchema, request.get("idempotency-key"), { at: "Idempotency-Key" }));
}

export function ifMatchOf(request: Request): string | undefined {
  return orRefuse(parseWith(ifMatchSchema, request.get("if-match"), { at: "If-Match" }));
}

/** From the header that browsers send by themselves, or from `?after=`. */
export function lastEventIdOf(request: Request): string | undefined {
  const { after } = request.query;
  const given = request.get("last-event-id") || after;
  return orRefuse(parseWith(eventIdSchema, given, { at: "Last-Event-ID" }));
}
