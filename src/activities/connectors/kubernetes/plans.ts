/** What each action would change on a workload, after everything that forbids it has been looked at. */
import { createHash } from "node:crypto";
import type { JsonObject } from "../../../schema/json.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { type Fault, replicasFault, stepFault } from "./bounds.js";
import { budgetRemarks, budgetsOf, refuseAutoscaled, refuseBelowBudget, replacing } from "./budgets.js";
import { revisionFor, revisionsOf } from "./revisions.js";
import { type SettingsAction, type SettingsParams, settingsChange } from "./settings.js";
import type { Before } from "./stamps.js";
import {
  type Container,
  containerOf,
  described,
  keeperOf,
  type Place,
  pathOf,
  RESTARTED_AT,
  readWorkload,
  type Workload,
} from "./workload.js";

/** The object that is changed, as it was read. */
export interface Subject {
  /** `deployment/checkout`. */
  what: string;
  path: string;
  resourceVersion: string;
  annotations: Record<string, string> | undefined;
  /** The same as long as nobody has changed what people declare of it. */
  fingerprint: string;
}

export const fingerprintOf = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex");

export interface Plan {
  subject: Subject;
  /** A strategic merge patch; undefined where everything is as wanted already. */
  patch?: JsonObject;
  before: Before;
  /** What it will be. */
  after: string;
  /** `deployment/checkout in shop was scaled from 2 to 4`. */
  did: string;
  /** How many pods it touches, and how. */
  reach: string;
  /** What people should know beside. */
  remarks: string[];
}

export async function planRestart(place: Place, context: ToolContext): Promise<Plan> {
  const workload = await rollable(place);
  const at = new Date(context.now()).toISOString();
  return {
    ...(await common(place, workload, {})),
    patch: { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: at } } } } },
    after: `restarted at ${at}`,
    did: `${inNamespace(place)} was restarted`,
    reach: replacing(place, workload),
  };
}

export async function planRollback(place: Place, version: string): Promise<Plan> {
  const workload = await rollable(place);
  const revisions = await revisionsOf(place, workload);
  const [current] = revisions;
  const wanted = revisionFor(place, revisions, version);
  const facts: JsonObject = current === undefined ? {} : { previous_revision: `revision:${current.number}` };
  const plan = await common(place, workload, facts);
  const where = `revision ${wanted.number} (${wanted.image})`;
  const before = { ...plan.before, says: `${plan.before.says}, revision ${current?.number}` };
  if (wanted === current)
    return { ...plan, before, after: before.says, did: `${inNamespace(place)} is at ${where}`, reach: "" };
  return {
    ...plan,
    before,
    // Without the directive what the earlier template lacks would stay.
    patch: { spec: { template: { ...wanted.template, $patch: "replace" } } },
    after: `image ${wanted.image}, as in revision ${wanted.number}`,
    did: `${inNamespace(place)} went back to ${where}`,
    reach: replacing(place, workload),
  };
}

function refuseFor(fault: Fault | undefined): void {
  if (fault !== undefined) throw toolFailure("params-invalid", fault.message, { hint: fault.hint, retryable: false });
}

/** A paused workload can be scaled all the same. */
export async function planScale(
  place: Place,
  replicas: number,
  bounds: Parameters<typeof replicasFault>[2],
): Promise<Plan> {
  if (place.kind === "daemonset") {
    const message = `${place.workload} is a DaemonSet: it runs one pod on each node and cannot be scaled`;
    throw toolFailure("target-refused", message, { hint: "change its node selector, or the nodes", retryable: false });
  }
  refuseFor(replicasFault(place.workload, replicas, bounds));
  const workload = await readWorkload(place);
  const { replicas: now = 1 } = workload.spec;
  const step = Math.abs(replicas - now);
  refuseFor(stepFault(place.workload, now, replicas, bounds));
  await refuseAutoscaled(place);
  const plan = await common(place, workload, { previous_replicas: now }, replicas < now ? replicas : undefined);
  if (step === 0)
    return { ...plan, after: plan.before.says, did: `${inNamespace(place)} has ${now} replicas`, reach: "" };
  return {
    ...plan,
    patch: { spec: { replicas } },
    after: `${replicas} replica(s)`,
    did: `${inNamespace(place)} was scaled from ${now} to ${replicas}`,
    reach: `${replicas > now ? "adds" : "takes away"} ${step} pod(s)`,
  };
}

