/**
 * The last check before an effect, in the activity that acts: no valid grant, no effect. Everything that can be known
 * from params, configuration and policy is made anew here; what the grant says is only compared with it.
 */
import { asCalled, type Reach, type ToolFacts } from "../../core/check/catalogue.js";
import { judge, type Policy } from "../../core/policy.js";
import { toolFailure } from "../../platform/failure.js";
import { type Effect, NODE_TYPES, type NodeType, riskier } from "../../vocabulary/node-types.js";
import type { Dependencies } from "../dependencies.js";
import { type Acting, type Agreed, type Derived, refuse, type SignedGrant } from "./action.js";
import { checkCaller } from "./check-caller.js";
import { checkQuestion, readGrant } from "./check-question.js";
import { checkVotes } from "./check-votes.js";

/** Throws unless the policy lets the tool run now and, for what must be gated, the grant fits exactly this action. */
export async function verifyGrant(acting: Acting, dependencies: Dependencies): Promise<Agreed | undefined> {
  const { call, nodeId } = acting;
  const grant = call.grant === undefined ? undefined : readGrant(acting);
  const derived = await derive(acting, grant, dependencies);
  if (grant === undefined) {
    if (mustBeGranted(derived, nodeId)) throw refuse(`${nodeId} carries no approval`);
    return undefined;
  }
  await checkQuestion(acting, grant, derived, dependencies);
  const voted = await checkVotes(acting, grant, derived, dependencies);
  await checkCaller(acting, grant, dependencies);
  return { grant, ...voted };
}

/** What the policy refuses now is not done, whatever people agreed to. */
async function derive(
  { definition, call, nodeId }: Acting,
  grant: SignedGrant | undefined,
  { policy: load, registry, config }: Dependencies,
): Promise<Derived> {
  const current = await load();
  if (!current.ok) {
    const first = current.problems[0]?.message ?? "it has a problem";
    throw toolFailure("policy-invalid", `the safety policy cannot be used: ${first}`, {
      hint: "mend the policy file",
      retryable: false,
    });
  }
  const { policy } = current;
  const found = registry.find(definition.name);
  if (found === undefined) throw refuse(`${nodeId} names a tool that is not registered here`);
  const reach = definition.reach?.(call.params, config, "params");
  const tool = asCalled(found, reach);
  const type = grant === undefined ? undefined : grant.type;
  if (type !== undefined && !tool.nodeTypes.includes(type)) {
    throw refuse(`${nodeId} was approved as ${type}, and ${definition.name} cannot be used in such a node`);
  }
  const types = allowedTypes(policy, tool, type === undefined ? tool.nodeTypes : [type], reach, nodeId);
  const effect = types.reduce<Effect>((most, each) => riskier(most, NODE_TYPES[each]), tool.effect);
  const acts = effect === "write" || effect === "notify";
  if (acts && policy.execution.dry_run) {
    const message = `${nodeId} did not act: the safety policy now says execution.dry_run`;
    throw toolFailure("policy-changed", message, {
      hint: "set execution.dry_run: false, and run it again",
      retryable: false,
    });
  }
  const environment = reach?.environment ?? (acts ? "production" : undefined);
  return { policy, tool, types, effect, target: reach?.target ?? null, environment };
}

/** Those of the types that the policy lets pass; throws its first objection where it lets none. */
function allowedTypes(
  policy: Policy,
  tool: ToolFacts,
  types: readonly NodeType[],
  reach: Reach | undefined,
  nodeId: string,
): NodeType[] {
  const environment = reach?.environment ?? "production";
  const rulings = types.map((type) => {
    const effect = riskier(tool.effect, NODE_TYPES[type]);
    return { type, ...judge(policy, { type, tool, effect, environment }, nodeId) };
  });
  const allowed = rulings.filter(({ problems }) => problems.length === 0).map(({ type }) => type);
  const refused = rulings[0]?.problems[0];
  if (allowed.length > 0 || refused === undefined) return allowed;
  throw toolFailure("policy-changed", refused.message, { hint: refused.hint, retryable: false });
}

/** The call does not prove which type its node has: one that wants an approval is enough. */
function mustBeGranted({ policy, tool, types, effect, environment = "production" }: Derived, nodeId: string): boolean {
  return types.some((type) => judge(policy, { type, tool, effect, environment }, nodeId).gate !== undefined);
}
