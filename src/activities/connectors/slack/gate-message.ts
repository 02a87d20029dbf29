/** What Slack shows of a gate: the question with its buttons, a reminder, and how it closed. Within Block Kit's limits. */
import { SURENESS_WORDS } from "../../../core/answer/lines.js";
import { redactValue } from "../../../core/redact.js";
import type { Block } from "../../../platform/slack/client.js";
import { code, line, mrkdwn, plain, section } from "../../../platform/slack/text.js";
import type { JsonObject } from "../../../schema/json.js";
import { SLACK_ACTIONS, type SlackQuestion } from "../../../schema/slack.js";
import type { AskCall } from "../../contract.js";
import type { GateMessage } from "../../gates/message.js";

/** Findings that stand in one message; the page has all. */
const FINDINGS_SHOWN = 3;
/** Characters: of one line, of the params, and of a header (Block Kit takes 150; a section 3,000). */
const LINE_MAX = 300;
const PARAMS_MAX = 2_500;
const HEADER_MAX = 150;
/** Characters of the name of a tool or target; of what is there before and after. */
const NAME_MAX = 100;
const PREVIEW_MAX = 300;

/** What notices tell, as far as the event has it. */
type GateDetails = Partial<Omit<AskCall, "params">> & {
  params?: JsonObject;
  preview?: { before: string | null; after: string | null; problem?: string; affects?: string[] };
  digest?: string;
  deadline?: string;
  groups?: string[];
  status?: string;
  by?: string[];
};

export interface SlackText {
  /** For notifications, and for readers that show no blocks. */
  text: string;
  blocks: Block[];
}

/** `page`: where the run is shown. `answers`: whether buttons would be understood. */
export function slackMessage(notice: GateMessage, page: string | undefined, answers: boolean): SlackText {
  const told = notice.details as unknown as GateDetails;
  if (notice.event === "gate-closed") return closed(notice, told, page);
  if (notice.event === "gate-reminder") return reminder(notice, told, page);
  return question(notice, told, page, answers);
}

function question(notice: GateMessage, told: GateDetails, page: string | undefined, answers: boolean): SlackText {
  const { nodeName = notice.node, findings = [] } = told;
  const title = notice.event === "gate-escalated" ? "You are asked too" : "Approval needed";
  const lines = [
    found(told),
    what(told),
    why(told),
    before(told),
    reaches(told),
    undone(told),
    who(notice, told),
    deadline(told),
  ];
  const blocks: Block[] = [
    { type: "header", text: plain(`${title}: ${nodeName}`, HEADER_MAX) },
    section(lines.filter((text) => text !== undefined).join("\n")),
  ];
  if (told.params !== undefined && Object.keys(told.params).length > 0) {
    blocks.push(section(code(told.params, PARAMS_MAX)));
  }
  const statements = findings.slice(0, FINDINGS_SHOWN).map(({ statement }) => `• ${line(statement, LINE_MAX)}`);
  if (findings.length > FINDINGS_SHOWN) statements.push(`and ${findings.length - FINDINGS_SHOWN} more`);
  if (told.answer === undefined && statements.length > 0)
    blocks.push(section(`*Found so far*\n${statements.join("\n")}`));
  const asked = questionOf(notice, told);
  if (answers && asked !== undefined && isShownWhole(told)) blocks.push(buttons(asked, told));
  else if (answers && asked !== undefined)
    blocks.push(section("_Too long to be shown whole, so it has no buttons here._"));
  blocks.push(footer(notice, told, page));
  return { text: `${title}: ${line(nodeName, LINE_MAX)}`, blocks };
}

/** Nobody agrees by a button to what they could not read. */
function isShownWhole({ params = {}, undo, preview, tool = "", target = "" }: GateDetails): boolean {
  const { before, after, affects = [] } = preview ?? {};
  const isCut = (text: string, max: number): boolean => line(text, max).endsWith("…");
  if ([tool, target].some((name) => isCut(name, NAME_MAX))) return false;
  if ([before, after, affects.join(", ")].some((text) => isCut(text ?? "", PREVIEW_MAX))) return false;
  if (undo !== undefined && isCut(JSON.stringify(redactValue(undo.params)), LINE_MAX)) return false;
  return !code(params, PARAMS_MAX).endsWith("…```");
}

/** What is wrong and why, before what is to be done about it. */
function found({ answer }: GateDetails): string | undefined {
  if (answer === undefined) return undefined;
  const { headline, cause, ruledOut } = answer;
  const lines = [`*${local(headline)}*`];
  if (cause !== undefined && cause.sureness !== "none")
    lines.push(`*${SURENESS_WORDS[cause.sureness]}*  ${local(cause.text)}`);
  for (const { text, source } of cause?.facts ?? []) lines.push(`• ${local(text)} (${line(source, 100)})`);
  if (ruledOut !== undefined) lines.push(`*Ruled out*  ${local(ruledOut)}`);
  return `${lines.join("\n")}\n`;
}

/** Times in each reader's own zone; what stands behind the bar is for clients that cannot. */
const local = (text: string): string =>
  line(text, LINE_MAX).replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z\b/g, (stamp) => {
    const ms = Date.parse(stamp);
    return Number.isNaN(ms) ? stamp : `<!date^${Math.floor(ms / 1_000)}^{time_secs}|${stamp.slice(11, 19)} UTC>`;
  });

function what({ tool, nodeType, target, environment }: GateDetails): string | undefined {
  const name = tool ?? nodeType;
  if (name === undefined) return undefined;
  const on = target === undefined ? "" : ` on *${line(target, NAME_MAX)}*`;
  return `*What*  ${line(name, NAME_MAX)}${on}${environment === undefined ? "" : ` · ${line(environment, 40)}`}`;
}

