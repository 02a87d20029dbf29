/** What a sender of one's own sends, by the templates that config.yaml maps it with. */
import { render } from "../../core/condition/template.js";
import { type OneAlert, type ReadDelivery, refusedAlert } from "../../schema/alerts/alert.js";
import {
  ALERTS_MAX,
  boundedLabels,
  boundedText,
  type Cuts,
  cutsInWords,
  isNoIncident,
  keyOf,
  noCuts,
} from "../../schema/alerts/kit.js";
import type { HookOf } from "../../schema/config/hooks.js";
import { checkBounds } from "../../schema/document.js";
import type { Json } from "../../schema/json.js";

type Map = HookOf<"generic">["map"];
/** What the templates are over: the body, the alert's own part of it, and the part around that. */
type Scope = { body: Json; item?: Json; parent?: Json };

export function readGeneric(body: unknown, { map }: HookOf<"generic">): ReadDelivery {
  const bounded = checkBounds(body, "body");
  if (!bounded.ok) return refusedAlert(bounded.problems);
  const scopes = scopesOf(bounded.value, map.each);
  if (scopes.length === 0) {
    const message = `the body must have alerts at what the hook's map.each names: ${map.each}`;
    return refusedAlert([{ code: "alert-invalid", at: "body", message, hint: HINT }]);
  }
  const cuts = { ...noCuts(), alerts: Math.max(0, scopes.length - ALERTS_MAX) };
  const alerts: OneAlert[] = [];
  for (const scope of scopes.slice(0, ALERTS_MAX)) {
    const alert = alertOf(scope, map, cuts);
    if (alert === undefined) {
      const message = `the body must have what the hook's map.name names: ${map.name}`;
      return refusedAlert([{ code: "alert-invalid", at: "body", message, hint: HINT }]);
    }
    alerts.push(alert);
  }
  return { ok: true, delivery: { from: "generic", alerts, cut: cutsInWords(cuts) } };
}

const HINT = "look at `hooks.NAME.map` of config.yaml";

function scopesOf(body: Json, each: string | undefined): Scope[] {
  if (each === undefined) return [{ body }];
  let found: Scope[] = [{ body, item: body }];
  for (const name of each.split(".")) {
    found = found.flatMap(({ item }) => {
      if (typeof item !== "object" || item === null || Array.isArray(item) || !Object.hasOwn(item, name)) return [];
      const inside: Json = item[name] ?? null;
      return (Array.isArray(inside) ? inside.flat(2) : [inside]).map((one) => ({ body, item: one, parent: item }));
    });
  }
  return found.filter(({ item }) => item !== null);
}

function alertOf(scope: Scope, map: Map, cuts: Cuts): OneAlert | undefined {
  const text = (template: string | undefined): string | undefined => textOf(template, scope);
  const name = text(map.name);
  if (name === undefined || name === "") return undefined;
  const pairs = Object.entries(map.labels).flatMap(([label, template]) => {
    const value = text(template);
    return value === undefined ? [] : [[label, value] as const];
  });
  const labels = boundedLabels(Object.fromEntries(pairs), cuts);
  const status = text(map.status)?.toLowerCase();
  const isOver = status !== undefined && map.resolved.some((one) => one.toLowerCase() === status);
  return {
    id: text(map.id) ?? keyOf(name, labels),
    name: boundedText(name, cuts),
    says: [boundedText(text(map.says), cuts)],
    labels,
    status: isOver ? "resolved" : "firing",
    noIncident: isNoIncident(name) ? (true as const) : undefined,
  };
}

/** Undefined where the body lacks it, or has no text there. */
function textOf(template: string | undefined, scope: Scope): string | undefined {
  if (template === undefined) return undefined;
  const rendered = render(template, { ...scope });
  if (!rendered.ok || rendered.value === null || typeof rendered.value === "object") return undefined;
  return String(rendered.value);
}
