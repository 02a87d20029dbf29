/** Which rule of a hook an alert fits: labels by equality, list or glob; never code. */
import type { IncidentAlert } from "../../core/incident/incident.js";
import type { HookRule } from "../../schema/config/hooks.js";

export interface Fitting {
  rule: HookRule;
  /** Its place among the rules, from 1. */
  number: number;
  /** The alerts that it fits. */
  alerts: IncidentAlert[];
}

/** The first rule that fits any of the alerts. */
export function ruleFor(
  { rules }: { rules: readonly HookRule[] },
  alerts: readonly IncidentAlert[],
): Fitting | undefined {
  for (const [index, rule] of rules.entries()) {
    const fitting = alerts.filter((alert) => fits(rule, alert));
    if (fitting.length > 0) return { rule, number: index + 1, alerts: fitting };
  }
  return undefined;
}

function fits({ match = {} }: HookRule, { name, labels }: IncidentAlert): boolean {
  return Object.entries(match).every(([label, wanted]) => {
    const value = label === "alertname" ? name : Object.hasOwn(labels, label) ? (labels[label] ?? "") : "";
    return [wanted].flat().some((pattern) => isLike(value, pattern));
  });
}

/** `*` stands for anything; the parts between are found one after another, so that no pattern is slow. */
function isLike(value: string, pattern: string): boolean {
  if (!pattern.includes("*")) return value === pattern;
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop() ?? "";
  if (value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last)) return false;
  const inner = value.slice(first.length, value.length - last.length);
  let at = 0;
  for (const part of rest) {
    const found = inner.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}
