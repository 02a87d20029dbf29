/** Files of `data/`: the product's own data, checked against its schema when it is first read. A broken file is our fault and throws. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { z } from "zod";
import { parseDocumentText } from "../schema/document.js";
import type { Json } from "../schema/json.js";
import { parseWith } from "../schema/problems.js";
import { builtDocument } from "./built-documents.js";

/** As far above `src` as above `dist`. */
export const DATA = resolve(import.meta.dirname, "../../data");

export function readData<T>(name: string, schema: z.ZodType<T>): T {
  const text = readFileSync(join(DATA, name), "utf8");
  const parsed = parseWith(schema, builtDocument(text) ?? read(text, name), { at: name });
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return parsed.value;
}

function read(text: string, name: string): Json {
  const document = parseDocumentText(text, name);
  if (!document.ok) throw new Error(document.problems[0]?.message);
  return document.value;
}

/** What `make` gives, made when it is first asked for. */
export function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
