/** Tells of gates in PagerDuty: an alert while a question waits for an answer, which is resolved once it needs none. */
import { redact } from "../../../core/redact.js";
import { ToolFailure } from "../../../platform/failure.js";
import { withoutSecrets } from "../../../platform/secrets.js";
import type { ChannelOf } from "../../../schema/config/tickets.js";
import { PAGERDUTY_TITLE_MAX_CHARS } from "../../../vocabulary/ticket-limits.js";
import { visibleLine } from "../../../vocabulary/visible.js";
import type { NoticeResult } from "../../contract.js";
import { GATE_MESSAGE_TIMEOUT_MS, type GateMeans, type GateMessage } from "../../gates/message.js";
import { markOf } from "../kit/find-duplicates.js";
import { findingsUntilNow, shownDetails } from "../kit/gate-details.js";
import { pageOf, titled } from "../kit/origin.js";
import { type AlertEvent, sendEvent } from "./channel.js";

/** `name` is `pagerduty:` and a channel of that kind in config.yaml. Never throws. */
export async function tellPagerDuty(
  name: string,
  channel: ChannelOf<"pagerduty">,
  notice: GateMessage,
  { config, fetch, secret, secretValues = [], now }: GateMeans,
): Promise<NoticeResult> {
  try {
    const page = pageOf({ config, runId: notice.run });
    const channelName = name.slice("pagerduty:".length);
    const request = { timeoutMs: GATE_MESSAGE_TIMEOUT_MS };
    await sendEvent(channelName, channel, eventOf(notice, page, now()), { fetch, secret }, request);
    return { channel: name, ok: true };
  } catch (error) {
    const problem = error instanceof ToolFailure ? error.message : "it could not be told";
    return { channel: name, ok: false, problem: withoutSecrets(redact(problem), secretValues) };
  }
}

function eventOf(notice: GateMessage, page: string | undefined, nowMs: number): AlertEvent {
  const { event, details } = notice;
  const [run, node] = [notice.run, notice.node].map(visibleLine) as [string, string];
  const { digest, nodeName = node } = details;
  const answer = `autoops approve ${run} ${node}`;
  const found = findingsUntilNow(notice, nowMs).join("\n");
  return {
    action: event === "gate-closed" ? "resolve" : "trigger",
    // One question, one alert: a reminder adds to it, its closing ends it, and a question that is asked anew has its own.
    dedupKey: markOf(`gate ${run} ${node} ${String(digest ?? "")}`),
    summary: titled(`Approval needed: ${String(nodeName)} (run ${run})`, PAGERDUTY_TITLE_MAX_CHARS).text,
    details: { ...(found === "" ? {} : { found }), ...Object.fromEntries(shownDetails(notice)), run, node, answer },
    ...(page === undefined ? {} : { page }),
  };
}
