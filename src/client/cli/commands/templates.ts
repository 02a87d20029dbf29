/** `autoops templates list|show|use`: the playbooks, and a plan from one of them. */
import { type Local, loadLocal } from "../../../app/local.js";
import type { Parameter, Playbook } from "../../../schema/playbook.js";
import type { PlanningOptions } from "../draft.js";
import { done, type Ending, failed } from "../ending.js";
import { noteWarnings } from "../plan-text.js";
import type { Session } from "../session.js";
import { columns, oneLine, style } from "../text.js";
import { plan } from "./plan.js";

type Origin = "built-in" | "own" | "learned";

export async function list(session: Session): Promise<Ending> {
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const { print } = session;
  const rows = local.playbooks.map((playbook) => [
    style.bold(playbook.id),
    playbook.version,
    originOf(playbook, local),
    oneLine(playbook.title),
  ]);
  for (const line of columns(rows)) print.result(line);
  const problems = [...local.own.problems, ...local.learned.problems];
  noteWarnings(print, problems);
  const templates = local.playbooks.map((playbook) => {
    const { id, title, version, description, tags } = playbook;
    return { id, title, version, origin: originOf(playbook, local), description, tags };
  });
  return done({ templates, notices: problems });
}

export async function show(session: Session, [name = ""]: readonly string[]): Promise<Ending> {
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const found = local.playbooks.find(({ id }) => id === name);
  if (found === undefined) return failed([missing(name, local)]);
  const { print } = session;
  print.result(`${style.bold(found.id)} ${found.version}  ${oneLine(found.title)}  (${originOf(found, local)})`);
  if (found.description !== undefined) print.result(`  ${oneLine(found.description, 2_000)}`);
  print.result();
  print.result(style.bold("parameters"));
  const parameters = Object.entries(found.parameters);
  for (const line of columns(parameters.map(([key, parameter]) => [`  ${key}`, ...aboutParameter(parameter)]))) {
    print.result(line);
  }
  print.result(style.bold("nodes"));
  for (const node of found.graph.nodes) {
    const only = Array.isArray(node.only_with) ? style.dim(` (only with ${node.only_with.join(", ")})`) : "";
    print.result(`  ${node.id}  ${oneLine(String(node.name))} · ${oneLine(String(node.tool ?? node.type))}${only}`);
  }
  print.result(style.bold("goals such as"));
  for (const goal of found.goals.slice(0, 10)) print.result(`  ${oneLine(goal)}`);
  if (found.alerts.length > 0) print.result(`${style.bold("alerts")} ${oneLine(found.alerts.join(", "), 2_000)}`);
  return done({ template: found, origin: originOf(found, local) });
}

export async function use(session: Session, [name = ""]: readonly string[], options: PlanningOptions): Promise<Ending> {
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const found = local.playbooks.find(({ id }) => id === name);
  if (found === undefined) return failed([missing(name, local)]);
  return plan(session, [found.title], { ...options, playbook: found.id, planner: "playbook" });
}

function originOf({ id }: Playbook, { own, learned }: Local): Origin {
  if (own.playbooks.some((playbook) => playbook.id === id)) return "own";
  return learned.all.some(({ playbook }) => playbook.id === id) ? "learned" : "built-in";
}

function missing(name: string, { playbooks }: Local) {
  const message = `there is no playbook ${JSON.stringify(name.slice(0, 60))}`;
  const ids = playbooks.map(({ id }) => id).join(", ");
  return { code: "no-playbook", at: "playbook", message, hint: `there are: ${ids}` } as const;
}

function aboutParameter(parameter: Parameter): string[] {
  const { type, description, required } = parameter;
  const given = "default" in parameter ? parameter.default : undefined;
  const told = "from" in parameter && parameter.from !== undefined ? `from ${parameter.from}` : "";
  const otherwise = given === undefined ? (required ? "needed" : "optional") : `default ${String(given)}`;
  return [type, [told, otherwise].filter((word) => word !== "").join(", "), oneLine(description)];
}
