/**
 * The activity `plan_incident`: what the worker's own rules make of the alerts of an incident. A signal brings alerts and
 * nothing else; rule, mode, playbook and what labels may state are the worker's. Alert text never asks for a remedy.
 */
import { Context } from "@temporalio/activity";
import { render } from "../../core/condition/template.js";
import { isIncidentAlert } from "../../core/incident/incident.js";
import type { Count, CountAnswer } from "../../core/writes/counts.js";
import { goalOfAlert } from "../../goal/alert-goal.js";
import { groupOf } from "../../schema/alerts/group.js";
import { type DeclaredHook, type HookRule, isRolloutHook } from "../../schema/config/hooks.js";
import type { Config } from "../../schema/config.js";
import { FACT_NAMES, type FactName } from "../../schema/facts.js";
import type { JsonObject } from "../../schema/json.js";
import type { GoalInput } from "../../schema/run-input.js";
import { ALL_RUNS_PER_HOUR } from "../../vocabulary/hook-limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import { whileHeartbeating } from "../acting/heartbeat.js";
import { ratesClient } from "../acting/rates-client.js";
import type { Activities, DraftResult } from "../contract.js";
import type { Dependencies } from "../dependencies.js";
import { rolloutGoals, strangeTarget } from "../rollout/rollout-goals.js";
import type { IncidentPlan, IncidentToPlan } from "./contract.js";
import { type Fitting, ruleFor } from "./rules.js";

type Needs = Pick<Dependencies, "config" | "draft" | "audit">;
type CountRun = (count: Count) => Promise<CountAnswer>;

const HOUR_MS = 3_600_000;

export function createPlanIncident(
  needs: Needs,
  count: CountRun = (one) => ratesClient().count(one),
): Activities["plan_incident"] {
  return async (asked) => {
    const run = Context.current().info.workflowExecution?.workflowId ?? "";
    // A planner may take minutes; a worker that is lost meanwhile must not cost them.
    const plan = await whileHeartbeating(() => planned(asked, run, needs, count));
    const { kind, notes } = plan;
    const graph =
      plan.kind === "start" ? { graph: plan.graph.id, nodes: plan.graph.nodes.length, mode: plan.mode } : {};
    const details = { hook: asked.hook, alerts: asked.alerts.length, became: kind, notes: notes.slice(0, 5), ...graph };
    await needs.audit.note({
      event: "incident-planned",
      channel: "worker",
      actor: `alert-${asked.hook}`,
      run,
      details,
    });
    return plan;
  };
}

async function planned(asked: IncidentToPlan, run: string, needs: Needs, count: CountRun): Promise<IncidentPlan> {
  const { config } = needs;
  const hook = Object.hasOwn(config.hooks ?? {}, asked.hook) ? config.hooks?.[asked.hook] : undefined;
  if (hook === undefined) return { kind: "no-rule", notes: [`the worker's config.yaml has no hook ${asked.hook}`] };
  const fitting = ruleFor(hook, asked.alerts.filter(isIncidentAlert));
  if (fitting === undefined) return { kind: "no-rule", notes: ["no rule of the hook fits"] };
  const input = goalsFor(asked.hook, hook, fitting, config);
  if (!input.ok) return { kind: "no-plan", notes: input.notes };
  const { drafted, notes: lacking } = await draftFirst(input.goals, (goal) => needs.draft(goal, { run }));
  input.notes.push(...lacking);
  if (!drafted.ok) return { kind: "no-plan", notes: input.notes };
  const { mode } = fitting.rule;
  const notes = [...input.notes, ...drafted.notices.map(({ message }) => message)].slice(0, 10);
  const { graph } = drafted;
  if (mode === "plan")
    return { kind: "planned", notes: [`planned: ${graph.name}, ${graph.nodes.length} nodes`, ...notes] };
  const all = config.incidents?.runs_per_hour ?? ALL_RUNS_PER_HOUR;
  const limits = [
    { name: `hook:${asked.hook}`, most: hook.runs_per_hour },
    { name: "hooks", most: all },
  ];
  const counted = await count({ id: asked.id, limits, withinMs: HOUR_MS });
  if (!counted.ok) {
    const whose = counted.limit === "hooks" ? "all hooks" : `the hook ${asked.hook}`;
    return { kind: "suppressed", notes: [`${counted.most} runs an hour of ${whose} were started`, ...notes] };
  }
  const tells = fitting.rule.tell === undefined ? {} : { tells: fitting.number };
  return { kind: "start", graph, mode, title: input.title, notes, ...tells };
}

