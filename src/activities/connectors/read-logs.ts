/** Reads a declared log source, of whichever kind; and says which queries a kind does not take. */
import type { Source } from "../../schema/config.js";
import type { Json } from "../../schema/json.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { ToolContext } from "../define-tool.js";
import type { LogQuestion, LogReading } from "../tools/logs/reading.js";
import { connectorOf } from "./sources.js";

/** `inWords` is the query in words, for sources that have no language of their own. */
export async function readLogs(
  source: Source & { name: string },
  question: LogQuestion,
  context: ToolContext,
  inWords: string,
): Promise<LogReading> {
  const reading = await connectorOf(source).readLogs?.(source, question, context, inWords);
  if (reading === undefined) throw new Error(`no logs of ${source.kind}`);
  return reading;
}

/** Where the source is, in words. */
export function placeOf(source: Source): string {
  return connectorOf(source).place?.(source) ?? connectorOf(source).urls(source)[0] ?? source.kind;
}

/** Why this kind of source does not take a query. */
export function queryFaults(query: Json | undefined, source: Source, at: string): Problem[] {
  if (typeof query !== "string" || query.includes("{{")) return [];
  const fault = connectorOf(source).queryFault?.(query);
  if (fault === undefined) return [];
  const message = `${at}.query must be ${fault.rule}`;
  return [{ code: "params-invalid", at: `${at}.query`, message, hint: fault.hint }];
}
