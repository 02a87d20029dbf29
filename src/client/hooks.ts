/** Alerts come in: a delivery is verified, read, grouped, and taken once Temporal has it. */
import { type Client, WorkflowNotFoundError } from "@temporalio/client";
import { newIncident, viewOf } from "../core/incident/incident.js";
import { labelOf } from "../core/report/plain.js";
import type { AuditLog } from "../platform/audit/log.js";
import type { HookRequest } from "../platform/hooks/verify.js";
import type { Hook } from "../schema/config/hooks.js";
import { checkBounds } from "../schema/document.js";
import type { JsonObject } from "../schema/json.js";
import { HOOK_DELIVERIES_KEPT, INCIDENTS_PER_DELIVERY, INCIDENTS_PER_MINUTE } from "../vocabulary/delivery-limits.js";
import { INCIDENT, INCIDENT_MEMO, RUN_QUEUE, WORKFLOWS } from "../vocabulary/names.js";
import type { Problem } from "../vocabulary/problems.js";
import type { Result } from "../vocabulary/result.js";
import { chunks, createBatches } from "./hooks/batches.js";
import { createFolding, type Sent } from "./hooks/folding.js";
import { type Group, groupsOf } from "./hooks/grouping.js";
import { deliveryIdOf, readDelivery, verifyDelivery } from "./hooks/kinds.js";
import type { Asked } from "./runs/context.js";
import { promptly } from "./runs/deadline.js";
import { attempt, refusal } from "./runs/temporal-errors.js";

export interface TakenDelivery {
  /** Alerts that went to incidents. */
  alerts: number;
  /** Of the delivery: heartbeats, tests, what goes on. */
  ignored: number;
  incidents: string[];
  /** Its id came before; nothing was done again. */
  repeated: boolean;
  /** What of it was cut, in words. */
  cut: string[];
  /** Alerts that went to one incident with others, for too many were begun. */
  folded: number;
}

export interface HooksOptions {
  client: Client;
  hooks: Record<string, Hook>;
  /** Gives what a reference stands for. */
  secret(reference: string): string;
  audit: Pick<AuditLog, "note">;
  /** What stands in the shell of the façade: it goes along with every run. */
  asked?: Asked;
  now(): number;
}

export interface Hooks {
  readonly declared: Readonly<Record<string, Hook>>;
  /** `from`: the address that it came from; `refusing` may forbid that more refusals are recorded. */
  take(
    name: string,
    request: HookRequest,
    from: string,
    refusing?: () => Promise<void>,
  ): Promise<Result<TakenDelivery>>;
  /** Once the audit log has the lines of what was taken: they follow the answer, which does not wait for a disk. */
  idle(): Promise<void>;
}

export function createHooks(options: HooksOptions): Hooks {
  const { hooks } = options;
  for (const [name, hook] of Object.entries(hooks)) warmUp(name, hook);
  const find = (name: string) => (Object.hasOwn(hooks, name) ? hooks[name] : undefined);
  const send = createFolding({
    begin: createBatches((group) => signal(group, options.client)),
    join: (group) => join(group, options.client),
  });
  const seen = createSeen();
  const lines = new Set<Promise<void>>();
  const noteLater = (details: JsonObject): void => {
    const line = options.audit.note({ event: "alerts-taken", channel: "hook", details });
    lines.add(line);
    void line.finally(() => lines.delete(line));
  };
  return {
    declared: hooks,
    idle: async () => void (await Promise.all(lines)),
    take: async (name, request, from, refusing) => {
      const hook = find(name);
      if (hook === undefined) return refusal(noHook(name));
      const nowMs = options.now();
      const verdict = verifyDelivery(request, secretsOf(hook, options), hook, nowMs);
      if (!verdict.ok) {
        await refusing?.();
        const details = { hook: name, reason: verdict.reason, from };
        await options.audit.note({ event: "login-refused", channel: "hook", code: "not-signed-in", details });
        return refusal({ code: "not-signed-in", at: `hooks.${name}`, message: verdict.reason });
      }
      const body = bodyOf(request.body);
      if (!body.ok) return body;
      const read = readDelivery(body.value, hook);
      if (!read.ok) return read;
      const delivery = verdict.delivery ?? deliveryIdOf(request, body.value, hook);
      const key = delivery === undefined ? undefined : `${name} ${delivery}`;
      if (key !== undefined && seen.has(key)) return { ok: true, value: { ...NOTHING, repeated: true } };
      const alerts = read.delivery.alerts.filter(({ noIncident }) => noIncident !== true);
      const groups = groupsOf(name, hook, alerts, options.asked);
      const sent = await attempt(name, async () => {
        return { ok: true as const, value: await send(name, hook, groups, nowMs) };
      });
      if (!sent.ok) return refusal(...sent.problems.map(notTaken));
      // Only once it is taken: a sender that was not answered must be able to try again.
      if (key !== undefined) seen.add(key);
      const ignored = read.delivery.alerts.length - alerts.length;
      const { incidents, folded } = sent.value;
      const cut = [...read.delivery.cut, ...wordsOf(folded)];
      const taken = { alerts: alerts.length, ignored, incidents, repeated: false, cut, folded: folded.alerts };
      const counts = { alerts: alerts.length, ignored, folded: folded.alerts };
      noteLater({ hook: name, ...counts, incidents: incidents.slice(0, 20), from });
      return { ok: true, value: taken };
    },
  };
}

