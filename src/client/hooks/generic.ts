/** What a sender of one's own sends, by the templates that config.yaml maps it with. */
import { render } from "../../core/condition/template.js";
import { type OneAlert, type ReadDelivery, refusedAlert } from "../../schema/alerts/alert.js";
import { boundedLabels, boundedText, cutsInWords, isNoIncident, keyOf, noCuts } from "../../schema/alerts/kit.js";
import type { HookOf } from "../../schema/config/hooks.js";
import { checkBounds } from "../../schema/document.js";
import type { Json } from "../../schema/json.js";

export function readGeneric(body: unknown, { map }: HookOf<"generic">): ReadDelivery {
  const bounded = checkBounds(body, "body");
  if (!bounded.ok) return refusedAlert(bounded.problems);
  const text = (template: string | undefined): string | undefined => textOf(template, bounded.value);
  const name = text(map.name);
  if (name === undefined || name === "") {
    const message = `the body must have what the hook's map.name names: ${map.name}`;
    return refusedAlert([
      { code: "alert-invalid", at: "body", message, hint: "look at `hooks.NAME.map` of config.yaml" },
    ]);
  }
  const cuts = noCuts();
  const pairs = Object.entries(map.labels).flatMap(([label, template]) => {
    const value = text(template);
    return value === undefined ? [] : [[label, value] as const];
  });
  const labels = boundedLabels(Object.fromEntries(pairs), cuts);
  const status = text(map.status)?.toLowerCase();
  const isOver = status !== undefined && map.resolved.some((one) => one.toLowerCase() === status);
  const alert: OneAlert = {
    id: text(map.id) ?? keyOf(name, labels),
    name: boundedText(name, cuts),
    says: [boundedText(text(map.says), cuts)],
    labels,
    status: isOver ? "resolved" : "firing",
    ...(isNoIncident(name) ? { noIncident: true as const } : {}),
  };
  return { ok: true, delivery: { from: "generic", alerts: [alert], cut: cutsInWords(cuts) } };
}

/** Undefined where the body lacks it, or has no text there. */
function textOf(template: string | undefined, body: Json): string | undefined {
  if (template === undefined) return undefined;
  const rendered = render(template, { body });
  if (!rendered.ok || rendered.value === null || typeof rendered.value === "object") return undefined;
  return String(rendered.value);
}
