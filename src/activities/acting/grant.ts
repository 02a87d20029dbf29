/** The last check before an effect, in the activity that acts: no valid grant, no effect. */

import { asCalled, type ToolFacts } from "../../core/check/catalogue.js";
import {
  type GateRule,
  mayAnswer,
  personOf,
  ruleFor,
  type Voter,
  wantsSignedVotes,
} from "../../core/policy/approval-rule.js";
import { judge, type Policy } from "../../core/policy.js";
import { ToolFailure } from "../../platform/failure.js";
import { undoId } from "../../vocabulary/names.js";
import { type Environment, NODE_TYPES, riskier, strictest } from "../../vocabulary/node-types.js";
import type { Grant, ToolCall } from "../contract.js";
import type { ToolDefinition } from "../define-tool.js";
import type { Dependencies } from "../dependencies.js";
import { verifyVote } from "../gates/verify-vote.js";
import { actionDigest } from "./action-digest.js";

export interface Acting {
  nodeId: string;
  /** Run id of the execution that this activity belongs to. */
  runId: string;
  definition: ToolDefinition;
  /** The tool's name as the graph writes it. */
  toolName: string;
  call: ToolCall;
}

const refuse = (message: string): ToolFailure =>
  new ToolFailure("grant-invalid", message, "start the run again and approve what it shows", false);

/** Throws unless the policy lets the tool run now and, for what must be gated, the grant fits exactly this action. */
export async function verifyGrant(acting: Acting, dependencies: Dependencies): Promise<void> {
  const { definition, call } = acting;
  const { mustBeGranted, policy, tool } = await checkPolicy(acting, dependencies);
  if (call.grant === undefined) {
    if (mustBeGranted) throw refuse(`${acting.nodeId} carries no approval`);
    return;
  }
  checkAskedInRun(acting, call.grant);
  checkDigest(acting, call.grant);
  await checkVotes(acting, policy, tool, dependencies);
  if (definition.effect !== "write") return;
  const reach = definition.reach?.(call.params, dependencies.config, "params");
  if ((reach?.target ?? undefined) !== call.grant.target)
    throw refuse(`${acting.nodeId} was approved for another target`);
}

/** The stricter of the pinned and the present policy wins: what is refused now is not done. */
async function checkPolicy(
  { definition, call, nodeId }: Acting,
  dependencies: Dependencies,
): Promise<{ mustBeGranted: boolean; policy: Policy; tool?: ToolFacts }> {
  const current = await dependencies.policy();
  if (!current.ok) {
    const first = current.problems[0]?.message ?? "it has a problem";
    throw new ToolFailure(
      "policy-invalid",
      `the safety policy cannot be used: ${first}`,
      "mend the policy file",
      false,
    );
  }
  const { policy } = current;
  const found = dependencies.registry.find(definition.name);
  if (found === undefined) return { mustBeGranted: true, policy };
  const reach = definition.reach?.(call.params, dependencies.config, "params");
  const tool = asCalled(found, reach);
  const environment = reach?.environment ?? "production";
  // The call does not say which of the tool's types its node has: one that the policy lets pass is enough.
  const rulings = definition.nodeTypes.map((type) => {
    const effect = riskier(definition.effect, NODE_TYPES[type]);
    return judge(current.policy, { type, tool, effect, environment }, nodeId);
  });
  const ruling = rulings.find(({ problems }) => problems.length === 0) ?? rulings[0];
  const refused = ruling?.problems[0];
  if (refused !== undefined) throw new ToolFailure("policy-changed", refused.message, refused.hint, false);
  return { mustBeGranted: ruling?.gate !== undefined, policy, tool };
}

/** Reset re-applies old signals and updates: an approval that was given to an earlier run is void. */
function checkAskedInRun({ runId, nodeId }: Acting, grant: Grant): void {
  if (runId === grant.askedIn || runId === grant.startedAs) return;
  throw new ToolFailure("run-was-reset", `${nodeId} was approved before the run was reset`, undefined, false);
}

