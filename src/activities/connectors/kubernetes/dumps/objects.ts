/** Objects out of text as kubectl and `cluster-info dump` write it: JSON or YAML, lists, several documents in a file. */
import type { Json, JsonObject } from "../../../../schema/json.js";
import { FACT_KINDS } from "../../../../schema/kubernetes/facts.js";
import { yamlDocuments } from "../../../../schema/yaml-documents.js";

/** An object as it was written, with the kind that it, its list or its file says. */
export interface DumpedObject {
  kind: string;
  item: JsonObject;
  /** One of a list, which holds all of its kind in its namespace. */
  isListed: boolean;
}
export interface DumpedObjects {
  objects: DumpedObject[];
  /** Kinds whose list was empty. */
  empty: string[];
}

/** Without what is undefined. */
export const object = (fields: Record<string, Json | undefined>): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `pods.json`, `get-pods.yaml`, `persistentvolumeclaims.json`. */
function kindOfName(name: string): string | undefined {
  const words = name.toLowerCase().split(/[^a-z]+/);
  return FACT_KINDS.find((kind) => {
    const lower = kind.toLowerCase();
    return words.some((word) => [lower, `${lower}s`, `${lower}es`, lower.replace(/y$/, "ies")].includes(word));
  });
}

/** Undefined: it is no text of that form. */
export function objectsIn(text: string, name: string): DumpedObjects | undefined {
  const documents = documentsIn(text);
  if (documents === undefined) return undefined;
  const found: DumpedObjects = { objects: [], empty: [] };
  for (const document of documents) take(document, kindOfName(name), found);
  return found.objects.length + found.empty.length === 0 ? undefined : found;
}

function documentsIn(text: string): Json[] | undefined {
  const start = text.trimStart().slice(0, 1);
  if (start === "{" || start === "[") {
    try {
      return [JSON.parse(text) as Json];
    } catch {
      // `cluster-info dump` without a folder writes one after the other.
      return jsonSequence(text);
    }
  }
  return /^(?:apiVersion|kind|items|metadata):/m.test(text) ? yamlDocuments(text) : undefined;
}

function jsonSequence(text: string): Json[] | undefined {
  const parts = text.split(/(?<=^[}\]])\s*\n(?=[{[])/m);
  const values = parts.flatMap((part) => {
    try {
      return [JSON.parse(part) as Json];
    } catch {
      return [];
    }
  });
  return values.length === 0 ? undefined : values;
}

function take(document: Json, usual: string | undefined, found: DumpedObjects): void {
  if (Array.isArray(document)) {
    for (const one of document) take(one, usual, found);
    return;
  }
  if (!isObject(document)) return;
  const own = typeof document.kind === "string" ? document.kind : undefined;
  const { items } = document;
  if (!Array.isArray(items) && items !== null) {
    const kind = own ?? usual;
    if (kind !== undefined && isObject(document.metadata))
      found.objects.push({ kind, item: document, isListed: false });
    return;
  }
  const ofList = own === undefined || own === "List" ? usual : own.replace(/List$/, "");
  if (items === null || items.length === 0) {
    if (ofList !== undefined) found.empty.push(ofList);
    return;
  }
  for (const item of items) {
    if (!isObject(item)) continue;
    const kind = typeof item.kind === "string" ? item.kind : ofList;
    if (kind !== undefined) found.objects.push({ kind, item, isListed: true });
  }
}