/** Each is planned only where those before it could not be; what they lacked is told. */
export async function draftFirst(
  goals: readonly GoalInput[],
  draft: (goal: GoalInput) => DraftResult | Promise<DraftResult>,
): Promise<{ drafted: DraftResult; notes: string[] }> {
  const notes: string[] = [];
  let drafted: DraftResult = { ok: false, problems: [] };
  for (const goal of goals) {
    drafted = await draft(goal);
    if (drafted.ok) break;
    const lacks = drafted.problems.slice(0, 5).map(wordsOf);
    notes.push(...(goals.length === 1 ? lacks : lacks.map((words) => `not by ${goal.playbook}: ${words}`)));
  }
  return { drafted, notes };
}

/** Hints are written for the command line; a rule gives values in its own way. */
function wordsOf({ message, hint }: Problem): string {
  if (hint === undefined) return message;
  return `${message}; ${hint.replace(/--param (\w+)=VALUE/, "`params: { $1: VALUE }` in the hook's rule")}`;
}

type GoalsFor = { ok: true; goals: GoalInput[]; title: string; notes: string[] } | { ok: false; notes: string[] };

/** What is to be planned, the best first. */
export function goalsFor(name: string, hook: DeclaredHook, fitting: Fitting, config: Config): GoalsFor {
  if (isRolloutHook(hook)) {
    const strange = strangeTarget(hook, fitting.alerts);
    if (strange !== undefined) return { ok: false, notes: [strange] };
    if (fitting.rule.playbook === undefined && fitting.rule.goal === undefined)
      return rolloutGoals(name, fitting, config);
  }
  const read = goalFor(name, hook, fitting);
  return read.ok ? { ...read, goals: [read.goal] } : read;
}

type GoalFor = { ok: true; goal: GoalInput; title: string; notes: string[] } | { ok: false; notes: string[] };

/** The planner's input: of labels only what the rule lets in. */
export function goalFor(name: string, hook: DeclaredHook, { rule, number, alerts }: Fitting): GoalFor {
  const ones = alerts.map(({ says, ...alert }) => ({ ...alert, says: [says] }));
  const group = groupOf({ from: hook.kind === "known" ? "generic" : hook.kind, alerts: ones, cut: [] }, ones);
  const read = goalOfAlert(group);
  const scope = { labels: group.labels, name: group.name, says: group.says };
  const rendered = render(
    { goal: rule.goal ?? "", params: (rule.params ?? {}) as JsonObject },
    scope,
    `rules[${number - 1}]`,
  );
  if (!rendered.ok)
    return { ok: false, notes: rendered.problems.map(({ at, message }) => `rule ${number}, ${at}: ${message}`) };
  const { goal, params } = rendered.value as { goal: string; params: JsonObject };
  const taken = takenBy(rule);
  const stated = Object.fromEntries(Object.entries(read.facts).filter(([fact]) => taken.has(fact as FactName)));
  const facts = { ...stated, ...(rule.environment === undefined ? {} : { environment: rule.environment }) };
  const input: GoalInput = {
    goal: goal === "" ? read.goal : goal,
    requester: `alert-${name}`,
    facts,
    only_facts: true,
    remedy: rule.mode === "run",
    planner: "playbook",
    playbook: rule.playbook,
    params: Object.keys(params).length === 0 ? undefined : params,
  };
  return { ok: true, goal: input, title: group.name, notes: group.notices.map(({ message }) => message) };
}

/** An address would send a request where the alert's sender wants; in a run that may act, labels choose nothing unasked. */
function takenBy({ take, mode }: HookRule): ReadonlySet<FactName> {
  if (take !== undefined) return new Set(take);
  return new Set(mode === "run" ? [] : FACT_NAMES.filter((name) => name !== "url"));
}
