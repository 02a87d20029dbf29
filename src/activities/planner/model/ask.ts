/**
 * One call of a model over the guarded fetch: messages and a schema in, the answer's text and what it took out. Nothing
 * is tried again here: that is for whoever schedules the call. Owns `openai`, which loads on first use.
 */
import { z } from "zod";
import { redact } from "../../../core/redact.js";
import { ToolFailure } from "../../../platform/failure.js";
import type { GuardedFetch, HttpAnswer, HttpRequest } from "../../../platform/http/contract.js";
import { retryAfterMs } from "../../../platform/http/retry-after.js";
import type { ModelSettings } from "../../../schema/model.js";
import { SHOWN_VALUE_MAX_CHARS } from "../../../vocabulary/limits.js";
import { RETRY_AFTER_MAX_SECONDS } from "../../../vocabulary/model-limits.js";
import type { ProblemCode } from "../../../vocabulary/problems.js";
import type { Message } from "./prompt.js";

export interface Question {
  messages: Message[];
  /** Strict structured output: no optional members, no open mappings. */
  schema: z.ZodType;
  /** Of the schema: letters, digits and _. */
  name: string;
}

export interface ModelAnswer {
  /** Empty where the model declined. */
  text: string;
  /** Its own words, where it declined. */
  refusal?: string;
  /** The answer ended at the limit of tokens. */
  truncated: boolean;
  /** Absent where the server does not count. */
  tokens?: { input: number; output: number };
}

export interface Asking {
  settings: ModelSettings;
  fetch: GuardedFetch;
  signal?: AbortSignal;
  now(): number;
}

/** A call that did not come to an answer. */
export class ModelFailure extends ToolFailure {
  constructor(
    code: ProblemCode,
    message: string,
    hint: string,
    retryable: boolean,
    /** When the server says it may be asked again. */
    override readonly retryAfterMs?: number,
  ) {
    super(code, message, hint, retryable);
  }
}

const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});

/** Asks once. Throws `ModelFailure`, or what the guarded fetch throws. */
export async function ask(question: Question, asking: Asking): Promise<ModelAnswer> {
  const { settings } = asking;
  const [{ OpenAI }, { zodResponseFormat }] = await Promise.all([import("openai"), import("openai/helpers/zod")]);
  let unsent: unknown;
  let answered: HttpAnswer | undefined;
  const client = new OpenAI({
    // The reference, not the key: the guarded fetch puts the key in at the last moment.
    apiKey: settings.api_key,
    baseURL: settings.base_url,
    organization: null,
    project: null,
    logLevel: "off",
    maxRetries: 0,
    timeout: (settings.timeout_seconds + 10) * 1_000,
    fetch: async (url, init) => {
      try {
        answered = await asking.fetch(String(url), requestOf(init, asking));
        return new Response(answered.text, {
          status: answered.status,
          headers: { "content-type": contentType(answered) },
        });
      } catch (error) {
        unsent = error;
        throw error;
      }
    },
  });
  try {
    const completion: unknown = await client.chat.completions.create({
      model: settings.name,
      messages: question.messages,
      response_format: formatOf(question, zodResponseFormat),
      max_completion_tokens: settings.max_output_tokens,
      temperature: settings.temperature,
    });
    return answerOf(completion);
  } catch (error) {
    if (unsent !== undefined) throw unsent;
    if (answered !== undefined && answered.status >= 300) throw refused(answered, asking.now());
    if (error instanceof ModelFailure || answered === undefined) throw error;
    throw unreadable();
  }
}

/** The strict form of a schema, which takes longer to make than to send. */
const formats = new WeakMap<z.ZodType, ReturnType<FormatMaker>>();
type FormatMaker = typeof import("openai/helpers/zod").zodResponseFormat;

function formatOf({ schema, name }: Question, make: FormatMaker): ReturnType<FormatMaker> {
  const format = formats.get(schema) ?? make(schema, name);
  formats.set(schema, format);
  return format;
}

/** Only what the call needs: the SDK would also tell the operating system and its version. */
function requestOf(init: RequestInit | undefined, { settings, signal }: Asking): HttpRequest {
  const headers: Record<string, string> = {};
  new Headers(init?.headers).forEach((value, name) => {
    if (["accept", "authorization", "content-type"].includes(name)) headers[name] = value;
  });
  return {
    method: "POST",
    headers,
    body: typeof init?.body === "string" ? init.body : "",
    timeoutMs: settings.timeout_seconds * 1_000,
    redirect: "refuse",
    signal,
  };
}

const contentType = (answer: HttpAnswer): string => answer.headers["content-type"] ?? "application/json";

function answerOf(completion: unknown): ModelAnswer {
  const parsed = completionSchema.safeParse(completion);
  if (!parsed.success) throw unreadable();
  const [choice] = parsed.data.choices;
  const { usage } = parsed.data;
  const refusal = choice?.message.refusal ?? (choice?.finish_reason === "content_filter" ? "filtered" : undefined);
  return {
    text: choice?.message.content ?? "",
    refusal,
    truncated: choice?.finish_reason === "length",
    tokens: usage ? { input: usage.prompt_tokens, output: usage.completion_tokens } : undefined,
  };
}

function unreadable(): ModelFailure {
  const message = "the model's server answered with something that is not a chat completion";
  return new ModelFailure(
    "source-answer-invalid",
    message,
    "check model.base_url (OPENAI_BASE_URL): it ends in /v1",
    false,
  );
}

function refused(answer: HttpAnswer, nowMs: number): ModelFailure {
  const { status } = answer;
  const { said, code } = saidIn(answer.text);
  const message = `the model's server answered ${status}${said === "" ? "" : `: ${said}`}`;
  if (status === 429 && code !== "insufficient_quota") {
    const hint = "it limits requests: lower execution.rate_limit_llm_per_minute";
    return new ModelFailure("too-many-requests", message, hint, true, waitOf(answer, nowMs));
  }
  if (status >= 500 || status === 408) {
    return new ModelFailure("source-error", message, "try again later", true, waitOf(answer, nowMs));
  }
  const hint =
    status === 401 || status === 403 ? "check the key and what it may use" : "check model.name and model.base_url";
  return new ModelFailure("source-refused", message, hint, false);
}

/** The error's own words, shortened and without secrets. */
function saidIn(text: string): { said: string; code?: string } {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown; code?: unknown } };
    const said = typeof error?.message === "string" ? error.message : "";
    const code = typeof error?.code === "string" ? error.code : undefined;
    return {
      said: redact(said)
        .replace(/\s+/g, " ")
        .slice(0, SHOWN_VALUE_MAX_CHARS * 3),
      code,
    };
  } catch {
    return { said: "" };
  }
}

function waitOf({ headers }: HttpAnswer, nowMs: number): number | undefined {
  const ms = retryAfterMs(headers, nowMs);
  return ms === undefined ? undefined : Math.min(ms, RETRY_AFTER_MAX_SECONDS * 1_000);
}
