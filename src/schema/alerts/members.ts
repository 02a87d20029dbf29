/** Members of a payload whose shape is the sender's or the user's own: read by their names, whatever stands beside them. */

type Mapping = Record<string, unknown>;

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Text, or a number or truth value in its place; undefined for all else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

export function memberOf(input: unknown, ...path: readonly string[]): unknown {
  let value = input;
  for (const name of path) {
    if (!isMapping(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** A text that says something. */
export function textAt(input: unknown, ...path: readonly string[]): string | undefined {
  const text = textOf(memberOf(input, ...path))?.trim();
  return text === "" ? undefined : text;
}

export const mappingAt = (input: unknown, ...path: readonly string[]): Mapping => {
  const value = memberOf(input, ...path);
  return isMapping(value) ? value : {};
};

export const listAt = (input: unknown, ...path: readonly string[]): unknown[] => {
  const value = memberOf(input, ...path);
  return Array.isArray(value) ? value : [];
};

export const hasAny = (input: unknown, names: readonly string[]): boolean =>
  isMapping(input) && names.some((name) => Object.hasOwn(input, name));

/** Lists of pairs, as `{ name, value }`, `{ tag, value }`, `{ key, value }` or `[name, value]`. */
export function pairsOf(list: readonly unknown[]): Mapping {
  return Object.fromEntries(
    list.flatMap((one): Array<[string, unknown]> => {
      if (Array.isArray(one)) return typeof one[0] === "string" ? [[one[0], one[1]]] : [];
      const name = textAt(one, "name") ?? textAt(one, "tag") ?? textAt(one, "key");
      return name === undefined ? [] : [[name, memberOf(one, "value")]];
    }),
  );
}

const FLAT_DEPTH = 3;

/** Names without their spelling: `EVENT.NAME`, `event_name`, `EventName` and `event: { name }` are one. The first of several counts. */
export function flatNames(input: unknown): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  const walk = (value: Mapping, before: string, depth: number): void => {
    for (const [key, inner] of Object.entries(value).slice(0, 200)) {
      const name = before + key.toLowerCase().replace(/[^a-z0-9]/g, "");
      if (!flat.has(name)) flat.set(name, inner);
      if (isMapping(inner) && depth < FLAT_DEPTH) walk(inner, name, depth + 1);
    }
  };
  if (isMapping(input)) walk(input, "", 1);
  return flat;
}
