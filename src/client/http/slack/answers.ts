/** What a click in Slack comes to: who it was by the policy, whether they may, and the decision in their name. Told to them alone. */
import { mayDo, rolesOf } from "../../../core/policy/roles.js";
import type { Policy } from "../../../core/policy.js";
import type { AuditLog } from "../../../platform/audit/log.js";
import type { Log } from "../../../platform/log.js";
import type { Slack } from "../../../platform/slack/client.js";
import { line } from "../../../platform/slack/text.js";
import {
  SLACK_ACTIONS,
  SLACK_COMMENT_INPUT,
  SLACK_COMMENT_VIEW,
  type SlackInteraction,
  type SlackPending,
  slackPendingSchema,
  slackQuestionSchema,
} from "../../../schema/slack.js";
import { DECISION_NOUNS, DECISION_WORDS } from "../../../vocabulary/decisions.js";
import type { ProblemCode } from "../../../vocabulary/problems.js";
import { PERMISSIONS } from "../../../vocabulary/roles.js";
import { stillToCome } from "../../runs/became.js";
import type { Runs } from "../../runs.js";
import { refusalText } from "../decision-refusals.js";
import type { FacadeMetrics } from "../metrics.js";
import { commentForm } from "./comment-form.js";

/** What answering in Slack stands on. */
export interface SlackAnswers {
  /** Resolved on each request, and kept nowhere. */
  signingSecret(): string;
  slack: Slack;
  /** Who people are and what they may, as the policy's file is now; undefined where it cannot be read: then nobody may. */
  people(): Promise<Pick<Policy, "roles" | "slack"> | undefined>;
  audit: Pick<AuditLog, "note">;
  now(): number;
}

interface Person {
  name: string;
  groups: readonly string[];
}

type Answering = Pick<SlackAnswers, "slack" | "people" | "audit"> & { runs: Runs; log: Log; metrics?: FacadeMetrics };

/** `requestId`: the same for every delivery of one request. What is not about a gate is left alone. */
export async function answerSlack(event: SlackInteraction, requestId: string, answering: Answering): Promise<void> {
  const pending = pendingOf(event);
  if (pending === undefined) return;
  const person = await admit(event.user.id, pending, answering);
  if (person === undefined) return;
  if (event.type === "view_submission") {
    const comment = event.view.state.values[SLACK_COMMENT_INPUT]?.[SLACK_COMMENT_INPUT]?.value?.trim() ?? "";
    return decide(pending, comment === "" ? undefined : comment, event.user.id, person, requestId, answering);
  }
  const isPlain = pending.decision === "approve" && pending.comment === undefined;
  if (isPlain) return decide(pending, undefined, event.user.id, person, requestId, answering);
  await askComment(event.trigger_id, pending, event.user.id, answering);
}

/** What was clicked or sent; anything that our own buttons do not send is left alone. */
function pendingOf(event: SlackInteraction): SlackPending | undefined {
  if (event.type === "view_submission") {
    if (event.view.callback_id !== SLACK_COMMENT_VIEW) return undefined;
    return parsed(slackPendingSchema, event.view.private_metadata);
  }
  const [action] = event.actions;
  const decision = DECISION_WORDS.find((word) => SLACK_ACTIONS[word] === action?.action_id);
  const question = parsed(slackQuestionSchema, action?.value ?? "");
  if (decision === undefined || question === undefined || event.channel === undefined) return undefined;
  const thread = event.container?.thread_ts;
  return { ...question, decision, channel: event.channel.id, thread };
}

