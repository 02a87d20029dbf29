/** What a YAML document of ours may not hold although the parser takes it: other versions, odd keys and numbers, values that change. */
import { type Document, isScalar, type LineCounter, visit } from "yaml";
import { PROBLEMS_MAX } from "../vocabulary/limits.js";
import type { Problem } from "../vocabulary/problems.js";
import { misread, misreadText } from "./exact-scalars.js";

const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** The parser's words, but for what people write most: a colon and a blank in a value, which begins a mapping. */
export function wordsOf({ code, message }: { code: string; message: string }): string {
  if (code === "BLOCK_AS_IMPLICIT_KEY") return "a value that holds a colon and a blank (: ) must be in quotes";
  return message;
}

/** YAML 1.1 reads no, on and 1:30 as other values than 1.2 does. */
export function otherVersion({ directives }: Document): string | undefined {
  const { explicit, version } = directives?.yaml ?? {};
  if (explicit !== true || version === "1.2") return undefined;
  return `the document must be YAML 1.2, got %YAML ${version}: take the directive away`;
}

export function changedScalars(document: Document, lines: LineCounter, name: string): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Scalar(_, scalar) {
      const source = scalar.source ?? "";
      const read = scalar.type === "PLAIN" ? misread(source, scalar.value) : undefined;
      if (read === undefined) return undefined;
      const { line, col } = lines.linePos(scalar.range?.[0] ?? 0);
      const at = `${name === "" ? "" : `${name}:`}${line}:${col}`;
      const message = `line ${line}, column ${col}: ${misreadText(source, read)}`;
      problems.push({ code: "document-not-parsed", at, message, hint: "write it in quotes" });
      return problems.length < PROBLEMS_MAX ? undefined : visit.BREAK;
    },
  });
  return problems;
}

export function oddKey(document: Document): string | undefined {
  let found: string | undefined;
  visit(document, {
    Pair(_, pair) {
      const key = (pair.key as { value?: unknown } | null)?.value;
      if (typeof key !== "string" && typeof key !== "number") {
        found = "every key must be plain text";
        return visit.BREAK;
      }
      if (String(key) === "<<") {
        found = "merge keys (<<) are not part of the format";
        return visit.BREAK;
      }
      return undefined;
    },
  });
  return found;
}

/** The parser's own check compares each key with every other: a large mapping would keep it busy for seconds. */
export function twiceSaid(document: Document, lines: LineCounter): string | undefined {
  let found: string | undefined;
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const pair of map.items) {
        const key = pair.key as { value?: unknown; range?: [number, number, number] } | null;
        const name = String(key?.value);
        if (seen.has(name)) {
          const { line, col } = lines.linePos(key?.range?.[0] ?? 0);
          found = `line ${line}, column ${col}: the key ${name.slice(0, 40)} appears twice in one mapping`;
          return visit.BREAK;
        }
        seen.add(name);
      }
      return undefined;
    },
  });
  return found;
}

/** YAML reads 0x3C and 060 as numbers of its own kind: a reader may take them for others. */
export function oddNumber(document: Document, lines: LineCounter): string | undefined {
  let found: string | undefined;
  visit(document, {
    Scalar(_, scalar) {
      if (!isScalar(scalar) || typeof scalar.value !== "number" || scalar.source === undefined) return undefined;
      if (JSON_NUMBER.test(scalar.source)) return undefined;
      const { line, col } = lines.linePos(scalar.range?.[0] ?? 0);
      found = `line ${line}, column ${col}: a number must be written as in JSON, got ${scalar.source.slice(0, 40)}: write it in quotes where it is text`;
      return visit.BREAK;
    },
  });
  return found;
}
