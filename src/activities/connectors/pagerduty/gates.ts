/** Tells of gates in PagerDuty: an alert while a question waits for an answer, which is resolved once it needs none. */
import { redact } from "../../../core/redact.js";
import { ToolFailure } from "../../../platform/failure.js";
import { withoutSecrets } from "../../../platform/secrets.js";
import { PAGERDUTY_TITLE_MAX_CHARS } from "../../../vocabulary/ticket-limits.js";
import type { NoticeResult } from "../../contract.js";
import type { Dependencies } from "../../dependencies.js";
import type { Notice } from "../../gates/message.js";
import { markOf } from "../kit/find-duplicates.js";
import { pageOf, titled } from "../kit/origin.js";
import { type AlertEvent, sendEvent } from "./channel.js";

/** What people read first, as far as the event has it. */
const SHOWN = ["tool", "target", "environment", "reason", "requester", "deadline", "digest", "status"];

/** `name` is `pagerduty:` and a channel of that kind in config.yaml. Never throws. */
export async function tellPagerDuty(
  name: string,
  notice: Notice,
  { config, fetch, secret, secretValues = [] }: Pick<Dependencies, "config" | "fetch" | "secret" | "secretValues">,
  timeoutMs: number,
): Promise<NoticeResult> {
  const channelName = name.slice("pagerduty:".length);
  const channel = Object.hasOwn(config.channels, channelName) ? config.channels[channelName] : undefined;
  if (channel?.kind !== "pagerduty") {
    return { channel: name, ok: false, problem: "config.yaml declares no such channel of kind pagerduty" };
  }
  try {
    const page = pageOf({ config, runId: notice.run });
    await sendEvent(channelName, channel, eventOf(notice, page), { fetch, secret }, { timeoutMs });
    return { channel: name, ok: true };
  } catch (error) {
    const problem = error instanceof ToolFailure ? error.message : "it could not be told";
    return { channel: name, ok: false, problem: withoutSecrets(redact(problem), secretValues) };
  }
}

function eventOf({ event, run, node, details }: Notice, page: string | undefined): AlertEvent {
  const { digest, nodeName = node } = details;
  const shown = SHOWN.flatMap((key) => (typeof details[key] === "string" ? [[key, redact(details[key])]] : []));
  const answer = `autoops approve ${run} ${node}`;
  return {
    action: event === "gate-closed" ? "resolve" : "trigger",
    // One question, one alert: a reminder adds to it, its closing ends it, and a question that is asked anew has its own.
    dedupKey: markOf(`gate ${run} ${node} ${String(digest ?? "")}`),
    summary: titled(`Approval needed: ${String(nodeName)} (run ${run})`, PAGERDUTY_TITLE_MAX_CHARS).text,
    details: { ...Object.fromEntries(shown), run, node, answer },
    ...(page === undefined ? {} : { page }),
  };
}
