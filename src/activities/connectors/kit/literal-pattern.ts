/** A text as a pattern of RE2 that finds the text itself, in any case, as it is and as it stands within JSON. */

/** Escapes every character that has a meaning in RE2. */
const literal = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");

export function anyCase(text: string): string {
  const forms = new Set([text, JSON.stringify(text).slice(1, -1)]);
  return `(?i)(?:${[...forms].map(literal).join("|")})`;
}
