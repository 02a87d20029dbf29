/**
 * Values inside queries (PromQL, and what writes matchers as PromQL does). A value that stands between quotes is data: it
 * can end neither its string nor, in a regular expression, be anything but itself.
 */

/** Params of nodes whose text is a query. */
const QUERY_PATH = /\.(?:query|rate|gauge|numerator|denominator|selector)$/;
export const isQuery = (path: string): boolean => QUERY_PATH.test(path);

export interface QueryPlace {
  /** The quote that the place stands in; undefined outside of quotes. */
  quote?: '"' | "'" | "`";
  /** The matcher's value is a regular expression. */
  isPattern: boolean;
}

/** Spaces that may stand between a matcher's sign and its value. */
const GAP_MAX = 20;

/** Tells what stands around places of a query that are asked for in their order: the text is walked once. */
export function placesIn(text: string): (index: number) => QueryPlace {
  let quote: string | undefined;
  let opened = 0;
  let at = 0;
  return (index) => {
    for (; at < index; at++) {
      const char = text.charAt(at);
      if (quote === undefined) {
        if (char === '"' || char === "'" || char === "`") [quote, opened] = [char, at];
      } else if (char === "\\" && quote !== "`") at++;
      else if (char === quote) quote = undefined;
    }
    if (quote === undefined) return { isPattern: false };
    const before = text.slice(Math.max(0, opened - GAP_MAX), opened);
    return { quote: quote as '"', isPattern: /[=!]~\s{0,20}$/.test(before) };
  };
}

/** Matches any value, and a label that is not there. */
const ANY = ".*";

/** The value as it must be written there; `null`, a value that nobody knows, is any value of a pattern. */
export function quotedValue(value: string | null, { isPattern, quote }: QueryPlace): string {
  if (value === null) return ANY;
  const literal = isPattern ? value.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&") : value;
  return literal.replace(/\\/g, "\\\\").replaceAll(quote ?? '"', `\\${quote ?? '"'}`);
}
