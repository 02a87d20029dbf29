/** Templates of config.yaml over the params of a call (`{{ params.version }}`). */
import { render } from "../../../../core/condition/template.js";
import type { Json, JsonObject } from "../../../../schema/json.js";
import { toolFailure } from "../../../define-tool.js";

/** `value` with its templates filled in; `where` names it in messages. */
export function fillIn(value: Json, params: JsonObject, where: string): Json {
  const rendered = render(value, { params }, where);
  if (rendered.ok) return rendered.value;
  const [first] = rendered.problems;
  throw toolFailure("template-failed", first?.message ?? `${where} could not be rendered`, {
    hint: first?.hint,
    retryable: false,
  });
}

/** The same for what must be one text in the end, such as the value that a state shall read. */
export function fillInText(value: string, params: JsonObject, where: string): string {
  const filled = fillIn(value, params, where);
  if (typeof filled === "string" || typeof filled === "number" || typeof filled === "boolean") return String(filled);
  throw toolFailure("template-failed", `${where} must give text, a number or true/false`, { retryable: false });
}
