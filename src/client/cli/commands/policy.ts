/** `autoops policy show|explain FILE`: the policy in force on this machine, and what it says of each node of a graph. */

import { type Local, loadLocal } from "../../../app/local.js";
import { channelProblems } from "../../../core/gate/notice-channels.js";
import type { GateRule } from "../../../core/policy/approval-rule.js";
import { unknownNames } from "../../../core/policy.js";
import { paramLines } from "../../../core/report/preview.js";
import type { WriteLimits } from "../../../core/writes/limits.js";
import { done, type Ending, failed } from "../ending.js";
import { readGraph } from "../input.js";
import { noteWarnings } from "../plan-text.js";
import type { Session } from "../session.js";
import { columns, oneLine, style } from "../text.js";

export async function showPolicy(session: Session): Promise<Ending> {
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const { print } = session;
  const { policy, policyDigest, origins, files } = local;
  print.result(`policy file: ${files.policy ?? "none, the defaults hold"}`);
  print.result(`config file: ${files.config ?? "none, nothing is declared"}`);
  print.result();
  const rows = Object.entries({ ...ABSENT, ...flat(policy) }).map(([path, value]) => {
    const origin = origins[path] ?? "default";
    return [path, shown(value), origin === "default" ? style.dim(origin) : style.cyan(origin)];
  });
  rows.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  for (const line of columns([["key", "value", "from"].map(style.dim), ...rows])) print.result(line);
  print.result();
  for (const line of ruleLines(policy)) print.result(line);
  print.result(style.dim(`digest ${policyDigest}`));
  const notices = [...channelProblems(policy, local.config), ...unknownNames(policy, local.registry)];
  noteWarnings(print, notices);
  return done({ policy, origins, digest: policyDigest, files, notices });
}

/** What stands behind the names of rules, which the table has. */
function ruleLines({ approval }: Local["policy"]): string[] {
  const lines = (approval.rules ?? []).flatMap(({ name, match, ...rule }) => [
    `rule ${style.bold(oneLine(name))}`,
    `    match: ${Object.keys(match).length === 0 ? "everything" : partsOf(match)}`,
    `    ${partsOf(rule)}`,
  ]);
  return lines.length === 0 ? [] : [...lines, ""];
}

function partsOf(rule: object): string {
  const parts = Object.entries(rule).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const isFlat = Array.isArray(value) && value.every((one) => typeof one !== "object");
    return [`${key} ${isFlat ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value)}`];
  });
  return oneLine(parts.length === 0 ? "with the policy's defaults" : parts.join("; "), 1_000);
}

/** Lists whose absence has a meaning of its own. */
const ABSENT: Record<string, unknown> = {
  "tools.allowed": "(absent) the built-in tools that only read",
  "node_types.allowed": "(absent) the types that only read",
  "network.allowed_hosts": "(absent) the hosts that config.yaml declares",
};

function flat(policy: Local["policy"]): Record<string, unknown> {
  const { version: _, limits, ...sections } = policy;
  const entries = Object.entries(sections).flatMap(([section, values]) =>
    Object.entries(values).map(([key, value]): [string, unknown] => [`${section}.${key}`, value]),
  );
  for (const [environment, own] of Object.entries(limits)) {
    for (const [key, value] of Object.entries(own)) entries.push([`limits.${environment}.${key}`, value]);
  }
  return Object.fromEntries(entries);
}

function shown(value: unknown): string {
  if (!Array.isArray(value)) {
    return oneLine(typeof value === "object" && value !== null ? JSON.stringify(value) : String(value), 80);
  }
  const names = value.map((item) => (typeof item === "object" && item !== null && "name" in item ? item.name : item));
  return names.length === 0 ? "nothing" : oneLine(names.join(", "), 80);
}

export async function explainPolicy(session: Session, [file = "-"]: readonly string[]): Promise<Ending> {
  const { print } = session;
  const read = await readGraph(session, file);
  if (!read.ok) return failed(read.problems);
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const outcome = local.check(read.graph);
  const nodes = local.explain(read.graph);
  for (const node of nodes) {
    const verdict = !node.allowed ? style.red("refused") : node.gated ? style.yellow("gated") : style.green("allowed");
    print.result(`${verdict}  ${style.bold(node.node)}  ${oneLine(node.tool ?? node.type)} · ${node.effect}`);
    for (const line of paramLines(node.params)) print.result(`    ${oneLine(line, 240)}`);
    print.result(`    rule: ${oneLine(node.rule)}`);
    if (node.gate !== undefined) print.result(`    waits for approval: ${oneLine(node.gate)}`);
    if (node.limits !== undefined) print.result(`    limits: ${oneLine(limitsText(node.limits), 200)}`);
    if (node.approval !== undefined) print.result(`    who: ${approvalText(node.approval)}`);
  }
  print.result();
  if (outcome.ok) return done({ nodes, notices: outcome.verdict.notices });
  return failed(read.place(outcome.problems), { nodes });
}

function limitsText(limits: WriteLimits): string {
  const { targets_per_run, actions_per_hour, max_scale_step: step, max_replicas, forbidden_namespaces } = limits;
  const parts = [
    targets_per_run === undefined ? [] : [`${targets_per_run} targets a run`],
    actions_per_hour === undefined ? [] : [`${actions_per_hour} writes an hour`],
    step?.replicas === undefined ? [] : [`${step.replicas} replicas a step`],
    step?.factor === undefined ? [] : [`a factor of ${step.factor} a step`],
    max_replicas === undefined ? [] : [`${max_replicas} replicas`],
    forbidden_namespaces.length === 0 ? [] : [`not in ${forbidden_namespaces.join(", ")}`],
  ].flat();
  return parts.length === 0 ? "none" : `at most ${parts.join("; ")}`;
}

function approvalText({ name, groups, required, forbidRequester, signed }: GateRule): string {
  const people = required === 1 ? "one person" : `${required} people`;
  const who = groups.length === 0 ? people : `${people} of ${groups.join(", ")}`;
  const also = [forbidRequester ? ["not who asks for the run"] : [], signed ? ["signed"] : []].flat();
  return oneLine(`${[who, ...also].join("; ")} (rule ${name})`);
}
