/** What differs between two maps, in lines for people. Imports no package. */
import type { StackMap } from "../../schema/map.js";

const LINES_MAX = 200;

export function mapDiff(before: StackMap, after: StackMap): string[] {
  const lines: string[] = [];
  const names = [...new Set([...Object.keys(before.services), ...Object.keys(after.services)])].sort();
  for (const name of names) {
    const [old, now] = [before.services[name], after.services[name]];
    if (old === undefined && now !== undefined) lines.push(`+ ${name} (${now.kinds.join(", ") || "unknown kind"})`);
    else if (now === undefined) lines.push(`- ${name}`);
    else if (old !== undefined) lines.push(...serviceDiff(name, old, now));
  }
  const rules = ({ alert_rules }: StackMap) => alert_rules.map(({ source, name, expr }) => `${source} ${name} ${expr}`);
  const [oldRules, newRules] = [new Set(rules(before)), new Set(rules(after))];
  const added = [...newRules].filter((rule) => !oldRules.has(rule)).length;
  const removed = [...oldRules].filter((rule) => !newRules.has(rule)).length;
  if (added + removed > 0) lines.push(`~ alert rules: ${added} new, ${removed} gone`);
  return lines.slice(0, LINES_MAX);
}

type Service = StackMap["services"][string];

function serviceDiff(name: string, before: Service, after: Service): string[] {
  const lists: Array<[string, readonly string[], readonly string[]]> = [
    ["kinds", before.kinds, after.kinds],
    ["instances", before.instances, after.instances],
    ["also", before.also, after.also],
    ["calls", before.calls.map(({ to }) => to), after.calls.map(({ to }) => to)],
    ["runs_on", before.runs_on, after.runs_on],
    ["logs", before.logs, after.logs],
    ["traces", before.traces.map(({ source }) => source), after.traces.map(({ source }) => source)],
    ["environment", [before.environment ?? ""], [after.environment ?? ""]],
    ["signals", pairs(before.signals), pairs(after.signals)],
    ["labels", pairs(before.labels ?? {}), pairs(after.labels ?? {})],
  ];
  return lists.flatMap(([what, old, now]) => {
    const added = now.filter((one) => !old.includes(one)).map((one) => `+${one}`);
    const removed = old.filter((one) => !now.includes(one)).map((one) => `-${one}`);
    const changes = [...added, ...removed];
    return changes.length === 0 ? [] : [`~ ${name} ${what}: ${changes.join(" ")}`];
  });
}

const pairs = (record: Partial<Record<string, string>>): string[] =>
  Object.entries(record).map(([key, value]) => `${key}=${value ?? ""}`);
