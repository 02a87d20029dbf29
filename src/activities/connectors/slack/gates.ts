/** Tells of gates in Slack: a message with buttons where a question begins, in its thread what follows, and in its place how it closed. */
import { setTimeout as pause } from "node:timers/promises";
import { redact } from "../../../core/redact.js";
import { ToolFailure } from "../../../platform/failure.js";
import { createSlack, type Slack } from "../../../platform/slack/client.js";
import type { NoticeResult } from "../../contract.js";
import type { GateMeans, GateMessage } from "../../gates/message.js";
import { slackMessage } from "./gate-message.js";

/** `name` is `slack:#` and the name or the id of a channel; `ref` of the result is `CHANNEL-ID/TIMESTAMP`. Never throws. */
export async function tellSlack(
  name: string,
  notice: GateMessage,
  { config, fetch }: Pick<GateMeans, "config" | "fetch">,
): Promise<NoticeResult> {
  const { slack: settings, facadeUrl } = config;
  if (settings === undefined) return { channel: name, ok: false, problem: "config.yaml has no section slack" };
  const page = facadeUrl === undefined ? undefined : `${facadeUrl}/#/runs/${encodeURIComponent(notice.run)}`;
  const message = slackMessage(notice, page, settings.signing_secret !== undefined);
  const slack = createSlack(settings, fetch);
  const before = refOf(notice.refs, name);
  const tryPost = () => deliver(name, notice, before, message, slack);
  for (const waitMs of TRY_AGAIN_MS) {
    try {
      return await tryPost();
    } catch (error) {
      // Slack may be out of order for a moment; a message twice is better than none.
      if (!(error instanceof ToolFailure) || error.code !== "source-error") return failed(name, error);
      await pause(waitMs);
    }
  }
  return tryPost().catch((error: unknown) => failed(name, error));
}

/** Milliseconds before a further attempt: together less than a gate may wait for a channel. */
const TRY_AGAIN_MS = [250, 1_000];

function failed(name: string, error: unknown): NoticeResult {
  const failure = error instanceof ToolFailure ? error : undefined;
  const hint = failure?.hint === undefined ? "" : ` (${failure.hint})`;
  return { channel: name, ok: false, problem: redact(`${failure?.message ?? "Slack could not be told"}${hint}`) };
}

async function deliver(
  name: string,
  notice: GateMessage,
  before: ReturnType<typeof refOf>,
  message: ReturnType<typeof slackMessage>,
  slack: Slack,
): Promise<NoticeResult> {
  if (notice.event === "gate-closed" && before !== undefined) {
    await slack.update({ channel: before.channel, ts: before.ts, ...message });
    return { channel: name, ok: true };
  }
  const under = before === undefined ? {} : { thread: before.ts };
  const sent = await slack.post({ channel: before?.channel ?? name.slice("slack:#".length), ...message, ...under });
  // What stands in a thread is no message of its own to be changed at the end.
  const ref = before === undefined && notice.event !== "gate-reminder" ? { ref: `${sent.channel}/${sent.ts}` } : {};
  return { channel: name, ok: true, ...ref };
}

function refOf(refs: GateMessage["refs"], name: string): { channel: string; ts: string } | undefined {
  const [, channel, ts] =
    /^([A-Z0-9]+)\/(\d+\.\d+)$/.exec(Object.hasOwn(refs ?? {}, name) ? (refs?.[name] ?? "") : "") ?? [];
  return channel === undefined || ts === undefined ? undefined : { channel, ts };
}
