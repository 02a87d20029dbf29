/**
 * Slack's Web API through its own client, over the guarded fetch. Owns `@slack/web-api`, which is loaded on first use.
 * The token stays a reference until the request goes out, so that no error of the client can hold it.
 */
import type { WebClient } from "@slack/web-api";
import { redact } from "../../core/redact.js";
import type { SlackSettings } from "../../schema/slack.js";
import { SLACK_CALL_TIMEOUT_MS } from "../../vocabulary/facade-limits.js";
import { VENDOR_WAIT_MAX_SECONDS } from "../../vocabulary/ticket-limits.js";
import { ToolFailure, toolFailure } from "../failure.js";
import type { GuardedFetch } from "../http/contract.js";

/** Block Kit, as it goes out. */
export type Block = Record<string, unknown>;

export interface SlackMessage {
  /** Name or id of a channel; a private one goes by its id alone. */
  channel: string;
  /** For notifications and readers that show no blocks. */
  text: string;
  blocks?: Block[];
}

/** Every call throws `ToolFailure` with what Slack said; none is tried twice. */
export interface Slack {
  /** By what Slack knows the new message. `thread`: the message under which it stands. `mark`: told to programs alone. */
  post(message: SlackMessage & { thread?: string; mark?: string }): Promise<{ channel: string; ts: string }>;
  /** The messages that carry the mark among the newest `count` of a channel, the newest first. */
  sentWith(mark: string, channelId: string, count: number): Promise<string[]>;
  /** The id of a public channel; throws `source-not-found`. */
  channelId(name: string): Promise<string>;
  /** Whom the token belongs to, in words. */
  whoAmI(): Promise<string>;
  update(message: SlackMessage & { ts: string }): Promise<void>;
  /** Shown to one person alone. */
  whisper(message: SlackMessage & { user: string; thread?: string }): Promise<void>;
  /** Within three seconds of what gave the trigger. */
  openView(trigger: string, view: Block): Promise<void>;
}

export function createSlack({ token, api_url }: Pick<SlackSettings, "token" | "api_url">, fetch: GuardedFetch): Slack {
  let opened: Promise<WebClient> | undefined;
  const call = async (method: string, request: Record<string, unknown>): Promise<Record<string, unknown>> => {
    opened ??= open(api_url, token, fetch);
    try {
      return (await (await opened).apiCall(method, request)) as unknown as Record<string, unknown>;
    } catch (error) {
      throw failureOf(error, method);
    }
  };
  const common = { unfurl_links: false, unfurl_media: false };
  return {
    async post({ thread, mark, ...message }) {
      const under = thread === undefined ? {} : { thread_ts: thread };
      const marked = mark === undefined ? {} : { metadata: metadataOf(mark) };
      const { channel, ts } = await call("chat.postMessage", { ...message, ...under, ...marked, ...common });
      if (typeof channel === "string" && typeof ts === "string") return { channel, ts };
      throw toolFailure("source-answer-invalid", "Slack must name the message that it took, and did not");
    },
    update: async (message) => void (await call("chat.update", { ...message })),
    async whisper({ thread, ...message }) {
      await call("chat.postEphemeral", { ...message, ...(thread === undefined ? {} : { thread_ts: thread }) });
    },
    openView: async (trigger_id, view) => void (await call("views.open", { trigger_id, view })),
    async sentWith(mark, channel, count) {
      const { messages } = await call("conversations.history", { channel, limit: count, include_all_metadata: true });
      const all = Array.isArray(messages) ? (messages as Array<{ ts?: unknown; metadata?: unknown }>) : [];
      const carries = (metadata: unknown): boolean => {
        const { event_type, event_payload } = (metadata ?? {}) as {
          event_type?: unknown;
          event_payload?: { key?: unknown };
        };
        return event_type === MESSAGE_EVENT && event_payload?.key === mark;
      };
      return all.flatMap(({ ts, metadata }) => (typeof ts === "string" && carries(metadata) ? [ts] : []));
    },
    channelId: (name) => channelIdOf(name, call),
    async whoAmI() {
      const { team, user } = await call("auth.test", {});
      return `signed in as ${String(user)} in ${String(team)}`;
    },
  };
}

const MESSAGE_EVENT = "autoops_message";
const metadataOf = (mark: string) => ({ event_type: MESSAGE_EVENT, event_payload: { key: mark } });

/** Pages of a thousand channels: more than any workspace that a name could be looked up in. */
const CHANNEL_PAGES = 5;

async function channelIdOf(
  name: string,
  call: (method: string, request: Record<string, unknown>) => Promise<Record<string, unknown>>,
): Promise<string> {
  let cursor = "";
  for (let page = 0; page < CHANNEL_PAGES; page++) {
    const from = cursor === "" ? {} : { cursor };
    const answer = await call("conversations.list", { exclude_archived: true, limit: 1_000, ...from });
    const channels = Array.isArray(answer.channels) ? (answer.channels as Array<{ id?: unknown; name?: unknown }>) : [];
    const found = channels.find((one) => one.name === name);
    if (typeof found?.id === "string") return found.id;
    cursor = String((answer.response_metadata as { next_cursor?: unknown } | undefined)?.next_cursor ?? "");
    if (cursor === "") break;
  }
  throw toolFailure("source-not-found", `Slack shows no public channel #${name}`, { hint: "name it by its id" });
}

