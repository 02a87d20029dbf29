/** A Slack workspace on loopback (`emulate`), and requests signed as Slack signs them. */
import { createHmac } from "node:crypto";
import { createEmulator } from "emulate";
import type { GuardedFetch } from "../../src/platform/http/contract.js";
import { createGuardedFetch } from "../../src/platform/http/guarded-fetch.js";

export const SIGNING_SECRET = "a-signing-secret-of-the-test";
export const TOKEN = "xoxb-1-of-the-test";

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Any = any;

export interface Workspace {
  apiUrl: string;
  /** Member ids by name: ann, bob, mel, zed. All are in the channel ops. */
  users: Record<string, string>;
  /** Id of the channel ops. */
  ops: string;
  /** Our requests, as they went out: method and body. */
  sent: Array<{ method: string; body: Record<string, string>; authorization: string | undefined }>;
  /** The guarded fetch, noting what goes out. */
  fetch: GuardedFetch;
  /** The messages of a channel, the newest first. */
  messages(channel?: string): Promise<Any[]>;
  replies(ts: string): Promise<Any[]>;
  /** What was shown to one person alone. */
  whispers(user: string): string[];
  trigger(user: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startWorkspace(): Promise<Workspace> {
  const seed = {
    tokens: { [TOKEN]: { login: "admin", scopes: ["chat:write"] } },
    slack: {
      users: ["ann", "bob", "mel", "zed"].map((name) => ({ name })),
      channels: [{ name: "ops" }, { name: "leads" }],
    },
  };
  // The double takes no port 0: a free one is found by trying.
  const emulator = await onFreePort((port) => createEmulator({ service: "slack", port, seed }));
  const apiUrl = `${emulator.url.replace("localhost", "127.0.0.1")}/api/`;
  const ask = async (method: string, body: Record<string, string> = {}): Promise<Any> => {
    const headers = { authorization: "Bearer test-reader" };
    const response = await fetch(`${apiUrl}${method}`, { method: "POST", headers, body: new URLSearchParams(body) });
    const answer = (await response.json()) as Any;
    if (answer.ok !== true) throw new Error(`${method}: ${answer.error}`);
    return answer;
  };
  const sent: Workspace["sent"] = [];
  const guarded = createGuardedFetch({ network: {}, declaredUrls: [apiUrl], resolveSecret: () => TOKEN });
  const { members } = await ask("users.list");
  const { channels } = await ask("conversations.list");
  const ops = channels.find((one: Any) => one.name === "ops").id;
  return {
    apiUrl,
    ops,
    users: Object.fromEntries(members.map((one: Any) => [one.name, one.id])),
    sent,
    fetch: (url, request) => {
      const body = Object.fromEntries(new URLSearchParams(request?.body ?? ""));
      const headers = new Headers(request?.headers);
      sent.push({ method: url.slice(apiUrl.length), body, authorization: headers.get("authorization") ?? undefined });
      return guarded(url, request);
    },
    messages: async (channel = ops) => (await ask("conversations.history", { channel })).messages,
    replies: async (ts) => (await ask("conversations.replies", { channel: ops, ts })).messages.slice(1),
    whispers: (user) => {
      const mine = sent.filter(({ method, body }) => method === "chat.postEphemeral" && body.user === user);
      return mine.map(({ body }) => body.text ?? "");
    },
    trigger: async (user_id) => (await ask("views.generateTriggerId", { user_id })).trigger_id,
    stop: () => emulator.close(),
  };
}

async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await start(20_000 + Math.floor(Math.random() * 20_000));
    } catch (error) {
      if (tries === 20) throw error;
    }
  }
}

/** Headers and body of a request as Slack makes it. */
export function signed(
  payload: object,
  { secret = SIGNING_SECRET, atMs = Date.now() }: { secret?: string; atMs?: number } = {},
): { method: string; headers: Record<string, string>; body: string } {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = String(Math.floor(atMs / 1_000));
  const hash = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${hash}`,
  };
  return { method: "POST", headers, body };
}

/** A click on one of our buttons. `salt` makes another request of the same click. */
export function click(
  user: string,
  action: "approve" | "reject" | "skip",
  value: object,
  more: { channel: string; trigger?: string; salt?: string },
): object {
  return {
    type: "block_actions",
    user: { id: user, team_id: "T000000001" },
    api_app_id: "A1",
    trigger_id: more.trigger ?? "1.2.3",
    container: { type: "message", message_ts: "1.000001", channel_id: more.channel },
    channel: { id: more.channel, name: "ops" },
    message: { ts: "1.000001", text: "Approval needed" },
    actions: [
      {
        type: "button",
        action_id: `autoops_${action}`,
        block_id: "b",
        value: JSON.stringify(value),
        action_ts: more.salt ?? "1",
      },
    ],
  };
}

/** The form of a comment, sent off as it was opened. */
export function submission(
  user: string,
  view: { callback_id: string; private_metadata: string },
  comment?: string,
): object {
  const state = { values: { comment: { comment: { type: "plain_text_input", value: comment ?? null } } } };
  return { type: "view_submission", user: { id: user }, view: { ...view, id: "V1", state } };
}