function checkDigest({ nodeId, toolName, call }: Acting, grant: Grant): void {
  const { runKey = "", params } = call;
  const { nonce, target, policyDigest, undo, undoOf } = grant;
  const common = { runKey, nonce, target, policyDigest };
  const own = { tool: toolName, params };
  const digest =
    undoOf === undefined
      ? actionDigest({ ...common, node: nodeId, ...own, undo })
      : actionDigest({ ...common, ...undoOf, undo: own });
  if (undoOf !== undefined && nodeId !== undoId(undoOf.node)) throw refuse(`${nodeId} is not what takes it back`);
  if (nonce === "" || digest !== grant.digest) throw refuse(`${nodeId} differs from what was approved`);
}

/** Enough distinct people, by the rule that was pinned when people were asked and by the one that holds now. */
async function checkVotes(acting: Acting, policy: Policy, tool: ToolFacts | undefined, dependencies: Dependencies) {
  const { nodeId, call } = acting;
  const grant = call.grant as Grant;
  const environment = environmentOf(acting, dependencies);
  const now = presentRule(acting, policy, tool, environment);
  const signed =
    grant.signed || grant.rule?.signed || now?.signed || (environment && wantsSignedVotes(policy, environment));
  const { voters, refused } = await votersOf(acting, signed === true, dependencies);
  const rules = [grant.rule, now].filter((rule) => rule !== undefined);
  const enough = (rule: GateRule | undefined, openedAtMs: number, voted: Voter[]): void => {
    const entitled = voted.filter((voter) => rule === undefined || mayAnswer(rule, voter, call.requester, openedAtMs));
    const people = new Set(entitled.map((voter) => personOf(voter.approver))).size;
    const required = rule?.required ?? 1;
    if (people >= required) return;
    const why =
      refused ?? `${people} of ${required} people who may approve it did${rule ? ` (rule ${rule.name})` : ""}`;
    throw refuse(`${nodeId} is not approved: ${why}`);
  };
  enough(undefined, 0, voters);
  for (const rule of rules) {
    if (rule === grant.rule) enough(rule, grant.openedAtMs ?? 0, voters);
    // Whoever the present rule lets answer at any time of its escalation may have answered.
    else
      enough(
        rule,
        0,
        voters.map((voter) => ({ ...voter, givenAtMs: Number.POSITIVE_INFINITY })),
      );
  }
}

/** The votes that hold; where signatures are wanted, only those with one. */
async function votersOf({ nodeId, call }: Acting, signed: boolean, dependencies: Dependencies) {
  const voters: Voter[] = [];
  let refused: string | undefined;
  const { digest, votes, undoOf } = call.grant as Grant;
  for (const { approver, token, atMs = 0 } of votes) {
    if (token === undefined) {
      if (signed) refused ??= `the vote of ${approver} has no signature`;
      else voters.push({ approver, givenAtMs: atMs });
      continue;
    }
    const approved = undoOf?.node ?? nodeId;
    const question = { token, runKey: call.runKey ?? "", nodeId: approved, digest, decision: "approve" as const };
    const verdict = await verifyVote(question, dependencies);
    if (!verdict.ok) refused ??= `the signature of ${approver} does not hold: ${verdict.reason}`;
    else voters.push({ ...verdict, givenAtMs: Math.min(verdict.issuedMs, atMs) });
  }
  return { voters, refused };
}

function presentRule(
  { definition, call }: Acting,
  policy: Policy,
  tool: ToolFacts | undefined,
  environment: Environment = "production",
): GateRule | undefined {
  const type = call.grant?.nodeType ?? definition.nodeTypes[0];
  if (type === undefined) return undefined;
  const names = tool === undefined ? [definition.name] : [tool.name, ...tool.aliases];
  return ruleFor(policy, { type, names, effect: riskier(definition.effect, NODE_TYPES[type]), environment });
}

/** The stricter of the run's environment and the target's own; undefined where neither is known. */
function environmentOf({ call, definition }: Acting, { config }: Dependencies): Environment | undefined {
  const { target, environment } = call.grant as Grant;
  const reached = () => config.targets[target ?? ""] ?? definition.reach?.(call.params, config, "params");
  const own = target === undefined ? undefined : (reached()?.environment ?? "production");
  if (own === undefined || environment === undefined) return own ?? environment;
  return strictest(own, environment);
}
