/** What is planned for a rollout that ended: its validation, and where that lacks a source, or nothing came up, a look at the cluster. */
import type { IncidentAlert } from "../../core/incident/incident.js";
import type { RolloutHook } from "../../schema/config/hooks.js";
import type { Config } from "../../schema/config.js";
import type { JsonObject } from "../../schema/json.js";
import type { GoalInput } from "../../schema/run-input.js";
import type { Fitting } from "../incident/rules.js";
import { CLUSTER_READ } from "../planner/cluster-investigation.js";
import { workloadNamed } from "./read-rollouts.js";

export const VALIDATION = "deployment-validation";

/** Whoever writes to the namespace can tell of a rollout; only of one that the hook watches. */
export function strangeTarget({ targets }: RolloutHook, alerts: readonly IncidentAlert[]): string | undefined {
  const strange = alerts.map(({ labels }) => labels.target ?? "").find((target) => !targets.includes(target));
  return strange === undefined ? undefined : `the hook does not watch the target ${strange.slice(0, 63)}`;
}

type RolloutGoals = { ok: true; goals: GoalInput[]; title: string; notes: string[] } | { ok: false; notes: string[] };

/** Everything but which target, and how it ended, is the worker's own declaration. */
export function rolloutGoals(name: string, { rule, alerts }: Fitting, config: Config): RolloutGoals {
  const { target: declared = "", outcome } = alerts[0]?.labels ?? {};
  const target = workloadNamed(declared, config);
  if (target === undefined) return { ok: false, notes: [`config.yaml declares no workload ${declared.slice(0, 63)}`] };
  const { cluster, namespace, workload, environment, actions } = target;
  const service = workload.split("/", 2)[1] ?? "";
  const remedy = rule.mode === "run" && actions.rollback !== undefined;
  const common = {
    ...{ requester: `alert-${name}`, only_facts: true as const, planner: "playbook" as const, remedy },
    facts: { service, namespace, environment: rule.environment ?? environment ?? "production" },
  };
  const back: JsonObject = remedy ? { target: declared, action: "rollback" } : {};
  const validation: GoalInput = {
    ...{ ...common, goal: `is the new version of ${service} healthy`, playbook: VALIDATION },
    params: remedy ? { target: declared } : undefined,
  };
  const look: GoalInput = {
    ...{ ...common, goal: `what is wrong with ${workload} since its rollout`, playbook: CLUSTER_READ },
    params: { cluster, namespace, workload, ...back },
  };
  const notes =
    remedy || rule.mode !== "run" ? [] : [`the target ${declared} declares no rollback: it is only looked at`];
  // Of what does not come up requests and their failures say nothing: the old pods still answer them.
  const goals = outcome === "stalled" ? [look] : [validation, look];
  return { ok: true, goals, title: `rollout of ${service}`, notes };
}
