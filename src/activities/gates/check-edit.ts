/**
 * `check_edit`: whether an action may have the params that a person gives it at the gate. They pass the same check as
 * those of a graph; target and effect stay, and environment, rule and signatures are judged anew: the stricter holds.
 */

import { checkNode, type NodeFacts } from "../../core/check/node.js";
import { type NodeGate, nodeGate, stricterGate } from "../../core/gate/node-gate.js";
import { wantsSignedVotes } from "../../core/policy/approval-rule.js";
import type { Policy } from "../../core/policy.js";
import { inexactIn } from "../../schema/exact-scalars.js";
import type { Node } from "../../schema/graph.js";
import type { Effect } from "../../vocabulary/node-types.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { EditToCheck, EditVerdict } from "../contract.js";
import type { Dependencies } from "../dependencies.js";

export function createCheckEdit(dependencies: Pick<Dependencies, "policy" | "registry" | "checkUrl" | "log">) {
  return async function check_edit(edit: EditToCheck): Promise<EditVerdict> {
    const { tool, nodeType, params, target } = edit;
    const current = await dependencies.policy();
    if (!current.ok) return { ok: false, problems: current.problems };
    const { policy } = current;
    const rest = { description: "", requires_human_approval: true, continue_on_failure: false, join: "all" as const };
    const node: Node = { id: "edited", name: "edited", type: nodeType, tool, params, ...rest };
    const facts = checkNode(node, "edit", {
      policy,
      policyDigest: "",
      catalogue: dependencies.registry,
      checkUrl: (url) => dependencies.checkUrl(url, policy),
    });
    const { problems, target: reached, effect } = facts;
    problems.push(...inexactIn(params, "edit.params"));
    if (problems.length === 0 && reached !== target) problems.push(otherTarget(target, reached));
    if (problems.length === 0 && edit.effect !== undefined && effect !== edit.effect) {
      problems.push(otherEffect(edit.effect, effect));
    }
    const gate = problems.length === 0 ? gateAfter(edit, facts, policy) : undefined;
    if (gate === "nobody") problems.push(nobodyMayAnswer());
    dependencies.log.info(problems.length === 0 ? "edit accepted" : "edit refused", { operation: "check_edit", tool });
    if (problems.length > 0) return { ok: false, problems };
    return { ok: true, gate: gate === undefined || gate === "nobody" ? undefined : gate };
  };
}

/** How it is asked about with these params: as a new node would be, and no laxer than until now. Undefined: as until now. */
function gateAfter(
  { nodeType, gate: before, environment, signed = true }: EditToCheck,
  facts: NodeFacts,
  policy: Policy,
): NodeGate | undefined | "nobody" {
  if (before === undefined || environment === undefined) return undefined;
  const own = nodeGate({ ...facts, reason: facts.gate ?? before.reason, type: nodeType }, policy, environment);
  const where = own.environment ?? environment;
  const after = { ...own, reason: before.reason, signed: wantsSignedVotes(policy, where) };
  return stricterGate({ ...before, signed: signed || before.signed === true }, after, environment) ?? "nobody";
}

function nobodyMayAnswer(): Problem {
  const message = "edit.params would fall under a rule that names none of the groups who may answer this gate";
  return { code: "edit-refused", at: "edit.params", message, hint: "reject it, and run a graph with these params" };
}

function otherEffect(before: Effect, after: Effect): Problem {
  const message = `edit.params must keep the effect ${before}, got ${after}`;
  return { code: "edit-refused", at: "edit.params", message, hint: "reject it, and run a graph with these params" };
}

function otherTarget(target = "(none)", reached = "(none)"): Problem {
  const message = `edit.params must keep the target ${target}, got ${reached}`;
  return { code: "edit-refused", at: "edit.params", message, hint: "reject it, and run a graph with the other target" };
}
