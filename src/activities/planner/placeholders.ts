/** `${name}` in a playbook's graph: a parameter's value, put in when the plan is made. `{{ … }}` is left for the run. */
import type { Json } from "../../schema/json.js";

const PLACEHOLDER = /\$\{([^}]*)\}/g;
const WHOLE = /^\$\{([^}]*)\}$/;

/** Every placeholder with the path of its string, and whether it stands inside an expression. */
export function placeholdersIn(value: Json, at: string): Array<{ name: string; at: string; inExpression: boolean }> {
  const found: Array<{ name: string; at: string; inExpression: boolean }> = [];
  const visit = (item: Json, where: string): void => {
    if (typeof item === "string") {
      for (const match of item.matchAll(PLACEHOLDER)) {
        found.push({ name: match[1] ?? "", at: where, inExpression: isExpression(item, where, match.index) });
      }
    } else if (Array.isArray(item)) {
      for (const [index, each] of item.entries()) visit(each, `${where}[${index}]`);
    } else if (typeof item === "object" && item !== null) {
      for (const [key, each] of Object.entries(item)) visit(each, `${where}.${key}`);
    }
  };
  visit(value, at);
  return found;
}

/** Conditions and a decision's expression are read as expressions without braces as well. */
function isExpression(text: string, at: string, index: number): boolean {
  if (/\.(?:condition|expression)$/.test(at)) return true;
  return text.lastIndexOf("{{", index) > text.lastIndexOf("}}", index);
}

/** The value with every placeholder replaced. A string that is one placeholder takes the value's type. */
export function fillPlaceholders(value: Json, values: Readonly<Record<string, Json>>): Json {
  if (typeof value === "string") {
    const whole = WHOLE.exec(value)?.[1];
    if (whole !== undefined) return values[whole] ?? null;
    return value.replace(PLACEHOLDER, (_, name: string) => String(values[name]));
  }
  if (Array.isArray(value)) return value.map((each) => fillPlaceholders(each, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fillPlaceholders(each, values)]));
}
