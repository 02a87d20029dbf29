/** The last check before an effect, in the activity that acts: no valid grant, no effect. */
import { judge } from "../core/policy.js";
import { ToolFailure } from "../platform/failure.js";
import { NODE_TYPES, riskier } from "../vocabulary/node-types.js";
import { actionDigest } from "./action-digest.js";
import type { Grant, ToolCall } from "./contract.js";
import type { ToolDefinition } from "./define-tool.js";
import type { Dependencies } from "./dependencies.js";
import { verifyVote } from "./verify-vote.js";

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
  const { mustBeGranted, requireForProduction } = await checkPolicy(acting, dependencies);
  if (call.grant === undefined) {
    if (mustBeGranted) throw refuse(`${acting.nodeId} carries no approval`);
    return;
  }
  checkAskedHere(acting, call.grant);
  checkDigest(acting, call.grant);
  await checkVotes(acting, call.grant, requireForProduction, dependencies);
  if (definition.effect !== "write") return;
  const reach = definition.reach?.(call.params, dependencies.config, "params");
  if ((reach?.target ?? undefined) !== call.grant.target)
    throw refuse(`${acting.nodeId} was approved for another target`);
}

/** The stricter of the pinned and the present policy wins: what is refused now is not done. */
async function checkPolicy(
  { definition, call, nodeId }: Acting,
  dependencies: Dependencies,
): Promise<{ mustBeGranted: boolean; requireForProduction: boolean }> {
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
  const tool = dependencies.registry.find(definition.name);
  const requireForProduction = current.policy.approval.require_for_production;
  if (tool === undefined) return { mustBeGranted: true, requireForProduction };
  const environment = definition.reach?.(call.params, dependencies.config, "params").environment ?? "production";
  // The call does not say which of the tool's types its node has: one that the policy lets pass is enough.
  const rulings = definition.nodeTypes.map((type) => {
    const effect = riskier(definition.effect, NODE_TYPES[type]);
    return judge(current.policy, { type, tool, effect, environment }, nodeId);
  });
  const ruling = rulings.find(({ problems }) => problems.length === 0) ?? rulings[0];
  const refused = ruling?.problems[0];
  if (refused !== undefined) throw new ToolFailure("policy-changed", refused.message, refused.hint, false);
  return { mustBeGranted: ruling?.gate !== undefined, requireForProduction };
}

/** Reset re-applies old signals and updates: an approval that was given to an earlier run is void. */
function checkAskedHere({ runId, nodeId }: Acting, grant: Grant): void {
  if (runId === grant.askedIn || runId === grant.startedAs) return;
  throw new ToolFailure("run-was-reset", `${nodeId} was approved before the run was reset`, undefined, false);
}

function checkDigest({ nodeId, toolName, call }: Acting, grant: Grant): void {
  const { runKey = "", params } = call;
  const { nonce, target, policyDigest } = grant;
  const digest = actionDigest({ runKey, nonce, node: nodeId, tool: toolName, params, target, policyDigest });
  if (nonce === "" || digest !== grant.digest) throw refuse(`${nodeId} differs from what was approved`);
}

async function checkVotes(
  { nodeId, call }: Acting,
  grant: Grant,
  requireForProduction: boolean,
  dependencies: Dependencies,
): Promise<void> {
  if (grant.votes.length === 0) throw refuse(`${nodeId} was approved by nobody`);
  const signed = grant.signed || needsSignature(call, requireForProduction, dependencies);
  if (!signed) return;
  for (const vote of grant.votes) {
    if (vote.token === undefined) throw refuse(`${nodeId} was approved by ${vote.approver} without a signature`);
    const question = {
      token: vote.token,
      runKey: call.runKey ?? "",
      nodeId,
      digest: grant.digest,
      decision: "approve" as const,
    };
    const verdict = await verifyVote(question, dependencies);
    if (!verdict.ok) throw refuse(`the signature of ${vote.approver} does not hold: ${verdict.reason}`);
  }
}

function needsSignature(call: ToolCall, requireForProduction: boolean, { config }: Dependencies): boolean {
  const target = call.grant?.target;
  if (!requireForProduction || target === undefined) return false;
  return (config.targets[target]?.environment ?? "production") === "production";
}
