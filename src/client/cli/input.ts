/** What commands read: a file or standard input, within bounds, as text or as a graph whose problems have a place. */
import { open } from "node:fs/promises";
import type { Locate } from "../../schema/document.js";
import type { Graph } from "../../schema/graph.js";
import type { Json } from "../../schema/json.js";
import { utf8Text } from "../../schema/utf8-text.js";
import { DOCUMENT_MAX_BYTES } from "../../vocabulary/limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Refused } from "../../vocabulary/result.js";
import type { LocatedProblem } from "./print.js";
import type { Session } from "./session.js";

export type ReadText = { ok: true; text: string; name: string } | Refused;
export type ReadGraph =
  | { ok: true; graph: Graph; written: Json; place(problems: readonly Problem[]): LocatedProblem[] }
  | { ok: false; problems: LocatedProblem[] };

/** Reads a file, or standard input for `-`. */
export async function readText(session: Session, file: string): Promise<ReadText> {
  const name = file === "-" ? "standard input" : file;
  try {
    const chunks = file === "-" ? session.stdin : (await open(file)).createReadStream();
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of chunks as AsyncIterable<Buffer | string>) {
      const part = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      bytes += part.length;
      if (bytes > DOCUMENT_MAX_BYTES) return tooLarge(name);
      parts.push(part);
    }
    const decoded = utf8Text(Buffer.concat(parts), name);
    if (decoded.ok) return { ok: true, text: decoded.text, name };
    const { message, hint } = decoded;
    return { ok: false, problems: [{ code: "document-not-parsed", at: name, message, hint }] };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      const problem = { code: "file-not-found", at: name, message: `there is no file ${name}` } as const;
      return { ok: false, problems: [{ ...problem, hint: "check the path; - reads standard input" }] };
    }
    const why = REASONS[code ?? ""] ?? message;
    return { ok: false, problems: [{ code: "file-unreadable", at: name, message: `${name} cannot be read: ${why}` }] };
  }
}

/** What the system says in words of its own. */
const REASONS: Readonly<Record<string, string>> = {
  EISDIR: "it is a folder",
  EACCES: "its rights do not allow it",
  ENOTDIR: "a part of its path is a file",
  ENAMETOOLONG: "its name is too long",
};

function tooLarge(name: string): ReadText {
  const message = `${name} must be at most ${DOCUMENT_MAX_BYTES} bytes`;
  return { ok: false, problems: [{ code: "document-too-large", at: name, message, hint: "split it" }] };
}

/** Reads and parses a graph; `place` puts file, line and column to problems that a later check finds. */
export async function readGraph(session: Session, file: string): Promise<ReadGraph> {
  const read = await readText(session, file);
  if (!read.ok) return read;
  const { parseDocumentText } = await import("../../schema/document.js");
  const { parseGraph } = await import("../../schema/parse-graph.js");
  const document = parseDocumentText(read.text, read.name, { exact: true });
  if (!document.ok) return { ok: false, problems: document.problems.map((problem) => located(problem, read.name)) };
  const place = (problems: readonly Problem[]) =>
    problems.map((problem) => placed(problem, read.name, document.locate));
  const parsed = parseGraph(document.value);
  if (parsed.ok) return { ok: true, graph: parsed.graph, written: document.value, place };
  const { loadLocal } = await import("../../app/local.js");
  const { withStructure } = await import("../../schema/readable-graph.js");
  const local = await loadLocal(session.environment);
  // Without policy and tools of this machine only the format is known.
  const problems = local.ok ? withStructure(document.value, parsed.problems, local.check) : parsed.problems;
  return { ok: false, problems: place(problems) };
}

/** A problem of the text itself says its place as `name:line:column`. */
function located(problem: Problem, file: string): LocatedProblem {
  const [, line, column] = /:(\d+):(\d+)$/.exec(problem.at) ?? [];
  if (line === undefined) return { ...problem, file };
  const message = problem.message.replace(/^line \d+, column \d+: /, "");
  return { ...problem, message, file, line: Number(line), column: Number(column) };
}

function placed(problem: Problem, file: string, locate: Locate): LocatedProblem {
  const where = problem.at === "" ? undefined : locate(pathOf(problem.at));
  return { ...problem, file, ...where };
}

/** `nodes[3].params.url` → `["nodes", 3, "params", "url"]`. */
export function pathOf(at: string): PropertyKey[] {
  return [...at.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key]) =>
    index === undefined ? (key ?? "") : Number(index),
  );
}

/** A goal as it stands on the command line, or from standard input for `-`. */
export async function readGoal(session: Session, word: string): Promise<ReadText> {
  if (word !== "-") return { ok: true, text: word, name: "the goal" };
  const read = await readText(session, "-");
  return read.ok ? { ...read, text: read.text.trim() } : read;
}
