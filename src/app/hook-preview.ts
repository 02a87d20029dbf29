/** What a delivery would do, by the rules of this machine: nothing is sent and nothing runs. */
import { goalFor } from "../activities/incident/plan-incident.js";
import { ruleFor } from "../activities/incident/rules.js";
import type { IncidentAlert } from "../core/incident/incident.js";
import type { Hook, HookRule } from "../schema/config/hooks.js";
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
  hook: Hook,
  alerts: IncidentAlert[],
): Promise<HookPreview> {
  const firing = alerts.filter(({ status }) => status === "firing");
  if (firing.length === 0) return { notes: ["nothing fires: nothing would start"] };
  const fitting = ruleFor(hook, firing);
  if (fitting === undefined)
    return { notes: ["no rule of the hook fits: it would be listed, and nothing would start"] };
  const { rule, number } = fitting;
  const read = goalFor(name, hook, fitting);
  if (!read.ok) return { rule: number, mode: rule.mode, notes: read.notes };
  const drafted = await local.planInProcess(read.goal);
  const about = { rule: number, mode: rule.mode, facts: { ...read.goal.facts } };
  if (!drafted.ok) return { ...about, notes: [...read.notes, ...drafted.problems.map(({ message }) => message)] };
  const { graph, playbook, notices } = drafted;
  const notes = [...read.notes, ...notices.map(({ message }) => message)];
  return { ...about, graph, ...(playbook === undefined ? {} : { playbook }), notes };
}
