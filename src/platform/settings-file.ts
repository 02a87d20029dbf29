/** Reads a settings file (YAML): safe to trust, strictly parsed, every problem with its file, line and key. */
import { lstat, stat } from "node:fs/promises";
import type { z } from "zod";
import { parseDocumentText } from "../schema/document.js";
import type { Json } from "../schema/json.js";
import { parseWith, pathText } from "../schema/problems.js";
import { DOCUMENT_MAX_BYTES } from "../vocabulary/limits.js";
import type { Problem } from "../vocabulary/problems.js";
import type { Refused } from "../vocabulary/result.js";
import { readTrustedFile } from "./trusted-file.js";

export interface Settings<T> {
  ok: true;
  value: T;
  /** As written, before defaults. */
  document: Json;
  /** A problem of this file at a key such as `sources.shop.url`. `what` follows the key. */
  problemAt(at: string, what: string, hint?: string): Problem;
}
export type ReadSettings<T> = Settings<T> | Refused;

interface Kind<T> {
  schema: z.ZodType<T>;
  /** The code of whatever is wrong with the content. */
  code: "policy-invalid" | "config-invalid";
  /** Whether messages may show values; false where someone may have written a secret. */
  shows: boolean;
}

const WRITTEN_BY_OTHERS = 0o022;

/** Whether anything stands at the path, a link to nowhere included: such a file was meant to be read. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}

/** Reads, parses and checks the file at `path`; on failure every problem is told. */
export async function readSettings<T>(path: string, { schema, code, shows }: Kind<T>): Promise<ReadSettings<T>> {
  const unsafe = await faultOf(path);
  if (unsafe !== undefined) return { ok: false, problems: [unsafe] };
  const read = await readTrustedFile(path, DOCUMENT_MAX_BYTES);
  if (!read.ok) return { ok: false, problems: [read.problem] };
  const parsed = parseDocumentText(read.text, path);
  if (!parsed.ok) {
    const problems = parsed.problems.map(({ at, message, hint }) => problem(code, at, `${path}: ${message}`, hint));
    return { ok: false, problems };
  }
  const paths = pathsOf(parsed.value);
  const place = (at: string): string => {
    const line = parsed.locate(nearest(paths, at))?.line ?? 1;
    return `${path}:${line}`;
  };
  const checked = parseWith(schema, parsed.value, { shows });
  if (!checked.ok) {
    const problems = checked.problems.map(({ at, message, hint }) =>
      problem(code, `${place(at)} ${at}`.trim(), `${place(at)}: ${message}`, hint),
    );
    return { ok: false, problems };
  }
  const problemAt = (at: string, what: string, hint?: string): Problem =>
    problem(code, `${place(at)} ${at}`, `${place(at)}: ${at} ${what}`, hint);
  return { ok: true, value: checked.value, document: parsed.value, problemAt };
}

/** Stricter than for other trusted files: these are few, and one group's members are not one person. */
async function faultOf(path: string): Promise<Problem | undefined> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return problem("file-unreadable", path, `${path} must be a file`);
    if (process.platform === "win32" || (stats.mode & WRITTEN_BY_OTHERS) === 0) return undefined;
    const message = `${path} must not be writable by group or others, for it decides what may happen`;
    return problem("file-unsafe", path, message, `chmod go-w ${path}`);
  } catch {
    // What is missing or unreadable is told where it is read.
    return undefined;
  }
}

function problem(code: Problem["code"], at: string, message: string, hint?: string): Problem {
  return hint === undefined ? { code, at, message } : { code, at, message, hint };
}

type Path = readonly PropertyKey[];

/** Every key of the document, as messages write it, with its path: a written one is ambiguous where keys hold dots. */
function pathsOf(document: Json): Map<string, Path> {
  const paths = new Map<string, Path>([["", []]]);
  const stack: Array<{ value: Json; path: Path }> = [{ value: document, path: [] }];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { value, path } = item;
    if (typeof value !== "object" || value === null) continue;
    for (const [key, child] of Object.entries(value)) {
      const childPath = [...path, Array.isArray(value) ? Number(key) : key];
      paths.set(pathText(childPath), childPath);
      stack.push({ value: child, path: childPath });
    }
  }
  return paths;
}

/** The path of a key or, where it is missing, of the next thing around it that is there. */
function nearest(paths: Map<string, Path>, at: string): Path {
  for (let text = at; text !== ""; text = text.replace(/(?:^|\.)[^.[]*$|\[\d+\]$|.$/, "")) {
    const path = paths.get(text);
    if (path !== undefined) return path;
  }
  return [];
}
