/** Tells of gates by e-mail: the question with how to answer it, a reminder, and how it closed. Mail is never answered. */
import { redact } from "../../../core/redact.js";
import { ToolFailure } from "../../../platform/failure.js";
import { withoutSecrets } from "../../../platform/secrets.js";
import type { ChannelOf } from "../../../schema/config/tickets.js";
import { EMAIL_SUBJECT_MAX_CHARS } from "../../../vocabulary/ticket-limits.js";
import type { NoticeResult } from "../../contract.js";
import { GATE_MESSAGE_TIMEOUT_MS, type GateMeans, type GateMessage } from "../../gates/message.js";
import { markOf } from "../kit/find-duplicates.js";
import { findingsUntilNow, shownDetails } from "../kit/gate-details.js";
import { visibleText } from "../kit/markdown.js";
import { pageOf, titled } from "../kit/origin.js";
import { domainOf } from "./channel.js";
import { sendMail } from "./smtp.js";

const SUBJECTS: Record<GateMessage["event"], string> = {
  "gate-opened": "Approval needed",
  "gate-reminder": "Reminder: approval needed",
  "gate-escalated": "Approval needed, nobody has answered yet",
  "gate-closed": "Approval closed",
};

/** `name` is `email:` and a channel of that kind in config.yaml. Never throws. */
export async function tellByEmail(
  name: string,
  channel: ChannelOf<"email">,
  notice: GateMessage,
  means: GateMeans,
): Promise<NoticeResult> {
  const { hosts, secret, secretValues = [] } = means;
  if (hosts === undefined) return { channel: name, ok: false, problem: "this worker cannot reach a mail server" };
  const clean = (text: string): string => withoutSecrets(redact(visibleText(text)), secretValues);
  const mail = {
    from: channel.from,
    to: channel.to,
    subject: titled(subjectOf(notice), EMAIL_SUBJECT_MAX_CHARS).text,
    text: clean(textOf(notice, pageOf({ config: means.config, runId: notice.run }), means.now())),
    messageId: `${markOf(notice.key)}@${domainOf(channel.from)}`,
    date: new Date(means.now()),
  };
  try {
    const signal = AbortSignal.timeout(GATE_MESSAGE_TIMEOUT_MS);
    await sendMail(name.slice("email:".length), channel, mail, { hosts, secret, signal });
    return { channel: name, ok: true };
  } catch (error) {
    return {
      channel: name,
      ok: false,
      problem: clean(error instanceof ToolFailure ? error.message : "it could not be told"),
    };
  }
}

function subjectOf({ event, run, node, details }: GateMessage): string {
  return `${SUBJECTS[event]}: ${String(details.nodeName ?? node)} (run ${run})`;
}

function textOf(notice: GateMessage, page: string | undefined, nowMs: number): string {
  const { event, run, node } = notice;
  const facts = shownDetails(notice).map(([key, value]) => `${key}: ${value}`);
  const answer = event === "gate-closed" ? [] : ["", `To answer: autoops approve ${run} ${node}`];
  const found = event === "gate-closed" ? [] : findingsUntilNow(notice, nowMs);
  return [
    subjectOf(notice),
    "",
    ...found,
    ...(found.length === 0 ? [] : [""]),
    ...facts,
    ...answer,
    ...(page === undefined ? [] : [page]),
  ].join("\n");
}
