/** Calls to the interfaces of trackers and channels: what each answer means, and whether the request may have been taken all the same. */
import type { z } from "zod";
import type { HttpAnswer, HttpRequest } from "../../../platform/http/contract.js";
import { HttpFailure } from "../../../platform/http/failure.js";
import { VENDOR_WAIT_MAX_SECONDS } from "../../../vocabulary/ticket-limits.js";
import { type ToolContext, ToolFailure, toolFailure } from "../../define-tool.js";
import { answered, jsonOf } from "../../tools/kit/http-answers.js";
import { retryAfterMs } from "../../tools/kit/retry-after.js";

export interface Vendor {
  /** As messages name it: `the tracker ops`. */
  who: string;
  /** What its address should lead to: `Jira`. */
  product: string;
  url: string;
  headers: Record<string, string>;
}
export interface VendorCall {
  method: NonNullable<HttpRequest["method"]>;
  /** Below the vendor's own path. */
  path: string;
  query?: Record<string, string>;
  json?: unknown;
}
type Means = Pick<ToolContext, "fetch" | "signal">;

/** The answer with a status of success; throws for any other. Nothing is followed elsewhere. */
export async function callVendor(vendor: Vendor, call: VendorCall, context: Means): Promise<HttpAnswer> {
  const url = new URL(vendor.url);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}${call.path}`;
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.append(name, value);
  const headers: Record<string, string> = { accept: "application/json", ...vendor.headers };
  if (call.json !== undefined) headers["content-type"] = "application/json";
  const answer = await context.fetch(url.href, {
    method: call.method,
    headers,
    body: call.json === undefined ? undefined : JSON.stringify(call.json),
    signal: context.signal,
    redirect: "refuse",
  });
  if (answer.status < 200 || answer.status > 299) throw vendorFailure(vendor.who, answer);
  return answer;
}

/** The same, its JSON in the given shape; throws `source-answer-invalid`. */
export async function askVendor<T>(vendor: Vendor, call: VendorCall, schema: z.ZodType<T>, context: Means): Promise<T> {
  const parsed = schema.safeParse(jsonOf(vendor.who, await callVendor(vendor, call, context)));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const message = `${vendor.who} did not answer as ${vendor.product} does (${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""})`;
  throw toolFailure("source-answer-invalid", message, { hint: `check that its url leads to ${vendor.product}` });
}

/** The failure that a status means; one who asks for a pause gets it. */
export function vendorFailure(who: string, answer: HttpAnswer): ToolFailure {
  const said = `${who} answered with ${answered(answer)}`;
  const waitMs = retryAfterMs(answer, VENDOR_WAIT_MAX_SECONDS) ?? untilResetMs(answer);
  const { status } = answer;
  // GitHub says 403 where a limit was reached.
  const isLimited = status === 429 || (status === 403 && (waitMs !== undefined || isUsedUp(answer)));
  if (isLimited) return waiting(toolFailure("source-busy", said, { hint: "wait; it is tried again" }), waitMs);
  if (status === 401)
    return toolFailure("source-denied", said, { hint: "check the secret that config.yaml names for it" });
  if (status === 403) {
    return toolFailure("source-forbidden", said, {
      hint: "give the account that the secret belongs to the rights for it",
    });
  }
  if (status === 404 || status === 410) {
    return toolFailure("source-not-found", said, {
      hint: "check the names in config.yaml, and that the account may see it",
    });
  }
  if (status >= 500) return waiting(toolFailure("source-error", said), waitMs);
  return toolFailure("source-refused", said);
}

function waiting(failure: ToolFailure, waitMs: number | undefined): ToolFailure {
  if (waitMs !== undefined) failure.retryAfterMs = waitMs;
  return failure;
}

const isUsedUp = ({ headers }: HttpAnswer): boolean => headers["x-ratelimit-remaining"] === "0";

/** GitHub tells of its hourly limit by the second in which it is lifted, since 1970; by its own clock. */
function untilResetMs(answer: HttpAnswer): number | undefined {
  const { "x-ratelimit-reset": reset = "", date = "" } = answer.headers;
  const seconds = Math.ceil(Number(reset) - Date.parse(date) / 1_000);
  if (!isUsedUp(answer) || !/^\d{9,11}$/.test(reset) || Number.isNaN(seconds)) return undefined;
  return Math.min(Math.max(seconds, 1), VENDOR_WAIT_MAX_SECONDS) * 1_000;
}

/** Whether the vendor may have done what was asked although its answer is not known. */
export function mayHaveHappened(error: unknown): boolean {
  if (error instanceof HttpFailure) return error.sent;
  return error instanceof ToolFailure && (error.code === "source-error" || error.code === "source-answer-invalid");
}
