/** The activity `take_rollout`: the incident of a rollout begins, or hears that it is over. Tried again, it begins no second one. */
import { Context } from "@temporalio/activity";
import { newIncident, viewOf } from "../../core/incident/incident.js";
import { labelOf } from "../../core/report/plain.js";
import { isRolloutHook } from "../../schema/config/hooks.js";
import { INCIDENT, INCIDENT_MEMO, WORKFLOWS } from "../../vocabulary/names.js";
import type { Activities } from "../contract.js";
import type { Dependencies } from "../dependencies.js";
import { workloadNamed } from "./read-rollouts.js";
import { rolloutIncident } from "./rollout-alert.js";

type Needs = Pick<Dependencies, "config" | "audit" | "log">;

export function createTakeRollout({ config, audit, log }: Needs): Activities["take_rollout"] {
  return async ({ hook: name, event }) => {
    const hook = Object.hasOwn(config.hooks ?? {}, name) ? config.hooks?.[name] : undefined;
    const target = workloadNamed(event.target, config);
    // Not watched any more, since the look.
    if (!isRolloutHook(hook) || target === undefined) return {};
    const incident = rolloutIncident(name, hook, target, event);
    const { kind, revision, says } = event;
    const isOver = kind === "recovered" || kind === "replaced";
    const taken = isOver ? await tellOver(incident) : await begin(incident);
    const details = { hook: name, target: event.target, outcome: kind, revision, says, incident: incident.id, taken };
    const run = Context.current().info.workflowExecution?.workflowId ?? "";
    await audit.note({ event: "rollout-seen", channel: "worker", actor: `alert-${name}`, run, details });
    log.info("a rollout was seen", { operation: "take_rollout", ...details });
    return { incident: incident.id };
  };
}

type Incident = ReturnType<typeof rolloutIncident>;

/** What goes on takes the news in; what was is not begun again, however often the rollout is told. */
async function begin({ id, input, alert }: Incident): Promise<boolean> {
  const { client, info } = Context.current();
  try {
    await client.workflow.signalWithStart(WORKFLOWS.incident, {
      workflowId: id,
      taskQueue: info.taskQueue,
      workflowIdReusePolicy: "REJECT_DUPLICATE",
      args: [input],
      signal: INCIDENT.take,
      signalArgs: [[alert]],
      memo: { [INCIDENT_MEMO]: viewOf(newIncident(Date.now(), input.settings.debounceMs), input) },
      staticSummary: labelOf(alert.says, 180),
    });
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "WorkflowExecutionAlreadyStartedError") return false;
    throw error;
  }
}

/** An incident that has ended needs no news. */
async function tellOver({ id, alert }: Incident): Promise<boolean> {
  try {
    await Context.current().client.workflow.getHandle(id).signal(INCIDENT.take, [alert]);
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "WorkflowNotFoundError") return false;
    throw error;
  }
}
