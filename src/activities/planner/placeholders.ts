/** `${name}` in a playbook's graph: a parameter's value, put in when the plan is made. `{{ … }}` is left for the run. */
import type { Json } from "../../schema/json.js";
import { isQuery, placesIn, type QueryPlace, quotedValue } from "./query-text.js";

const PLACEHOLDER = /\$\{([^}]*)\}/g;
const WHOLE = /^\$\{([^}]*)\}$/;

export interface Placeholder {
  name: string;
  /** The path of its string. */
  at: string;
  /** It is all that the string holds. */
  isWhole: boolean;
  inExpression: boolean;
  /** Where it stands in a query; absent where the string is none, or the placeholder is all of it. */
  query?: QueryPlace;
}

/** Every placeholder with the path of its string, and what it stands in. */
export function placeholdersIn(value: Json, at: string): Placeholder[] {
  const found: Placeholder[] = [];
  const visit = (item: Json, where: string): void => {
    if (typeof item === "string") {
      const isWhole = WHOLE.test(item);
      const placeAt = placesIn(item);
      const isExpression = expressionsIn(item, where);
      for (const { 1: name = "", index } of closedPart(item).matchAll(PLACEHOLDER)) {
        const query = isQuery(where) && !isWhole ? { query: placeAt(index) } : {};
        found.push({ name, at: where, isWhole, inExpression: isExpression(index), ...query });
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

/** Up to the last brace that closes: behind it, every one that opens would be followed to the end in vain. */
const closedPart = (text: string): string => text.slice(0, text.lastIndexOf("}") + 1);

/** Conditions and a decision's expression are read as expressions without braces as well. */
function expressionsIn(text: string, at: string): (index: number) => boolean {
  const isWhole = /\.(?:condition|expression)$/.test(at);
  let [from, open] = [0, false];
  return (index) => {
    const since = text.slice(Math.max(0, from - 1), index);
    const [opens, closes] = [since.lastIndexOf("{{"), since.lastIndexOf("}}")];
    if (opens !== closes) open = opens > closes;
    from = index;
    return isWhole || open;
  };
}

/** The value with every placeholder replaced. A string that is one placeholder takes the value's type. */
export function fillPlaceholders(value: Json, values: Readonly<Record<string, Json>>, at = ""): Json {
  if (typeof value === "string") return filledText(value, values, at);
  if (Array.isArray(value)) return value.map((each, index) => fillPlaceholders(each, values, `${at}[${index}]`));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, fillPlaceholders(each, values, `${at}.${key}`)]),
  );
}

function filledText(text: string, values: Readonly<Record<string, Json>>, at: string): Json {
  const whole = WHOLE.exec(text)?.[1];
  if (whole !== undefined) return values[whole] ?? null;
  const closed = closedPart(text);
  const placeAt = placesIn(text);
  const filled = closed.replace(PLACEHOLDER, (_, name: string, index: number) => {
    const own = values[name] ?? null;
    const place = isQuery(at) ? placeAt(index) : undefined;
    return place?.quote === undefined ? String(own) : quotedValue(own === null ? null : String(own), place);
  });
  return filled + text.slice(closed.length);
}
