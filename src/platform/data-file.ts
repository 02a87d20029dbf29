/** Files of `data/`: the product's own data, checked against its schema when it is first read. A broken file is our fault and throws. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { z } from "zod";
import { parseDocumentText } from "../schema/document.js";
import { parseWith } from "../schema/problems.js";

/** As far above `src` as above `dist`. */
export const DATA = resolve(import.meta.dirname, "../../data");

export function readData<T>(name: string, schema: z.ZodType<T>): T {
  const document = parseDocumentText(readFileSync(join(DATA, name), "utf8"), name);
  if (!document.ok) throw new Error(document.problems[0]?.message);
  const parsed = parseWith(schema, document.value, { at: name });
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return parsed.value;
}

/** What `make` gives, made when it is first asked for. */
export function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
