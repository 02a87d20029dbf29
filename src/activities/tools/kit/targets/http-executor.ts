/** An effect on a target of kind `http`: one request, and a state that another reads. */
import type { HttpAnswer, HttpRequest } from "../../../../platform/http/contract.js";
import { HttpFailure } from "../../../../platform/http/failure.js";
import type { HttpAction } from "../../../../schema/config.js";
import type { JsonObject } from "../../../../schema/json.js";
import { NODE_TIMEOUT_MAX_SECONDS } from "../../../../vocabulary/limits.js";
import { type ToolContext, toolFailure } from "../../../define-tool.js";
import { answered, jsonOf, statusFailure } from "../http-answers.js";
import { type Executor, LostAnswer, refused } from "./executor.js";
import { fillIn, fillInText } from "./fill-in.js";

/** Answers of something in between: whether the target itself acted is not known. */
const LOST_STATUSES = [408, 502, 504];

/** Prepares the effect; nothing is sent yet. */
export function httpExecutor(name: string, action: HttpAction, params: JsonObject, context: ToolContext): Executor {
  if (action.url.includes("{{") || action.state?.url.includes("{{")) {
    const message = `the URLs of the target ${name} must not hold templates`;
    throw toolFailure("config-invalid", message, { hint: "put the values into the body", retryable: false });
  }
  const request = requestOf(action, params, context);
  return {
    request: { method: action.method, url: action.url },
    act: () => act(name, action, request, context),
    ...(action.state === undefined ? {} : { state: stateOf(name, action.state, params, context) }),
  };
}

function requestOf(action: HttpAction, params: JsonObject, context: ToolContext): HttpRequest {
  const body = action.body === undefined ? undefined : JSON.stringify(fillIn(action.body, params, "the body"));
  return {
    method: action.method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...action.headers,
      ...(action.idempotency === "key" ? { "idempotency-key": context.idempotencyKey } : {}),
    },
    body,
    // The node's own time-out bounds the request: giving up earlier would only make its outcome unknown.
    timeoutMs: NODE_TIMEOUT_MAX_SECONDS * 1_000,
    signal: context.signal,
    // A redirect may turn a request that acts into one that reads, and then nothing would have happened.
    redirect: "refuse",
  };
}

async function act(name: string, action: HttpAction, request: HttpRequest, context: ToolContext): Promise<void> {
  const answer = await send(action.url, request, context);
  if (action.expect_status.includes(answer.status)) return;
  const message = `the target ${name} answered ${action.method} with ${answered(answer)}`;
  if (LOST_STATUSES.includes(answer.status)) throw new LostAnswer(message);
  const isRedirect = answer.status >= 300 && answer.status < 400;
  const hint = isRedirect ? "a redirect is not followed: declare the URL that it leads to" : undefined;
  throw refused(message, hint, answer.status >= 500 || answer.status === 429);
}

async function send(url: string, request: HttpRequest, context: ToolContext): Promise<HttpAnswer> {
  try {
    return await context.fetch(url, request);
  } catch (error) {
    if (error instanceof HttpFailure && error.sent) throw new LostAnswer(error.message);
    throw error;
  }
}

function stateOf(
  name: string,
  state: NonNullable<HttpAction["state"]>,
  params: JsonObject,
  context: ToolContext,
): NonNullable<Executor["state"]> {
  return {
    wanted: fillInText(state.done_when, params, "done_when"),
    async read() {
      const { url, headers } = state;
      const answer = await context.fetch(url, { headers, signal: context.signal });
      const who = `the state of the target ${name}`;
      if (answer.status < 200 || answer.status > 299) throw statusFailure(who, answer);
      return valueAt(jsonOf(who, answer), state.read, who);
    },
  };
}

/** The value at a dotted path of own keys and list indices, as text. */
function valueAt(document: unknown, path: string, who: string): string {
  let value = document;
  for (const key of path === "" ? [] : path.split(".")) {
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  }
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  const message = `${who} must hold text, a number or true/false at ${JSON.stringify(path)}`;
  throw toolFailure("source-answer-invalid", message, { hint: "check state.read of the target in config.yaml" });
}
