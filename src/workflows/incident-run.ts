/**
 * The run of an incident: planned and allowed by a worker, started as any other run, and followed to its end.
 * Loaded by the workflow sandbox: imports only what the bundle test lists.
 */
import {
  getExternalWorkflowHandle,
  metricMeter,
  ParentClosePolicy,
  proxyActivities,
  sleep,
  startChild,
  uuid4,
} from "@temporalio/workflow";
import type { Activities } from "../activities/contract.js";
import type { IncidentPlan } from "../activities/incident/contract.js";
import { inShort } from "../core/answer/lines.js";
import {
  type IncidentAlert,
  type IncidentInput,
  type IncidentRun,
  type IncidentState,
  type NotStarted,
  note,
  viewOf,
} from "../core/incident/incident.js";
import type { AlertNews } from "../core/incident/words.js";
import { labelOf } from "../core/report/plain.js";
import { answerIn, type Report } from "../core/report.js";
import type { Stricter } from "../schema/run-input.js";
import { RUN_FIRST_LOOKS_SECONDS, RUN_LOOK_SECONDS } from "../vocabulary/hook-limits.js";
import { EVENT_SIGNAL, runId } from "../vocabulary/names.js";
import { INCIDENT_OPTIONS, LOOK_AT_RUN_OPTIONS, TELL_INCIDENT_OPTIONS } from "./options.js";
import { attributesOf } from "./run-attributes.js";
import { runGraph } from "./run-graph.js";

const { plan_incident } = proxyActivities<Activities>(INCIDENT_OPTIONS);
const { look_at_run } = proxyActivities<Activities>(LOOK_AT_RUN_OPTIONS);
const { tell_incident } = proxyActivities<Activities>(TELL_INCIDENT_OPTIONS);

type Planned =
  | { ok: true; plan: Extract<IncidentPlan, { kind: "start" }>; notes: string[] }
  | { ok: false; why: NotStarted; notes: string[] };

/** Everything that a rule says is the worker's: a signal cannot name a rule, a mode or a graph. */
export async function planFor({ hook }: IncidentInput, alerts: IncidentAlert[]): Promise<Planned> {
  const plan = await plan_incident({ hook, alerts, id: uuid4() });
  if (plan.kind === "start") return { ok: true, plan, notes: plan.notes };
  const why = {
    "no-rule": "unmatched",
    "no-plan": "not-planned",
    planned: "planned",
    suppressed: "suppressed",
  } as const;
  return { ok: false, why: why[plan.kind], notes: plan.notes };
}

export interface Following {
  run: IncidentRun;
  /** A run that has ended meanwhile needs no news. */
  tell(news: AlertNews): Promise<void>;
}

export async function beginRun(
  state: IncidentState,
  { hook, asked = {} }: IncidentInput,
  { plan }: Extract<Planned, { ok: true }>,
): Promise<Following> {
  const { graph, mode } = plan;
  const id = runId(`alert ${plan.title}`, uuid4().replaceAll("-", "").slice(0, 20));
  const requester = `alert-${hook}`;
  const child = await startChild(runGraph, {
    workflowId: id,
    args: [{ graph, requester, dry_run: asked.dryRun || undefined, ...stricterOf(asked, mode) }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: "REJECT_DUPLICATE",
    memo: { name: graph.name },
    typedSearchAttributes: attributesOf(graph, { requester, trigger: "alert" }),
    staticSummary: labelOf(graph.name, 180),
  });
  state.phase = "running";
  const tells = plan.tells === undefined ? {} : { tells: plan.tells };
  state.run = { id, mode, startedMs: Date.now(), ...tells };
  metricMeter.createCounter("autoops_incident_runs").add(1, { hook });
  return followRun(state, child.result());
}

/** The channels that the rule names; an incident never fails for one that is away. */
export async function tellPeople(
  state: IncidentState,
  input: IncidentInput,
  event: "started" | "answered",
): Promise<void> {
  const rule = state.run?.tells;
  if (rule === undefined) return;
  const told = { hook: input.hook, rule, event, view: viewOf(state, input) };
  await tell_incident(told).catch(() => note(state, `not all channels of rule ${rule} could be told that it ${event}`));
}

/** `result` is known to the execution that began the run; a later one looks from time to time. */
export function followRun(state: IncidentState, result?: Promise<Report>): Following {
  const run = state.run as IncidentRun;
  const end = (outcome: string, answer?: string) => {
    Object.assign(run, { endedMs: Date.now(), outcome }, answer === undefined ? {} : { answer });
    metricMeter.createHistogram("autoops_incident_answer", "int", "ms").record(Date.now() - state.startedMs);
  };
  if (result !== undefined) {
    result.then(
      (report) => end(report.outcome, inShort(answerIn(report))),
      (error: Error) => end("failed", (error.cause instanceof Error ? error.cause : error).message.slice(0, 400)),
    );
  } else void watch(run.id, end);
  const tell = async (news: AlertNews) => {
    if (run.endedMs !== undefined) return;
    await getExternalWorkflowHandle(run.id)
      .signal(EVENT_SIGNAL, { ...news })
      .catch(() => undefined);
  };
  return { run, tell };
}

/** What only looks can change nothing, whatever its graph holds. */
function stricterOf({ stricter }: NonNullable<IncidentInput["asked"]>, mode: string): { stricter?: Stricter } {
  const looks = mode === "run" ? {} : { enable_remediation: false as const };
  const both = { ...stricter, ...looks };
  return Object.keys(both).length === 0 ? {} : { stricter: both };
}

async function watch(id: string, end: (outcome: string, answer?: string) => void): Promise<void> {
  for (let seconds = RUN_FIRST_LOOKS_SECONDS; ; seconds = Math.min(2 * seconds, RUN_LOOK_SECONDS)) {
    const seen = await look_at_run(id);
    if (seen.outcome !== undefined) return end(seen.outcome, seen.answer);
    await sleep(seconds * 1_000);
  }
}
