import type { Refused } from "../vocabulary/result.js";
import { checkBounds, type Locate, parseDocumentText } from "./document.js";
import { type Graph, graphSchema } from "./graph.js";
import { parseWith } from "./problems.js";

export type ParsedGraph = { ok: true; graph: Graph; locate?: Locate } | Refused;

/**
 * Parses a graph strictly, from JSON or YAML text or from an object. Nothing is coerced and no key is dropped.
 * `name` (a file) stands in front of positions in text that cannot be read.
 */
export function parseGraph(input: unknown, name = ""): ParsedGraph {
  if (typeof input === "string") {
    const document = parseDocumentText(input, name, { exact: true });
    if (!document.ok) return document;
    return parsed(document.value, document.locate);
  }
  const bounded = checkBounds(input);
  return bounded.ok ? parsed(bounded.value) : bounded;
}

function parsed(value: unknown, locate?: Locate): ParsedGraph {
  const result = parseWith(graphSchema, value);
  return result.ok ? { ok: true, graph: result.value, locate } : result;
}
