/**
 * What the build has read already: the product's own data and playbooks, by the digest of their text, so that a command
 * need not read a quarter of a megabyte of YAML. A file that somebody changed has another digest and is read anew.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Json } from "../schema/json.js";

/** Beside the compiled code; where the code runs from its sources there is none. */
const FILE = resolve(import.meta.dirname, "../documents.json");

let documents: Readonly<Record<string, Json>> | undefined;

export const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What the build made of `text`, where it knew it: of data what it says, of a playbook what its schema gives. Not to be changed. */
export function builtDocument(text: string): Json | undefined {
  documents ??= readAll();
  return documents[digestOf(text)];
}

function readAll(): Record<string, Json> {
  try {
    return JSON.parse(readFileSync(FILE, "utf8"));
  } catch {
    return {};
  }
}
