/**
 * `check_edit`: whether an action may have the params that a person gives it at the gate. They pass the same check as
 * those of a graph; the target stays, since the gate's rule and environment were chosen for it.
 */
import { checkNode } from "../../core/check/node.js";
import type { Node } from "../../schema/graph.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { EditToCheck, EditVerdict } from "../contract.js";
import type { Dependencies } from "../dependencies.js";

export function createCheckEdit(dependencies: Pick<Dependencies, "policy" | "registry" | "checkUrl" | "log">) {
  return async function check_edit({ tool, nodeType, params, target }: EditToCheck): Promise<EditVerdict> {
    const current = await dependencies.policy();
    if (!current.ok) return { ok: false, problems: current.problems };
    const { policy } = current;
    const rest = { description: "", requires_human_approval: true, continue_on_failure: false, join: "all" as const };
    const node: Node = { id: "edited", name: "edited", type: nodeType, tool, params, ...rest };
    const { problems, target: reached } = checkNode(node, "edit", {
      policy,
      policyDigest: "",
      catalogue: dependencies.registry,
      checkUrl: (url) => dependencies.checkUrl(url, policy),
    });
    if (problems.length === 0 && reached !== target) problems.push(otherTarget(target, reached));
    dependencies.log.info(problems.length === 0 ? "edit accepted" : "edit refused", { operation: "check_edit", tool });
    return problems.length === 0 ? { ok: true } : { ok: false, problems };
  };
}

function otherTarget(target = "(none)", reached = "(none)"): Problem {
  const message = `edit.params must keep the target ${target}, got ${reached}`;
  return { code: "edit-refused", at: "edit.params", message, hint: "reject it, and run a graph with the other target" };
}
