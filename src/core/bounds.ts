/**
 * Whether what came from outside is small enough to be looked at. Asked before anything walks it: a value that nests
 * thousands of levels exhausts the stack of whoever does, and a workflow that throws is tried again for ever.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { DOCUMENT_MAX_BYTES, DOCUMENT_MAX_DEPTH, DOCUMENT_MAX_VALUES } from "../vocabulary/limits.js";

export interface Bounds {
  /** Levels; a text or a number has one. */
  depth: number;
  /** Values, the lists and mappings included. */
  values: number;
  /** Characters of all texts and keys together. */
  chars: number;
}

/** Of a workflow's input: a document, with the few levels that it stands in. */
export const INPUT_BOUNDS: Bounds = {
  depth: DOCUMENT_MAX_DEPTH + 4,
  values: DOCUMENT_MAX_VALUES,
  chars: 2 * DOCUMENT_MAX_BYTES,
};

/** What is too much about a value, in words that follow its name; undefined where it is within the bounds. Walks without recursion. */
export function beyondBounds(value: unknown, { depth, values, chars }: Bounds): string | undefined {
  const waiting: Array<[value: unknown, level: number]> = [[value, 1]];
  let seen = 0;
  let text = 0;
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    const [current, level] = item;
    if (++seen > values) return `must hold at most ${values} values`;
    if (level > depth) return `must nest at most ${depth} levels deep`;
    if (typeof current === "string") text += current.length;
    else if (typeof current === "object" && current !== null) {
      const inside: unknown[] = Array.isArray(current) ? current : Object.values(current);
      if (inside.length > values) return `must hold at most ${values} values`;
      if (!Array.isArray(current)) for (const key of Object.keys(current)) text += key.length;
      for (const one of inside) waiting.push([one, level + 1]);
    }
    if (text > chars) return `must have at most ${chars} characters of text`;
  }
  return undefined;
}