/** Patterns and schemas are compiled at their first use, which takes longer than an answer may: not the first alert's. */
function warmUp(name: string, hook: Hook): void {
  readDelivery({}, hook);
  groupsOf(name, hook, [{ id: name, name, says: [name], labels: { [name]: "password=none" }, status: "firing" }]);
}

const NOTHING = { alerts: 0, ignored: 0, incidents: [], cut: [], folded: 0 };

function wordsOf({ groups, alerts, incident }: Sent["folded"]): string[] {
  if (groups === 0) return [];
  const most = `${INCIDENTS_PER_DELIVERY} incidents a delivery and ${INCIDENTS_PER_MINUTE} a minute are begun`;
  return [`at most ${most}: ${alerts} alerts of ${groups} further groups went to the incident ${incident}`];
}

/** Joins the incident where one goes on; false where none does. */
async function join({ id, alerts }: Group, client: Client): Promise<boolean> {
  try {
    for (const part of chunks(alerts)) {
      await promptly(client, () => client.workflow.getHandle(id).signal(INCIDENT.take, part));
    }
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Starts the incident, or joins the one that goes on. */
async function signal({ id, input, alerts }: Group, client: Client): Promise<void> {
  const [first] = Object.values(input.key);
  await promptly(client, () =>
    client.workflow.signalWithStart(WORKFLOWS.incident, {
      workflowId: id,
      taskQueue: RUN_QUEUE,
      workflowIdReusePolicy: "ALLOW_DUPLICATE",
      args: [input],
      signal: INCIDENT.take,
      signalArgs: [alerts],
      memo: { [INCIDENT_MEMO]: viewOf(newIncident(Date.now(), input.settings.debounceMs), input) },
      staticSummary: labelOf(`alerts of ${input.hook}: ${first ?? ""}`, 180),
    }),
  );
}

function secretsOf({ secret }: Hook, options: HooksOptions): string[] {
  return (typeof secret === "string" ? [secret] : secret).map((reference) => options.secret(reference));
}

function bodyOf(bytes: Buffer): Result<unknown> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    return refusal({ code: "document-not-parsed", at: "body", message: "the body must be JSON" });
  }
  const bounded = checkBounds(value, "body");
  return bounded.ok ? { ok: true, value: bounded.value } : bounded;
}

function noHook(name: string): Problem {
  const message = `there is no hook ${JSON.stringify(name.slice(0, 60))}`;
  return { code: "not-found", at: "path", message, hint: "declare it under `hooks` in config.yaml" };
}

/** Whatever Temporal says, nothing is half taken: the sender is to try again. */
const notTaken = (problem: Problem): Problem => ({ ...problem, code: "temporal-unreachable" });

/** Ids that came, the oldest forgotten first. */
function createSeen(): { has(id: string): boolean; add(id: string): void } {
  const ids = new Set<string>();
  return {
    has: (id) => ids.has(id),
    add: (id) => {
      const [oldest] = ids;
      if (ids.size >= HOOK_DELIVERIES_KEPT && oldest !== undefined) ids.delete(oldest);
      ids.add(id);
    },
  };
}
