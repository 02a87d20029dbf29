/** Alerts through Events API v2 of PagerDuty: one dedup key, one alert, however often it is sent. */
import { z } from "zod";
import { redact } from "../../../core/redact.js";
import type { HttpRequest } from "../../../platform/http/contract.js";
import type { ChannelOf } from "../../../schema/config/tickets.js";
import { PAGERDUTY_TITLE_MAX_CHARS } from "../../../vocabulary/ticket-limits.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { jsonOf } from "../../tools/kit/http-answers.js";
import { markOf } from "../kit/find-duplicates.js";
import { fitted, visibleText } from "../kit/markdown.js";
import { pageOf, titled } from "../kit/origin.js";
import { vendorFailure } from "../kit/vendor-calls.js";
import type { AlertAction, Delivered, Message } from "../message.js";

/** Characters of the details: an event must stay below 512 KB, and people read the first lines. */
const DETAILS_MAX_CHARS = 10_000;
const answerSchema = z.object({ status: z.string(), dedup_key: z.string() });

export interface AlertEvent {
  action: AlertAction;
  /** The same for everything that is said of one alert. */
  dedupKey: string;
  summary: string;
  severity?: "critical" | "error" | "warning" | "info";
  details?: Record<string, string>;
  page?: string;
}
type Means = Pick<ToolContext, "fetch" | "secret">;

/** Sends one event; returns the status that PagerDuty answered with. */
export async function sendEvent(
  name: string,
  channel: ChannelOf<"pagerduty">,
  event: AlertEvent,
  means: Means,
  request: Pick<HttpRequest, "signal" | "timeoutMs"> = {},
): Promise<number> {
  const answer = await means.fetch(`${channel.url.replace(/\/+$/, "")}/v2/enqueue`, {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify({ routing_key: means.secret(channel.routing_key), ...bodyOf(event, channel) }),
    redirect: "refuse",
    ...request,
  });
  const who = `the channel ${name}`;
  if (answer.status < 200 || answer.status > 299) throw vendorFailure(who, answer);
  if (answerSchema.safeParse(jsonOf(who, answer)).data?.dedup_key === event.dedupKey) return answer.status;
  throw toolFailure("source-answer-invalid", `${who} must answer with the event's dedup_key, and did not`);
}

function bodyOf({ action, dedupKey, summary, severity, details, page }: AlertEvent, channel: ChannelOf<"pagerduty">) {
  const event = { event_action: action, dedup_key: dedupKey };
  if (action !== "trigger") return event;
  return {
    ...event,
    payload: {
      summary,
      severity: severity ?? channel.severity,
      source: "autoops",
      ...(details === undefined ? {} : { custom_details: details }),
    },
    client: "AutoOps",
    ...(page === undefined ? {} : { client_url: page, links: [{ href: page, text: "The run" }] }),
  };
}

/** `alert.key` is the `ref` of the notification that triggered the alert; a new alert has the key of its node. */
export async function alertPagerDuty(
  name: string,
  channel: ChannelOf<"pagerduty">,
  { title, message, severity, alert = { action: "trigger" } }: Message,
  context: ToolContext,
): Promise<Delivered> {
  const { action, key } = alert;
  if (action !== "trigger" && key === undefined) {
    const message = `alert.key must be the ref of the notification that triggered what is to be ${action}d`;
    throw toolFailure("params-invalid", message, { retryable: false });
  }
  const dedupKey = key ?? markOf(context.idempotencyKey);
  const summary = titled(title, PAGERDUTY_TITLE_MAX_CHARS);
  const page = pageOf(context);
  const text = fitted(redact(visibleText(message)), DETAILS_MAX_CHARS, page);
  const { signal, runId, nodeId } = context;
  const event: AlertEvent = {
    action,
    dedupKey,
    summary: summary.text,
    ...(severity === undefined ? {} : { severity }),
    details: { message: text.text, run: runId, node: nodeId },
    ...(page === undefined ? {} : { page }),
  };
  const status = await sendEvent(name, channel, event, context, { signal });
  return { status, keptBy: "key", ref: dedupKey, truncated: summary.truncated || text.truncated };
}