const why = ({ reason, requester }: GateDetails): string | undefined =>
  reason === undefined
    ? undefined
    : `*Why*  ${line(reason, LINE_MAX)}${requester === undefined ? "" : `; the run was asked for by ${line(requester, 100)}`}`;

function before({ preview }: GateDetails): string | undefined {
  if (preview === undefined) return undefined;
  if (preview.problem !== undefined) return `*Now*  could not be read: ${line(preview.problem, LINE_MAX)}`;
  if (preview.before === null && preview.after === null) return undefined;
  const shown = (value: string | null) => (value === null ? "unknown" : line(value, PREVIEW_MAX));
  return `*Change*  ${shown(preview.before)} → ${shown(preview.after)}`;
}

/** A workload of Kubernetes tells it with the change. */
const reaches = ({ preview }: GateDetails): string | undefined =>
  preview?.affects === undefined ? undefined : `*Affects*  ${line(preview.affects.join(", "), PREVIEW_MAX)}`;

const undone = ({ undo }: GateDetails): string | undefined =>
  undo === undefined
    ? undefined
    : `*Undo*  ${line(undo.tool, 100)} ${line(paramsOf(redactValue(undo.params) as JsonObject), LINE_MAX)}`;

const paramsOf = (params: JsonObject): string =>
  Object.entries(params)
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");

function who({ event }: GateMessage, { rule, groups = [] }: GateDetails): string | undefined {
  if (event === "gate-escalated" && groups.length > 0) return `*Who*  now also: ${line(groups.join(", "), LINE_MAX)}`;
  if (rule === undefined) return undefined;
  const parts = [rule.groups.length === 0 ? "everybody" : line(rule.groups.join(", "), LINE_MAX)];
  if (rule.required > 1) parts.push(`${rule.required} must approve`);
  if (rule.forbidRequester) parts.push("not who asked for the run");
  return `*Who*  ${parts.join("; ")}`;
}

function deadline(told: GateDetails): string | undefined {
  const at = told.deadline === undefined ? Number.NaN : Date.parse(told.deadline);
  if (Number.isNaN(at)) return undefined;
  // Shown in each reader's own zone; what stands behind the bar is for clients that cannot.
  const shown = `<!date^${Math.floor(at / 1_000)}^{date_short_pretty} {time_secs}|${new Date(at).toISOString()}>`;
  return `*Until*  ${shown}; unanswered, nothing is done`;
}

function questionOf({ run, node }: GateMessage, { digest, rule }: GateDetails): SlackQuestion | undefined {
  if (digest === undefined || !/^[0-9a-f]{64}$/.test(digest)) return undefined;
  return { run, node, digest, comment: rule?.comment === "always" ? "always" : undefined };
}

function buttons(asked: SlackQuestion, { nodeName = asked.node, environment }: GateDetails): Block {
  const value = JSON.stringify(asked);
  const button = (action: keyof typeof SLACK_ACTIONS, text: string, style: string): Block => ({
    type: "button",
    action_id: SLACK_ACTIONS[action],
    text: plain(text, 75),
    style,
    value,
  });
  const confirm = {
    title: plain("Approve?", 100),
    text: plain(`${nodeName} · ${environment ?? ""}`, 300),
    confirm: plain("Approve", 30),
    deny: plain("Back", 30),
  };
  // A thumb on a telephone is no decision about production. Where a comment is wanted its form asks anyway.
  const asks = environment === "production" && asked.comment === undefined ? { confirm } : {};
  const { style: _, ...skip } = button("skip", "Skip…", "");
  const yesAndNo = [{ ...button("approve", "Approve", "primary"), ...asks }, button("reject", "Reject…", "danger")];
  return { type: "actions", elements: [...yesAndNo, skip] };
}

function footer({ run, node, event }: GateMessage, { digest = "" }: GateDetails, page: string | undefined): Block {
  const parts = [`run ${line(run, 255)} · ${line(node, 64)}`];
  if (digest !== "") parts.push(`digest ${line(digest.slice(0, 12), 12)}`);
  if (page !== undefined) parts.push(`<${page}|look at it>`);
  if (event !== "gate-closed") parts.push(`autoops approve ${line(run, 255)} ${line(node, 64)}`);
  return { type: "context", elements: [mrkdwn(parts.join(" · "))] };
}

function reminder(notice: GateMessage, told: GateDetails, page: string | undefined): SlackText {
  const text = `Still waiting for an answer: ${line(told.nodeName ?? notice.node, LINE_MAX)}`;
  const lines = [`*${text}*`, deadline(told)].filter((part) => part !== undefined);
  return { text, blocks: [section(lines.join("\n")), footer(notice, told, page)] };
}

const ENDINGS: Readonly<Record<string, string>> = {
  approved: "✅ approved",
  rejected: "⛔ rejected",
  skipped: "⏭ skipped: it is left out and the run goes on",
  expired: "⌛ nobody answered in time; nothing was done",
  withdrawn: "withdrawn: this question needs no answer any more",
};

function closed(notice: GateMessage, told: GateDetails, page: string | undefined): SlackText {
  const { nodeName = notice.node, status = "", by = [] } = told;
  const ending = ENDINGS[status] ?? line(status, 40);
  const votes = by.slice(0, 10).map((vote) => line(vote, 200));
  const text = `${line(nodeName, LINE_MAX)}: ${ending}`;
  const lines = [`*${line(nodeName, LINE_MAX)}*`, ending, ...(votes.length === 0 ? [] : [`by ${votes.join(", ")}`])];
  return { text, blocks: [section(lines.join("\n")), footer(notice, told, page)] };
}
