/** Pods of one workload are alike: what two objects have in common is kept once, which is much where there are 10,000 of them. */

/** Larger parts are seldom the same, and their text is long. */
const PART_MAX_CHARS = 2_000;
/** Kind, metadata and spec are of one object. */
const OWN_LEVELS = 2;

/** Each reading has its own: what is shared lives as long as its facts do, and nobody may change it. */
export function createSharing(): <T>(item: T) => T {
  const known = new Map<string, object>();
  const share = (value: unknown, level: number): unknown => {
    if (typeof value !== "object" || value === null) return value;
    const parts = value as Record<string, unknown>;
    for (const key of Object.keys(parts)) parts[key] = share(parts[key], level + 1);
    if (level < OWN_LEVELS) return value;
    const text = JSON.stringify(value);
    if (text.length > PART_MAX_CHARS) return value;
    const had = known.get(text);
    if (had === undefined) known.set(text, value);
    return had ?? value;
  };
  return (item) => share(item, 0) as typeof item;
}
