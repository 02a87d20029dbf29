/** Declared targets of config.yaml, and what a call on one would touch. */
import type { Reach } from "../../../../core/check/catalogue.js";
import type { KubernetesTarget } from "../../../../schema/config/clusters.js";
import type { ActionName, CommandAction, Config, HttpAction, Target } from "../../../../schema/config.js";
import type { JsonObject } from "../../../../schema/json.js";
import type { Problem } from "../../../../vocabulary/problems.js";
import { replicasFault } from "../../../connectors/kubernetes/bounds.js";
import { toolFailure } from "../../../define-tool.js";

/** How a target is acted on. */
export type DeclaredAction =
  | { kind: "http"; action: HttpAction }
  | { kind: "command"; action: CommandAction }
  | { kind: "kubernetes"; target: KubernetesTarget };

type Found = { target: Target; declared: DeclaredAction } | { target?: Target; message: string; hint: string };

function lookUp(config: Config, name: string, actionName: ActionName): Found {
  const target = Object.hasOwn(config.targets, name) ? config.targets[name] : undefined;
  const names = Object.keys(config.targets).filter((known) => config.targets[known]?.actions[actionName] !== undefined);
  const others =
    names.length > 0
      ? `targets with ${actionName}: ${names.sort().join(", ")}`
      : `declare one with the action ${actionName} under targets in config.yaml`;
  if (target === undefined) {
    return { message: `config.yaml declares no target ${JSON.stringify(name.slice(0, 63))}`, hint: others };
  }
  if (target.kind === "http") {
    const action = target.actions[actionName];
    if (action !== undefined) return { target, declared: { kind: "http", action } };
  } else if (target.kind === "kubernetes") {
    if (target.actions[actionName] !== undefined) return { target, declared: { kind: "kubernetes", target } };
  } else {
    const action = target.actions[actionName];
    if (action !== undefined) return { target, declared: { kind: "command", action } };
  }
  const has = Object.keys(target.actions).sort().join(", ") || "none";
  return { target, message: `the target ${name} has no action ${actionName}; it has ${has}`, hint: others };
}

/** The declared action; throws `ToolFailure("target-not-declared")` with the names that exist. */
export function actionOf(config: Config, name: string, actionName: ActionName): DeclaredAction {
  const found = lookUp(config, name, actionName);
  if ("declared" in found) return found.declared;
  throw toolFailure("target-not-declared", found.message, { hint: found.hint });
}

/** What a call would touch. A name that is still a template may mean any target, production among them. */
export function targetReach(actionName: ActionName): (params: JsonObject, config: Config, at: string) => Reach {
  return (params, config, at) => {
    const name = params.target;
    if (typeof name !== "string" || name.includes("{{")) return { urls: [], environment: "production", problems: [] };
    const found = lookUp(config, name, actionName);
    const environment = found.target?.environment ?? "production";
    if ("declared" in found) {
      const namespace = found.target?.namespace;
      const { replicas } = params;
      return {
        urls: [],
        target: name,
        environment,
        namespace,
        replicas: actionName === "scale_action" && typeof replicas === "number" ? replicas : undefined,
        problems: boundsProblems(found.declared, params, at),
      };
    }
    const { message, hint } = found;
    return { urls: [], environment, problems: [{ code: "target-not-declared", at: `${at}.target`, message, hint }] };
  };
}

/** What a declared bound refuses is told where the graph is checked, as far as the params are known by then. */
function boundsProblems(declared: DeclaredAction, { replicas }: JsonObject, at: string): Problem[] {
  if (declared.kind !== "kubernetes" || typeof replicas !== "number") return [];
  const { workload, actions } = declared.target;
  const fault = actions.scale_action && replicasFault(workload, replicas, actions.scale_action);
  return fault === undefined ? [] : [{ code: "params-invalid", at: `${at}.replicas`, ...fault }];
}