function parsed<T>(schema: { safeParse(value: unknown): { success: boolean; data?: T } }, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Who it is and that they may decide; else they are told why not, and it stands in the audit log. */
async function admit(user: string, pending: SlackPending, answering: Answering): Promise<Person | undefined> {
  const policy = await answering.people();
  const users = policy?.slack?.users ?? {};
  const person = Object.hasOwn(users, user) ? users[user] : undefined;
  if (person === undefined) {
    await refuse(
      "not-signed-in",
      { actor: `slack:${user}`, reason: "the policy knows no such member" },
      pending,
      answering,
    );
    const way = `an administrator adds ${line(user, 50)} to slack.users in the safety policy`;
    await tell(`Nothing was decided: you are not known here. To answer in Slack, ${way}.`, user, pending, answering);
    return undefined;
  }
  const roles = rolesOf(person.groups, policy?.roles ?? {});
  if (mayDo("gates.decide", roles)) return person;
  const { says, roles: wanted } = PERMISSIONS["gates.decide"];
  await refuse("role-missing", { actor: person.name, groups: person.groups, roles }, pending, answering);
  const text = `Nothing was decided: to ${says} one must be ${wanted.join(" or ")}; ${line(person.name, 200)} is neither.`;
  await tell(text, user, pending, answering);
  return undefined;
}

async function refuse(
  code: ProblemCode,
  { actor, ...details }: { actor: string } & Record<string, unknown>,
  { run, node, decision }: SlackPending,
  { audit, log }: Answering,
): Promise<void> {
  log.info("refused", { operation: "slack", run, node, requester: actor, code });
  const common = { actor, channel: "slack", run, node, code };
  await audit.note({ event: "access-refused", ...common, details: { ...details, decision } });
}

async function askComment(
  trigger: string | undefined,
  pending: SlackPending,
  user: string,
  answering: Answering,
): Promise<void> {
  try {
    if (trigger === undefined) throw new Error("no trigger");
    await answering.slack.openView(trigger, commentForm(pending));
  } catch (error) {
    answering.log.warn("no form for a comment could be opened", { operation: "slack", reason: error });
    const { run, node, decision } = pending;
    const way = `autoops ${decision} ${line(run, 255)} ${line(node, 64)} --comment "…"`;
    await tell(`Nothing was decided yet: the form did not open. Click again, or: ${way}`, user, pending, answering);
  }
}

async function decide(
  pending: SlackPending,
  comment: string | undefined,
  user: string,
  person: Person,
  decisionId: string,
  answering: Answering,
): Promise<void> {
  const { run: runId, node, digest, decision } = pending;
  const wish = { runId, node, decision, digest, comment, approver: person.name, groups: [...person.groups] };
  const answer = await answering.runs.decide({ ...wish, channel: "slack", decisionId });
  const { result, counted, rule } = answer.ok ? answer.value : { result: undefined, counted: false, rule: undefined };
  answering.log.info("decision", {
    operation: "slack",
    run: runId,
    node,
    decision,
    requester: person.name,
    result,
    counted,
  });
  const shown = line(node, 64);
  if (!answer.ok) {
    const said = line(answer.problems[0]?.message ?? "it could not be delivered", 500);
    return tell(`Nothing was decided: ${said}`, user, pending, answering);
  }
  answering.metrics?.decided(decision, result ?? "not-counted");
  const yours = DECISION_NOUNS[decision];
  if (result === undefined)
    return tell(`Your ${yours} of ${shown} is recorded; it counts once a worker runs.`, user, pending, answering);
  const more = stillToCome(answer.value, decision);
  if (result === "repeated") return tell(`${shown}: ${more ?? "nothing changed"}.`, user, pending, answering);
  if (result === "accepted" || result === "edited")
    return tell(`Your ${yours} of ${shown} counts${more === undefined ? "" : `: ${more}`}.`, user, pending, answering);
  const way = result === "comment-required" ? `: autoops ${decision} ${line(runId, 255)} ${shown} --comment "…"` : "";
  await tell(`It does not count: ${shown} ${line(refusalText(result, rule), 300)}${way}`, user, pending, answering);
}

/** What was decided stands, also where the person cannot be told. */
async function tell(
  text: string,
  user: string,
  { channel, thread }: SlackPending,
  { slack, log }: Answering,
): Promise<void> {
  try {
    await slack.whisper({ channel, user, text, thread });
  } catch (error) {
    log.warn("nobody could be told in Slack", { operation: "slack", reason: error });
  }
}