async function open(slackApiUrl: string, token: string, fetch: GuardedFetch): Promise<WebClient> {
  const { WebClient: Client } = await import("@slack/web-api");
  return new Client(undefined, {
    slackApiUrl,
    allowAbsoluteUrls: false,
    headers: { Authorization: `Bearer ${token}` },
    fetch: guarded(fetch),
    timeout: SLACK_CALL_TIMEOUT_MS,
    // A gate must not wait for a slow channel; what failed stands in the run.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: SILENT,
  });
}

type ClientFetch = NonNullable<NonNullable<ConstructorParameters<typeof WebClient>[1]>["fetch"]>;

/** The client's idea of fetch over ours: no proxy of the environment, no redirect, only what the network policy allows. */
function guarded(request: GuardedFetch): ClientFetch {
  return async (url, { headers, body, signal } = {}) => {
    if (typeof body !== "string") throw toolFailure("tool-failed", "only text goes to Slack");
    const timed = signal === undefined ? {} : { signal };
    const options = { method: "POST", redirect: "refuse", timeoutMs: SLACK_CALL_TIMEOUT_MS, ...timed } as const;
    const answer = await request(String(url), { ...options, headers: headers ?? {}, body });
    return {
      ok: answer.status >= 200 && answer.status < 300,
      status: answer.status,
      statusText: "",
      url: answer.url,
      headers: new Headers(answer.headers),
      text: async () => answer.text,
      json: async () => JSON.parse(answer.text) as unknown,
      arrayBuffer: async () => new TextEncoder().encode(answer.text).buffer as ArrayBuffer,
    };
  };
}

const none = (): void => undefined;
/** What it would write to the terminal; failures are told by us. */
const SILENT = { debug: none, info: none, warn: none, error: none, setLevel: none, setName: none, getLevel: level };
function level(): never {
  return "error" as never;
}

/** The words that Slack answers with, and the way out for those that people meet. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  channel_not_found: "check the name; a private channel goes by its id, and the app must be a member",
  not_in_channel: "invite the app to the channel",
  invalid_auth: "check the token that the section slack of config.yaml names",
  not_authed: "check the token that the section slack of config.yaml names",
  missing_scope: "give the app the scopes chat:write, channels:history and channels:read, and install it again",
};

type Meaning = "source-denied" | "source-forbidden" | "source-not-found" | "source-error" | "source-busy";

/** What those words mean beside plain refusals. Slack answers 200 also where it is out of order for a while. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  internal_error: "source-error",
  fatal_error: "source-error",
  service_unavailable: "source-error",
  service_timeout: "source-error",
  request_timeout: "source-error",
  team_added_to_org: "source-error",
  ratelimited: "source-busy",
  rate_limited: "source-busy",
  message_limit_exceeded: "source-busy",
  invalid_auth: "source-denied",
  not_authed: "source-denied",
  token_expired: "source-denied",
  token_revoked: "source-denied",
  account_inactive: "source-denied",
  missing_scope: "source-forbidden",
  not_in_channel: "source-forbidden",
  restricted_action: "source-forbidden",
  no_permission: "source-forbidden",
  access_denied: "source-forbidden",
  channel_not_found: "source-not-found",
  is_archived: "source-not-found",
};

interface SlackRefusal {
  error?: unknown;
  needed?: unknown;
  errors?: unknown;
  response_metadata?: { messages?: unknown };
}
const REASONS_MAX = 3;

/** The scopes that are missing, and why blocks were refused: what the word alone does not say. */
function detailsOf({ needed, errors, response_metadata }: SlackRefusal = {}): string {
  const listed = [errors, response_metadata?.messages].flatMap((list) => (Array.isArray(list) ? list : []));
  const reasons = [...new Set(listed.filter((one) => typeof one === "string"))].slice(0, REASONS_MAX);
  const scopes = typeof needed === "string" && needed !== "" ? [`needed: ${needed}`] : [];
  const text = [...scopes, ...reasons].map((one) => redact(one).replace(/\s+/g, " ").slice(0, 200)).join("; ");
  return text === "" ? "" : ` (${text})`;
}

const wayOut = (word: string): string | undefined => (Object.hasOwn(WAYS_OUT, word) ? WAYS_OUT[word] : undefined);

function failureOf(error: unknown, method: string): ToolFailure {
  const { original, data, retryAfter, statusCode } = error as {
    original?: unknown;
    data?: SlackRefusal;
    retryAfter?: number;
    statusCode?: number;
  };
  if (error instanceof ToolFailure) return error;
  if (original instanceof ToolFailure) return original;
  if (retryAfter !== undefined) {
    const retryAfterMs = Math.min(Math.max(retryAfter, 1), VENDOR_WAIT_MAX_SECONDS) * 1_000;
    const message = `Slack takes no more for ${retryAfter} s (${method})`;
    return toolFailure("source-busy", message, { hint: "wait", retryAfterMs });
  }
  if (statusCode !== undefined) return toolFailure("source-error", `Slack answered ${statusCode} (${method})`);
  const word = String(data?.error ?? "").slice(0, 80);
  if (/^[a-z_]+$/.test(word)) {
    const code = Object.hasOwn(MEANINGS, word) ? MEANINGS[word] : undefined;
    const said = code === "source-error" || code === "source-busy" ? "is out of order for now" : "refused";
    return toolFailure(code ?? "source-refused", `Slack ${said}: ${word}${detailsOf(data)}`, { hint: wayOut(word) });
  }
  return toolFailure("source-answer-invalid", `Slack's answer cannot be read (${method})`);
}