export async function planEnvironment(place: Place, action: SettingsAction, params: SettingsParams): Promise<Plan> {
  const workload = await rollable(place);
  const container = containerOf(place, workload.spec.template);
  const variables = new Map((container.env ?? []).map((variable) => [variable.name, variable]));
  const where = `the environment of ${container.name} in ${place.workload}`;
  const change = settingsChange(where, action, params, (name) => {
    const variable = variables.get(name);
    if (variable?.valueFrom === undefined) return variable === undefined ? undefined : (variable.value ?? "");
    const message = `${name} of ${where} is taken from elsewhere (${Object.keys(variable.valueFrom ?? {}).join(", ")})`;
    throw toolFailure("target-refused", message, { hint: "change it there", retryable: false });
  });
  const { changes, previous, added, withheld } = change;
  const names = Object.keys(changes);
  const plan = await common(place, workload, { previous_values: previous, added, withheld });
  return {
    ...plan,
    before: { ...plan.before, says: change.before },
    patch: names.length === 0 ? undefined : environmentPatch(workload, container, changes),
    after: change.after,
    did: `${where} was changed (${names.join(", ") || "nothing"})`,
    reach: names.length === 0 ? "" : replacing(place, workload),
  };
}

/** The order of variables is kept: one may refer to those before it. */
function environmentPatch(
  workload: Workload,
  container: Container,
  changes: Record<string, string | null>,
): JsonObject {
  const present = (container.env ?? []).map(({ name }) => name);
  const order = [...new Set([...present, ...Object.keys(changes)])].filter((name) => changes[name] !== null);
  const set = order.flatMap((name) => (changes[name] === undefined ? [] : [{ name, value: changes[name] }]));
  const gone = Object.keys(changes).filter((name) => changes[name] === null);
  const env: JsonObject[] = [...set, ...gone.map((name) => ({ name, $patch: "delete" }))];
  const named = (list: string[]): JsonObject[] => list.map((name) => ({ name }));
  const containers = workload.spec.template.spec.containers.map(({ name }) => name);
  return {
    spec: {
      template: {
        spec: {
          "$setElementOrder/containers": named(containers),
          containers: [{ name: container.name, "$setElementOrder/env": named(order), env }],
        },
      },
    },
  };
}

/** The workload, if a change of its template would make new pods by itself. */
async function rollable(place: Place): Promise<Workload> {
  const workload = await readWorkload(place);
  const { workload: name, namespace } = place;
  if (workload.spec.paused === true) {
    const message = `${name} in ${namespace} is paused: a change would make no new pods`;
    throw toolFailure("rollout-paused", message, {
      hint: `kubectl rollout resume ${name} -n ${namespace}`,
      retryable: false,
    });
  }
  if (workload.spec.updateStrategy?.type === "OnDelete") {
    const message = `${name} in ${namespace} makes new pods only when old ones are deleted (updateStrategy OnDelete)`;
    throw toolFailure("target-refused", message, {
      hint: "set its updateStrategy to RollingUpdate, or delete pods by hand",
      retryable: false,
    });
  }
  return workload;
}

/** `below`: to how few replicas it would go, where it scales down. */
async function common(
  place: Place,
  workload: Workload,
  facts: JsonObject,
  below?: number,
): Promise<Pick<Plan, "subject" | "before" | "remarks">> {
  const budgets = await budgetsOf(place, workload);
  if (below !== undefined) refuseBelowBudget(place, budgets, below);
  const keeper = keeperOf(workload);
  const partition = workload.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const remarks = [
    ...budgetRemarks(budgets),
    ...(partition > 0 ? [`its partition keeps the pods below number ${partition} as they are`] : []),
    ...(keeper === undefined ? [] : [`${keeper} keeps it as it is declared elsewhere, and may set the change back`]),
  ];
  return { subject: subjectOf(place, workload), before: { says: described(place, workload), facts }, remarks };
}

function subjectOf(place: Place, { metadata, spec }: Workload): Subject {
  const { resourceVersion, annotations, uid } = metadata;
  const what = inNamespace(place);
  // A Deployment's generation also counts annotations, which its controller writes.
  return { what, path: pathOf(place), resourceVersion, annotations, fingerprint: fingerprintOf([uid, spec]) };
}

const inNamespace = ({ workload, namespace }: Place): string => `${workload} in ${namespace}`;
