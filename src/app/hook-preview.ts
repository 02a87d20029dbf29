/** What a delivery would do, by the rules of this machine: nothing is sent and nothing runs. */
import { draftFirst, goalsFor } from "../activities/incident/plan-incident.js";
import { ruleFor } from "../activities/incident/rules.js";
import type { IncidentAlert } from "../core/incident/incident.js";
import type { DeclaredHook, HookRule } from "../schema/config/hooks.js";
import type { GraphInput } from "../schema/graph.js";
import type { Local } from "./local.js";

export interface HookPreview {
  /** Place of the rule that fits, from 1; absent where none does. */
  rule?: number;
  mode?: HookRule["mode"];
  /** What the rule lets the alerts state. */
  facts?: Record<string, string>;
  graph?: GraphInput;
  playbook?: string;
  /** In words: what is left out, or keeps it from starting. */
  notes: string[];
}

export async function previewHook(
  local: Local,
  name: string,
  hook: DeclaredHook,
  alerts: IncidentAlert[],
): Promise<HookPreview> {
  const firing = alerts.filter(({ status }) => status === "firing");
  if (firing.length === 0) return { notes: ["nothing fires: nothing would start"] };
  const fitting = ruleFor(hook, firing);
  if (fitting === undefined)
    return { notes: ["no rule of the hook fits: it would be listed, and nothing would start"] };
  const { rule, number } = fitting;
  const read = goalsFor(name, hook, fitting, local.config);
  if (!read.ok) return { rule: number, mode: rule.mode, notes: read.notes };
  const { drafted, notes: lacking } = await draftFirst(read.goals, (goal) => local.planInProcess(goal));
  const about = { rule: number, mode: rule.mode, facts: { ...read.goals[0]?.facts } };
  if (!drafted.ok) return { ...about, notes: [...read.notes, ...lacking] };
  const { graph, playbook, notices } = drafted;
  const notes = [...read.notes, ...lacking, ...notices.map(({ message }) => message)];
  return { ...about, graph, playbook, notes };
}
