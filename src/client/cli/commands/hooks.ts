/** `autoops hooks list|test`: where alerts come in, and what one would do. */
import { previewHook } from "../../../app/hook-preview.js";
import { loadLocal } from "../../../app/local.js";
import { type DeclaredHook, type HookRule, isRolloutHook } from "../../../schema/config/hooks.js";
import { groupsOf } from "../../hooks/grouping.js";
import { readDelivery } from "../../hooks/kinds.js";
import { done, type Ending, failed } from "../ending.js";
import { previewLines } from "../hook-lines.js";
import { readText } from "../input.js";
import type { Session } from "../session.js";
import { columns, oneLine, style } from "../text.js";
import { testRollouts } from "./rollout-hooks.js";

export async function list(session: Session): Promise<Ending> {
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const hooks = Object.entries(local.config.hooks ?? {});
  const { print } = session;
  if (hooks.length === 0) print.note("config.yaml declares no hook; docs/hooks.md shows one");
  for (const [name, hook] of hooks) {
    print.result(`${style.bold(name)}  ${hook.kind}  ${comesFrom(name, hook)}`);
    const rows = hook.rules.map((rule, index) => [
      ...[`  ${index + 1}`, ruleWords(rule), rule.mode, startsWords(rule)],
      rule.tell === undefined ? "" : `tells ${oneLine(rule.tell.join(", "), 80)}`,
    ]);
    for (const line of columns(rows)) print.result(line);
    if (hook.rules.length === 0) print.result("  no rule: alerts are listed, and start nothing");
  }
  return done({ hooks: hooks.map(([name, hook]) => ({ name, ...withoutSecret(hook) })) });
}

const comesFrom = (name: string, hook: DeclaredHook): string =>
  isRolloutHook(hook)
    ? `looks at ${oneLine(hook.targets.join(", "), 120)} every ${hook.every_seconds} s`
    : `POST /hooks/${name}  by ${hook.group_by.map((label) => oneLine(label)).join(", ")}`;

function withoutSecret(hook: DeclaredHook): object {
  if (isRolloutHook(hook)) return hook;
  const { secret: _, ...rest } = hook;
  return rest;
}

function ruleWords({ match = {} }: HookRule): string {
  const words = Object.entries(match).map(([label, wanted]) => `${label} ${[wanted].flat().join(" or ")}`);
  return words.length === 0 ? "every alert" : oneLine(words.join(", "), 80);
}

const startsWords = ({ playbook, goal }: HookRule): string =>
  playbook === undefined
    ? goal === undefined
      ? "by the alert itself"
      : oneLine(goal, 60)
    : `playbook ${oneLine(playbook)}`;

export async function test(
  session: Session,
  [file = ""]: readonly string[],
  { hook: name }: { hook: string },
): Promise<Ending> {
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const { hooks = {} } = local.config;
  const hook = Object.hasOwn(hooks, name) ? hooks[name] : undefined;
  if (hook === undefined) {
    const message = `config.yaml has no hook ${JSON.stringify(name.slice(0, 60))}`;
    return failed([{ code: "not-found", at: "--hook", message, hint: "list them: autoops hooks list" }]);
  }
  if (isRolloutHook(hook)) return testRollouts(session, local, { name, hook, file });
  if (file === "") {
    const message = `a file with what ${hook.kind} sends is missing`;
    return failed([{ code: "usage", at: "FILE", message, hint: `autoops hooks test alert.json --hook ${name}` }]);
  }
  const text = await readText(session, file);
  if (!text.ok) return failed(text.problems);
  const { parseDocumentText } = await import("../../../schema/document.js");
  const document = parseDocumentText(text.text, text.name);
  if (!document.ok) return failed(document.problems);
  const read = readDelivery(document.value, hook);
  if (!read.ok) return failed(read.problems);
  const { alerts, cut } = read.delivery;
  const told = alerts.filter(({ noIncident }) => noIncident !== true);
  const { print } = session;
  for (const words of cut) print.note(words);
  if (told.length < alerts.length)
    print.note(`${alerts.length - told.length} of ${alerts.length} alerts are no incident`);
  const incidents: object[] = [];
  for (const { id, input, alerts: own } of groupsOf(name, hook, told)) {
    const preview = await previewHook(local, name, hook, own);
    print.result(`${style.bold(id)}  ${own.length} alert(s)  ${keyWords(input.key)}`);
    for (const line of previewLines(preview)) print.result(line);
    incidents.push({ id, key: input.key, alerts: own.length, ...preview });
  }
  return done({ hook: name, incidents, cut });
}

export const keyWords = (key: Readonly<Record<string, string>>): string =>
  Object.entries(key)
    .map(([label, value]) => `${oneLine(label, 40)} ${oneLine(value === "" ? "(none)" : value, 60)}`)
    .join(", ");
