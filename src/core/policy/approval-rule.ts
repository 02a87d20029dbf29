/**
 * Which rule of the policy a gate follows, and whom it lets answer. The same functions judge a vote when it arrives and
 * again in the activity that acts. Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { ApprovalRule } from "../../schema/approval-rules.js";
import { type Effect, ENVIRONMENTS, type Environment, type NodeType } from "../../vocabulary/node-types.js";
import { personOf } from "../../vocabulary/person.js";
import type { Policy } from "../policy.js";
import type { Signed } from "./signed.js";

/** How one gate is answered; what a rule leaves open is filled in. */
export interface GateRule {
  /** Name of the rule in the policy. */
  name: string;
  /** Whoever is in one of them may answer; empty: everybody. */
  groups: string[];
  /** Distinct people who must approve. */
  required: number;
  forbidRequester: boolean;
  /** Seconds that the first question stands. */
  seconds: number;
  onTimeout: "reject" | "skip" | "escalate";
  /** Seconds after the gate opened. */
  remindAfter: number[];
  escalate: Array<{ afterSeconds: number; groups: string[]; channel?: string }>;
  comment: "never" | "reject" | "always";
  signed: boolean;
}

/** A rule that is as strict as both in every part; `nobody` where no group may answer by both. Undefined: both are the defaults. */
export function stricterRule(
  before: GateRule | undefined,
  after: GateRule | undefined,
): GateRule | undefined | "nobody" {
  if (before === undefined || after === undefined) return before ?? after;
  if (before.name === after.name) {
    return { ...after, required: Math.max(before.required, after.required), signed: before.signed || after.signed };
  }
  const all = before.groups.length === 0 || after.groups.length === 0;
  const groups = all
    ? [...before.groups, ...after.groups]
    : before.groups.filter((group) => after.groups.includes(group));
  if (!all && groups.length === 0) return "nobody";
  const comments = ["never", "reject", "always"] as const;
  return {
    name: `${before.name} and ${after.name}`,
    groups,
    required: Math.max(before.required, after.required),
    forbidRequester: before.forbidRequester || after.forbidRequester,
    seconds: Math.min(before.seconds, after.seconds),
    // Whom the one rule asks later on the other does not let answer.
    onTimeout: "reject",
    remindAfter: before.remindAfter,
    escalate: [],
    comment: comments[Math.max(comments.indexOf(before.comment), comments.indexOf(after.comment))] ?? "always",
    signed: before.signed || after.signed,
  };
}

/** What a rule is matched against; `names` are the tool's name and its aliases. */
export interface RuleSubject {
  type: NodeType;
  names: readonly string[];
  effect: Effect;
  environment: Environment;
}

/** The first rule that matches; undefined where none does and the policy's own defaults hold. */
export function ruleFor(policy: Policy, subject: RuleSubject): GateRule | undefined {
  const found = policy.approval.rules?.find((rule) => matches(rule, subject));
  const comment = found?.comment_required ?? policy.approval.comment_required ?? "never";
  if (found === undefined) return comment === "never" ? undefined : commentRule(policy, subject, comment);
  return {
    name: found.name,
    groups: found.groups ?? [],
    required: found.required ?? 1,
    forbidRequester: found.forbid_requester ?? false,
    seconds: found.timeout_seconds ?? policy.approval.timeout_seconds,
    onTimeout: found.on_timeout ?? "reject",
    remindAfter: found.remind_after_seconds ?? [],
    escalate: (found.escalate ?? []).map(({ after_seconds, groups = [], channel }) => ({
      afterSeconds: after_seconds,
      groups,
      channel,
    })),
    comment,
    signed: wantsSignedVotes(policy, subject.environment, found.signed),
  };
}

/** No rule matches, and the policy wants a comment all the same. */
function commentRule(policy: Policy, { environment }: RuleSubject, comment: GateRule["comment"]): GateRule {
  return {
    name: "approval",
    groups: [],
    required: 1,
    forbidRequester: false,
    seconds: policy.approval.timeout_seconds,
    onTimeout: "reject",
    remindAfter: [],
    escalate: [],
    comment,
    signed: wantsSignedVotes(policy, environment),
  };
}

function matches({ match }: ApprovalRule, { type, names, effect, environment }: RuleSubject): boolean {
  const { node_types, tools, effects, environments } = match;
  if (node_types !== undefined && !node_types.includes(type)) return false;
  if (tools !== undefined && !tools.some((tool) => names.includes(tool))) return false;
  if (effects !== undefined && !effects.includes(effect)) return false;
  return environments === undefined || environments.includes(environment);
}

/** Whether votes must carry a verified signature: the strictest of what policy and rule say. */
export function wantsSignedVotes(policy: Policy, environment: Environment, ofRule: Signed = "never"): boolean {
  const { require_for_production, signed = "never" } = policy.approval;
  const isProduction = environment === ENVIRONMENTS[ENVIRONMENTS.length - 1];
  if (signed === "always" || ofRule === "always") return true;
  return isProduction && (require_for_production || signed === "production" || ofRule === "production");
}

/** Seconds from the opening of a gate to its deadline; each step of an escalation gets as long as the first question. */
export function openSeconds({ seconds, onTimeout, escalate }: GateRule): number {
  if (onTimeout !== "escalate") return seconds;
  return Math.max(seconds, escalate.at(-1)?.afterSeconds ?? 0) + seconds;
}

/** The groups that may answer at a moment; empty: everybody. Times are milliseconds since the epoch. */
export function groupsAt(rule: GateRule, openedAtMs: number, atMs: number): string[] {
  if (rule.groups.length === 0) return [];
  const reached = rule.escalate.filter((rung) => openedAtMs + rung.afterSeconds * 1_000 <= atMs);
  return [...new Set([...rule.groups, ...reached.flatMap((rung) => rung.groups)])];
}

/** A vote, as far as the right to give it goes. */
export interface Voter {
  approver: string;
  /** From a verified signature; a name that anybody may write is in no group. */
  groups?: readonly string[];
  /** When it was given, milliseconds since the epoch. */
  givenAtMs: number;
}

/** Whether this person may answer at all. */
export function mayAnswer(rule: GateRule, voter: Voter, requester: string, openedAtMs: number): boolean {
  if (rule.forbidRequester && personOf(voter.approver) === personOf(requester)) return false;
  const groups = groupsAt(rule, openedAtMs, voter.givenAtMs);
  return groups.length === 0 || groups.some((group) => voter.groups?.includes(group) === true);
}
