/** The actions on a workload: what people see before they decide, the change made once, and its rollout. */
import type { KubernetesTarget } from "../../../schema/config/clusters.js";
import type { ActionName } from "../../../schema/config.js";
import type { JsonObject } from "../../../schema/json.js";
import { type Preview, type ToolContext, ToolFailure, toolFailure } from "../../define-tool.js";
import { finding } from "../../tools/kit/finding.js";
import type { ActionOutput } from "../../tools/kit/targets/output.js";
import { type Changed, FIELD_MANAGER, makeChange, patchOf } from "./change.js";
import { configMapPath, planConfigMap } from "./config-maps.js";
import { type Plan, planEnvironment, planRestart, planRollback, planScale } from "./plans.js";
import { awaitRollout, type RolloutPatience } from "./rollout.js";
import type { SettingsParams } from "./settings.js";
import { stampKey } from "./stamps.js";
import { described, type Place, pathOf, placeOf, readWorkload } from "./workload.js";

export interface WorkloadCall {
  action: ActionName;
  target: KubernetesTarget;
  /** As the tool's schema has let them through. */
  params: JsonObject & { target: string };
}

/** Acts, and returns once the pods are as wanted. Failures: see `makeChange` and `awaitRollout`. */
export async function actOnWorkload(
  { action, target, params }: WorkloadCall,
  context: ToolContext,
  patience?: RolloutPatience,
): Promise<ActionOutput> {
  const place = await placeOf(target, context);
  const restarts = restartsAfter(action, target);
  // What would forbid the restart must be known before the ConfigMap is changed, and not after an earlier attempt did.
  if (restarts && context.attempt === 1) await planRestart(place, context);
  const configmap = action === "config_update" ? target.actions.config_update?.configmap : undefined;
  const path = configmap === undefined ? pathOf(place) : configMapPath(place, configmap);
  const plan = () => planOf({ action, target, params }, place, context);
  const changed = await makeChange({ cluster: place.cluster, action, path, plan }, context);
  const restarted = restarts && !changed.asWanted ? await restart(place, changed.did, context) : undefined;
  const rolls = !changed.asWanted && (configmap === undefined || restarted !== undefined);
  const did = restarted === undefined ? changed.did : `${changed.did}, and ${restarted.did}`;
  const ends = rolls
    ? await awaitRollout(place, did, context, { scaling: action === "scale_action", patience })
    : undefined;
  // Of settings, what they are now; of everything else, what the workload shows.
  const after = ends === undefined || action === "config_update" ? changed.after : described(place, ends);
  const remarks = [...changed.remarks, ...(restarted?.remarks ?? [])];
  return outputOf({ action, target, params }, place, { ...changed, did, after, remarks }, context);
}

/** Restarts the pods after `did`, which stays whatever becomes of the restart. */
async function restart(place: Place, did: string, context: ToolContext): Promise<Changed> {
  const plan = () => planRestart(place, context);
  try {
    return await makeChange({ cluster: place.cluster, action: "service_restart", path: pathOf(place), plan }, context);
  } catch (error) {
    if (!(error instanceof ToolFailure) || error.code === "outcome-unknown") throw error;
    const message = `${did}, and ${place.workload} was not restarted: ${error.message}`;
    throw toolFailure("rollout-stalled", message, { hint: error.hint, retryable: false });
  }
}

const restartsAfter = (action: ActionName, { actions }: KubernetesTarget): boolean =>
  action === "config_update" && actions.config_update?.restart === true;

/** How many replicas the workload is to have now, before any action. */
export async function presentReplicas(target: KubernetesTarget, context: ToolContext): Promise<number> {
  const { spec } = await readWorkload(await placeOf(target, context));
  return spec.replicas ?? 1;
}

/** What is there, and what the cluster itself says would be: a dry run passes all of its rules and stores nothing. */
export async function previewWorkload(call: WorkloadCall, context: ToolContext): Promise<Preview> {
  const place = await placeOf(call.target, context);
  const plan = await planOf(call, place, context);
  const restart = restartsAfter(call.action, call.target) ? await planRestart(place, context) : undefined;
  for (const one of [plan, restart]) {
    if (one?.patch === undefined) continue;
    const body = patchOf(one, call.action, stampKey(context.idempotencyKey), context);
    // Nothing is stored, so it is no matter whether a controller writes the status at the same moment.
    delete body.metadata.resourceVersion;
    await place.cluster.call("PATCH", one.subject.path, {
      query: { fieldManager: FIELD_MANAGER, dryRun: "All" },
      body,
    });
  }
  const reach = [plan.reach, restart?.reach ?? ""].filter((text) => text !== "");
  const remarks = [...plan.remarks, ...(restart?.remarks ?? [])];
  return { before: `${plan.subject.what}: ${plan.before.says}`, after: [plan.after, ...reach, ...remarks].join("; ") };
}

function planOf({ action, target, params }: WorkloadCall, place: Place, context: ToolContext): Promise<Plan> {
  const { actions } = target;
  switch (action) {
    case "service_restart":
      return planRestart(place, context);
    case "rollback":
      return planRollback(place, String(params.version));
    case "scale_action":
      if (actions.scale_action === undefined) throw missing(params.target, action);
      return planScale(place, Number(params.replicas), actions.scale_action);
    case "config_update": {
      const declared = actions.config_update;
      if (declared === undefined) throw missing(params.target, action);
      const settings = { values: params.values ?? {}, unset: params.unset ?? [] } as unknown as SettingsParams;
      return declared.env === true
        ? planEnvironment(place, declared, settings)
        : planConfigMap(place, declared, settings);
    }
  }
}

const missing = (target: string, action: ActionName): ToolFailure =>
  toolFailure("target-not-declared", `the target ${target} has no action ${action}`, { retryable: false });

function outputOf(
  { action, target, params }: WorkloadCall,
  place: Place,
  { path, did, before, after, asWanted, remarks }: Changed,
  context: ToolContext,
): ActionOutput {
  const statement = asWanted ? `${did} already: nothing was changed` : did;
  const evidence = [`PATCH ${path} of ${place.cluster.name}`, ...remarks, ...withheldRemark(before?.facts)];
  return {
    target: params.target,
    action,
    before: before?.says ?? null,
    after,
    changed: !asWanted,
    attempts: context.attempt,
    request: { method: "PATCH", url: `${place.cluster.server}${path}` },
    cluster: place.cluster.name,
    namespace: place.namespace,
    workload: target.workload,
    ...before?.facts,
    findings: [finding(statement, evidence)],
  };
}

function withheldRemark(facts: JsonObject | undefined): string[] {
  const names = Array.isArray(facts?.withheld) ? facts.withheld.map(String) : [];
  if (names.length === 0) return [];
  return [
    `the value before of ${names.join(", ")} looks like a secret and is kept nowhere: an undo leaves it as it is`,
  ];
}
