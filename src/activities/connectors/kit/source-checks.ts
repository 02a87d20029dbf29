/** What the checks of sources share: how many there are, in words, and what is said of a source that holds nothing. */
import type { z } from "zod";
import { type ToolContext, type ToolFailure, toolFailure } from "../../define-tool.js";
import { callSource, shapeOf } from "./source-calls.js";

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

export function sourceEmpty(name: string, what: string): ToolFailure {
  const message = `the source ${name} answers and holds nothing: ${what}`;
  return toolFailure("source-empty", message, { hint: "check its path, selector, index or filter" });
}

/** The services that a store of traces knows. */
export async function servicesFound(
  source: { name: string; url: string; headers?: Record<string, string> },
  { server, path, schema }: { server: string; path: string; schema: z.ZodType<string[]> },
  context: ToolContext,
): Promise<string> {
  const names = shapeOf(source.name, server, schema, await callSource(source, { path }, context));
  if (names.length === 0) throw sourceEmpty(source.name, "no service has sent a trace");
  return `${counted(names.length, "service")}: ${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""}`;
}
