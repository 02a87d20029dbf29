/**
 * The activity `tell_incident`: the channels of a rule hear that a run was started, and what it found. Which channels is the
 * worker's own rule; what a workflow brings is data. A channel that fails is tried again, and those that were told are not.
 */
import { ApplicationFailure, Context } from "@temporalio/activity";
import { beyondBounds, INPUT_BOUNDS } from "../../core/bounds.js";
import type { IncidentView } from "../../core/incident/incident.js";
import { readIncidentView } from "../../core/incident/read-view.js";
import { messageFor } from "../../core/incident/told.js";
import { redact } from "../../core/redact.js";
import type { Channel } from "../../schema/config/tickets.js";
import type { Config } from "../../schema/config.js";
import { messageOf } from "../../vocabulary/message-of.js";
import { contextOf } from "../acting/tool-context.js";
import { channelOf } from "../connectors/channels.js";
import { markOf } from "../connectors/kit/find-duplicates.js";
import type { Message } from "../connectors/message.js";
import type { Activities } from "../contract.js";
import type { Dependencies } from "../dependencies.js";
import type { IncidentToTell } from "./contract.js";

export function createTellIncident(dependencies: Dependencies): Activities["tell_incident"] {
  return async (told) => {
    const run = Context.current().info.workflowExecution?.workflowId ?? "";
    refuseStrange(told);
    const names = channelsOf(dependencies.config, told);
    const failures = (await Promise.all(names.map((name) => deliver(name, told, dependencies)))).filter(
      (failure) => failure !== undefined,
    );
    const details = { hook: told.hook, event: told.event, channels: names, failures };
    await dependencies.audit.note({
      ...{ event: "incident-told", channel: "worker", actor: `alert-${told.hook}`, run, details },
    });
    if (failures.length === 0) return;
    throw ApplicationFailure.create({ type: "channel-not-told", message: failures.join("; ").slice(0, 500) });
  };
}

/** Whoever writes to the namespace can call it with anything: what is no view of an incident is told to nobody. */
function refuseStrange({ view, event, hook }: IncidentToTell): void {
  const isOne = readIncidentView(view) !== undefined && view.hook === hook;
  if (isOne && ["started", "answered"].includes(event) && beyondBounds(view, INPUT_BOUNDS) === undefined) return;
  const message = "what is to be told is no incident of this hook";
  throw ApplicationFailure.create({ type: "field-invalid", message, nonRetryable: true });
}

function channelsOf({ hooks = {} }: Config, { hook, rule }: IncidentToTell): readonly string[] {
  const declared = Object.hasOwn(hooks, hook) ? hooks[hook] : undefined;
  return declared?.rules[rule - 1]?.tell ?? [];
}

/** One alert for one run: the answer stands in what pages already, and what is over by itself need not page on. */
function alertOf({ kind }: Channel, name: string, { run, resolvedMs }: IncidentView): Pick<Message, "alert"> {
  if (kind !== "pagerduty") return {};
  return { alert: { action: resolvedMs === undefined ? "trigger" : "resolve", key: markOf(`${run?.id}.${name}`) } };
}

/** Why it could not be delivered, in words. */
async function deliver(
  name: string,
  incident: IncidentToTell,
  dependencies: Dependencies,
): Promise<string | undefined> {
  const { config, log } = dependencies;
  const channel = Object.hasOwn(config.channels, name) ? config.channels[name] : undefined;
  if (channel === undefined) return `config.yaml declares no channel ${name}`;
  const { hook, event, view } = incident;
  const about = { operation: "tell_incident", hook, event, channel: name };
  const lines = {
    info: (message: string, fields: object = {}) => log.info(message, { ...about, ...fields }),
    warn: (message: string, fields: object = {}) => log.warn(message, { ...about, ...fields }),
  };
  const signal = Context.current().cancellationSignal;
  const call = { params: {}, requester: `alert-${hook}`, retries: 0 };
  const runId = view.run?.id ?? "";
  // One message for one run and event, however often it is tried.
  const own = { idempotencyKey: [runId, event, name].join("."), runId, nodeId: event };
  const context = { ...contextOf(call, dependencies, signal, lines), ...own };
  const { title, message } = messageFor(view, event, config.facadeUrl);
  const told = { title: redact(title), message: redact(message), ...alertOf(channel, name, view) };
  try {
    await channelOf(channel).deliver(name, channel, told, context);
    return undefined;
  } catch (error) {
    const reason = redact(messageOf(error)).slice(0, 200);
    lines.warn("a channel was not told", { reason });
    return `${name}: ${reason}`;
  }
}
