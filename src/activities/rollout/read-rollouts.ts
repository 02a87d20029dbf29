/** The activity `look_at_rollouts`: how the workloads of a hook stand, by the worker's own config.yaml. */
import { Context } from "@temporalio/activity";
import type { Sighting } from "../../core/rollout/state.js";
import type { KubernetesTarget } from "../../schema/config/clusters.js";
import { isRolloutHook } from "../../schema/config/hooks.js";
import type { Config } from "../../schema/config.js";
import { messageOf } from "../../vocabulary/message-of.js";
import { ROLLOUT_SAYS_CHARS } from "../../vocabulary/rollout-limits.js";
import { contextOf } from "../acting/tool-context.js";
import { seeRollout } from "../connectors/kubernetes/rollout-seen.js";
import type { Activities } from "../contract.js";
import type { ToolContext } from "../define-tool.js";
import type { Dependencies } from "../dependencies.js";

/** Workloads that are looked at at once. */
const AT_ONCE = 5;

export function createReadRollouts(dependencies: Dependencies): Activities["look_at_rollouts"] {
  return async ({ hook: name }) => {
    const { config, log } = dependencies;
    const hook = Object.hasOwn(config.hooks ?? {}, name) ? config.hooks?.[name] : undefined;
    if (!isRolloutHook(hook)) return { known: false };
    const signal = Context.current().cancellationSignal;
    const lines = {
      info: (message: string, fields: object = {}) => log.info(message, { hook: name, ...fields }),
      warn: (message: string, fields: object = {}) => log.warn(message, { hook: name, ...fields }),
    };
    const call = { params: {}, requester: `alert-${name}`, retries: 0 };
    const context = contextOf(call, dependencies, signal, lines);
    const sightings: Sighting[] = [];
    for (let at = 0; at < hook.targets.length; at += AT_ONCE) {
      const some = hook.targets.slice(at, at + AT_ONCE);
      sightings.push(...(await Promise.all(some.map((target) => sighting(target, context)))));
    }
    return { known: true, everySeconds: hook.every_seconds, stalledSeconds: hook.stalled_after_seconds, sightings };
  };
}

/** One that cannot be looked at keeps nobody from the others; the next look tries again. */
async function sighting(name: string, context: ToolContext): Promise<Sighting> {
  const target = workloadNamed(name, context.config);
  if (target === undefined) return { target: name, problem: `config.yaml declares no workload ${name}` };
  try {
    return await seeRollout(name, target, context);
  } catch (error) {
    if (context.signal.aborted) throw error;
    const problem = messageOf(error).slice(0, ROLLOUT_SAYS_CHARS);
    context.log.warn("a workload could not be looked at", { operation: "look_at_rollouts", target: name, problem });
    return { target: name, problem };
  }
}

export function workloadNamed(name: string, { targets }: Pick<Config, "targets">): KubernetesTarget | undefined {
  const target = Object.hasOwn(targets, name) ? targets[name] : undefined;
  return target !== undefined && "workload" in target ? target : undefined;
}
