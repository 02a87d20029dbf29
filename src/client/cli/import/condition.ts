/** Conditions of the Python version name fields of the node before; ours name the node first. */
import { CONDITION_MAX_CHARS } from "../../../vocabulary/limits.js";

const NAME = /(?<![\w.\-"'])([A-Za-z_][\w-]*)(?![\w-]*\s*\()/g;
const WORDS = new Set(["and", "or", "not", "in", "true", "false", "null", "size", "has"]);
const PYTHON: Record<string, string> = { True: "true", False: "false", None: "null" };

/** A condition that asks only how the node before ended: that is an edge's `on`. */
const ENDED = /^\s*status\s*(==|!=)\s*(["'])(?:(error|failed|failure)|success|succeeded|ok|completed)\2\s*$/;

export function endingOf(written: string): "success" | "failure" | undefined {
  const match = ENDED.exec(written);
  if (match === null) return undefined;
  return (match[1] === "==") === (match[3] !== undefined) ? "failure" : "success";
}

/** Texts in quotes stay as they are. */
export function conditionOf(written: string, from: string, ids: ReadonlySet<string>): string {
  // No condition is as long: the check refuses it as it stands.
  if (written.length > CONDITION_MAX_CHARS) return written;
  return written
    .split(/("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/)
    .map((part, index) => (index % 2 === 1 ? part : named(part, from, ids)))
    .join("");
}

const named = (part: string, from: string, ids: ReadonlySet<string>): string =>
  part.replace(NAME, (name) => {
    if (PYTHON[name] !== undefined) return PYTHON[name] ?? name;
    return WORDS.has(name) || ids.has(name) ? name : `${from}.${name}`;
  });
