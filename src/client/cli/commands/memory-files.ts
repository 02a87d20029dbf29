/** `autoops memory export|import|install`: memory taken away, brought in, and the package that it is kept with. */
import { createReadStream } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { loadMemory } from "../../../app/memory.js";
import { readEnvironment } from "../../../platform/environment.js";
import { installLibrary } from "../../../platform/memory/install.js";
import { cacheDirectory } from "../../../platform/temporal/cache.js";
import { type MemoryLine, memoryLineSchema } from "../../../schema/memory.js";
import { parseWith } from "../../../schema/problems.js";
import { PROBLEMS_MAX } from "../../../vocabulary/limits.js";
import {
  MEMORY_ENTRY_MAX_BYTES,
  MEMORY_GRAPH_MAX_BYTES,
  MEMORY_IMPORT_MAX_LINES,
} from "../../../vocabulary/memory-limits.js";
import type { Problem } from "../../../vocabulary/problems.js";
import type { Refused, Result } from "../../../vocabulary/result.js";
import { visibleJson } from "../../../vocabulary/visible.js";
import { done, type Ending, failed } from "../ending.js";
import { noteMemory } from "../memory-audit.js";
import type { Session } from "../session.js";

export async function exportMemory(session: Session): Promise<Ending> {
  const loaded = await loadMemory(session.environment);
  if (!loaded.ok) return failed(loaded.problems);
  const { store } = loaded.memory;
  const { print } = session;
  if (!(await store.exists())) {
    print.note(`there is no memory in ${store.file} yet`);
    return done({ lines: [] });
  }
  const listed = await store.list();
  if (!listed.ok) return failed(listed.problems);
  const { kept, setAside } = listed.value;
  const problems = setAside.map(({ problem }) => problem);
  await noteMemory(session, loaded.environment, { what: "memory", count: kept.length }, "export");
  const lines: MemoryLine[] = [];
  for (const { entry } of kept) {
    const whole = await store.get(entry.run);
    if (!whole.ok) {
      problems.push(...whole.problems);
      continue;
    }
    const line: MemoryLine = { memory: 1, entry, graph: whole.value?.graph ? whole.value.graph : undefined };
    if (print.json) lines.push(line);
    else print.raw(`${visibleJson(JSON.stringify(line))}\n`);
  }
  print.note("what was printed is not encrypted: keep it as you keep the memory");
  return problems.length === 0 ? done({ lines }) : failed(problems, { lines });
}

/** JSON may write a character as six. */
const LINE_MAX_CHARS = 6 * (MEMORY_ENTRY_MAX_BYTES + MEMORY_GRAPH_MAX_BYTES);

export async function importMemory(session: Session, [file = "-"]: readonly string[]): Promise<Ending> {
  const loaded = await loadMemory(session.environment);
  if (!loaded.ok) return failed(loaded.problems);
  const read = await readLines(session, file);
  if (!read.ok) return failed(read.problems);
  const { lines, problems } = read;
  const taken = lines.length === 0 ? undefined : await loaded.memory.store.take(lines);
  if (taken !== undefined && !taken.ok) return failed([...problems, ...taken.problems], { taken: 0 });
  const result = { taken: 0, known: 0, pruned: 0, ...taken?.value };
  const { print } = session;
  await noteMemory(session, loaded.environment, { what: "imported", ...result, set_aside: problems.length });
  print.result(`taken: ${result.taken} runs; seen here already: ${result.known}; set aside: ${problems.length}`);
  if (result.pruned > 0) print.note(`${result.pruned} runs went for their age or number (memory in config.yaml)`);
  return problems.length === 0 ? done(result) : failed(problems, result);
}

type ReadLines = { ok: true; lines: MemoryLine[]; problems: Problem[] } | Refused;

/** The good lines; each bad one is a problem with its number. */
async function readLines(session: Session, file: string): Promise<ReadLines> {
  const name = file === "-" ? "standard input" : file;
  const lines: MemoryLine[] = [];
  const problems: Problem[] = [];
  let number = 0;
  try {
    for await (const text of boundedLines(file === "-" ? session.stdin : createReadStream(file))) {
      number += 1;
      if (number > MEMORY_IMPORT_MAX_LINES) {
        return refused("document-too-large", name, `${name} must have at most ${MEMORY_IMPORT_MAX_LINES} lines`);
      }
      if (text.trim() === "") continue;
      const line = parseLine(text, `${name}:${number}`);
      if (line.ok) lines.push(line.value);
      else problems.push(...line.problems);
      if (problems.length >= PROBLEMS_MAX) return { ok: false, problems };
    }
    return { ok: true, lines, problems };
  } catch (error) {
    if (error instanceof LineTooLong) {
      return refused(
        "document-too-large",
        name,
        `${name}:${number + 1} must have at most ${LINE_MAX_CHARS} characters`,
      );
    }
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return refused("file-not-found", name, `there is no file ${name}`);
    return refused("file-unreadable", name, `${name} cannot be read: ${message}`);
  }
}

function refused(code: Problem["code"], at: string, message: string): ReadLines {
  return { ok: false, problems: [{ code, at, message, hint: "autoops memory export makes such a file" }] };
}

class LineTooLong extends Error {}

/** Lines of a stream; one beyond the bound is not read to its end. */
async function* boundedLines(input: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of input) {
    rest += typeof chunk === "string" ? chunk : decoder.write(chunk);
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    if (Math.max(rest.length, ...lines.map(({ length }) => length)) > LINE_MAX_CHARS) throw new LineTooLong();
    yield* lines;
  }
  if (rest !== "") yield rest;
}

function parseLine(text: string, at: string): Result<MemoryLine> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const message = `${at} is not a line of JSON`;
    return { ok: false, problems: [{ code: "memory-entry-invalid", at, message }] };
  }
  const parsed = parseWith(memoryLineSchema, value, { at, shows: false });
  if (parsed.ok) return parsed;
  return { ok: false, problems: parsed.problems.map((problem) => ({ ...problem, code: "memory-entry-invalid" })) };
}

export async function install(session: Session): Promise<Ending> {
  const read = readEnvironment(session.environment);
  if (!read.ok) return failed(read.problems);
  const cache = cacheDirectory(read.environment.variables);
  if (cache === undefined) {
    const message = "no folder for programs is known: neither AUTOOPS_CACHE_DIR, XDG_CACHE_HOME nor HOME names one";
    return failed([{ code: "environment-variable-invalid", at: "AUTOOPS_CACHE_DIR", message, hint: "set it" }]);
  }
  const { print, interrupt: signal } = session;
  const installed = await installLibrary({ cache, say: (text) => print.say(text), signal });
  if (!installed.ok) return failed([installed.problem]);
  print.result(`the package is there: ${installed.path}`);
  return done({ path: installed.path });
}
