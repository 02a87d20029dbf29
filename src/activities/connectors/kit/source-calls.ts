/** Calls to a source's HTTP API: its base address, its headers, and what an answer that is not 200 means. */
import type { z } from "zod";
import type { HttpAnswer } from "../../../platform/http/contract.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { jsonOf, statusFailure } from "../../tools/kit/http-answers.js";

export interface HttpSource {
  name: string;
  url: string;
  headers?: Record<string, string>;
}
export interface SourceCall {
  /** Below the source's own path. */
  path: string;
  query?: Record<string, string>;
  form?: Record<string, string>;
  json?: unknown;
  accept?: string;
}

/** The answer of status 200; throws `source-denied`, `source-refused` or `source-error` for another. */
export async function callSource(source: HttpSource, call: SourceCall, context: ToolContext): Promise<HttpAnswer> {
  const url = new URL(source.url);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}${call.path}`;
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.append(name, value);
  const body = call.form === undefined ? JSON.stringify(call.json) : new URLSearchParams(call.form).toString();
  const type = call.form === undefined ? "application/json" : "application/x-www-form-urlencoded";
  const headers: Record<string, string> = { accept: call.accept ?? "application/json", ...source.headers };
  const answer =
    body === undefined
      ? await context.fetch(url.href, { headers, signal: context.signal })
      : await context.fetch(url.href, {
          method: "POST",
          headers: { "content-type": type, ...headers },
          body,
          signal: context.signal,
        });
  if (answer.status !== 200) throw statusFailure(`the source ${source.name}`, answer);
  return answer;
}

/** The answer's JSON in the given shape; throws `source-answer-invalid`. `server` is what the address should lead to. */
export function shapeOf<T>(name: string, server: string, schema: z.ZodType<T>, answer: HttpAnswer): T {
  return shaped(name, server, schema, jsonOf(`the source ${name}`, answer));
}

export function shaped<T>(name: string, server: string, schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const message = `the source ${name} did not answer as ${server} does (${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""})`;
  throw toolFailure("source-answer-invalid", message, { hint: `check that the source's url leads to ${server}` });
}
