/**
 * Reads a systemd journal by journalctl: one argument a value, newest entries first, ended once enough are kept. What
 * config.yaml declares (units, identifiers) and what the call asks for are joined by "and".
 */
import type { Source } from "../../../schema/config.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { excerpt } from "../../tools/kit/http-answers.js";
import { type CommandResult, inheritedPath, runCommand } from "../../tools/kit/targets/run-command.js";
import { isAtLeast, type Level } from "../../tools/logs/levels.js";
import type { LogQuestion, LogReading, LostPart } from "../../tools/logs/reading.js";
import { NewestEntries } from "../../tools/logs/selection.js";
import { LineSplitter } from "../files/line-splitter.js";
import { journalEntry, SEVERITY_LEVELS } from "./entry.js";
import { closeAll, type JournalFile, type JournalFiles, journalFiles, lostFile } from "./journal-files.js";

type JournaldSource = Extract<Source, { kind: "journald" }> & { name: string };

/** Entries that one call reads; beyond it, older ones are told to be left out. */
const ENTRIES_READ_MAX = 200_000;
/** Bytes of one entry as JSON: a longer one is no log line any more. */
const ENTRY_MAX_BYTES = 1_000_000;
const FIELDS =
  "MESSAGE,PRIORITY,_TRANSPORT,_SYSTEMD_UNIT,UNIT,SYSLOG_IDENTIFIER,_HOSTNAME,_PID,_COMM,CONTAINER_NAME,CONTAINER_TAG";
/** Its messages in one language, and no setting of the worker's user. */
const ENVIRONMENT = { LC_ALL: "C.UTF-8", HOME: "/nonexistent", TZ: "UTC" };
const MATCH = /^[A-Z_][A-Z0-9_]{0,63}=[^\s\0]{1,200}$/;

export async function readJournald(
  source: JournaldSource,
  question: LogQuestion,
  maxChars: number,
  context: ToolContext,
): Promise<LogReading> {
  const found = await filesOf(source, question, context);
  const opened = found.files;
  try {
    return await readFound(found, source, question, maxChars, context);
  } finally {
    await closeAll(opened);
  }
}

async function readFound(
  found: JournalFiles,
  source: JournaldSource,
  question: LogQuestion,
  maxChars: number,
  context: ToolContext,
): Promise<LogReading> {
  const { selection } = question;
  const args = journalArguments(source, question);
  let kept = new NewestEntries(selection, question.maxLines, maxChars);
  let asked = await ask(found.files, args, kept, context);
  if (asked.result.exit !== 0 && !asked.ended && found.files.length > 1) {
    // journalctl opens all files that it is given or none: those that it cannot open are found one by one.
    found.files = await openable(found, context);
    kept = new NewestEntries(selection, question.maxLines, maxChars);
    asked = await ask(found.files, args, kept, context);
  }
  const unseen = refuse(source, asked, context);
  const query = ["journalctl", ...(source.path === undefined ? [] : [`--directory=${source.path}`]), ...args].join(" ");
  const unreadable = [...found.unreadable, ...unseen];
  const cut = asked.ended || found.leftOut > 0 || unreadable.length > 0;
  return { kept, query, cut, badLines: asked.bad, files: found.files.map(({ path }) => path), unreadable };
}

/** Why a `query` of the call cannot be used; undefined where it can. */
export function journalQueryFault(query: string): string | undefined {
  const ok = query
    .trim()
    .split(/ +/)
    .every((match) => MATCH.test(match));
  return ok ? undefined : "journal fields such as _PID=71 or CONTAINER_NAME=web, with spaces between";
}

async function filesOf(source: JournaldSource, { selection }: LogQuestion, context: ToolContext) {
  if (source.path === undefined) return { files: [], unreadable: [], leftOut: 0 };
  return journalFiles(source.path, context.config.files.roots, selection.sinceMs);
}

/** What is asked, without the files that are read. */
export function journalArguments(
  source: Pick<JournaldSource, "units" | "identifiers">,
  { selection, query }: LogQuestion,
): string[] {
  return [
    `--since=@${seconds(Math.floor(selection.sinceMs))}`,
    `--until=@${seconds(Math.ceil(selection.untilMs))}`,
    ...(source.units ?? []).map((unit) => `--unit=${unit}`),
    ...(source.identifiers ?? []).map((name) => `--identifier=${name}`),
    ...matches(query, selection.level),
  ];
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

/**
 * The call's own matches and those for its level. What a service prints has the journal's priority 6 whatever it says:
 * of such entries the text tells the level, so none is left out here.
 */
function matches(query: string | undefined, level: Level | undefined): string[] {
  const own = query === undefined ? [] : query.trim().split(/ +/);
  if (level === undefined) return own;
  const priorities = SEVERITY_LEVELS.flatMap((one, priority) =>
    isAtLeast(one, level) ? [`PRIORITY=${priority}`] : [],
  );
  return [...own, ...priorities, "+", ...own, "_TRANSPORT=stdout"];
}

interface Query {
  result: CommandResult;
  /** It was ended from here, with entries left. */
  ended: boolean;
  bad: number;
}

async function ask(
  files: readonly JournalFile[],
  args: readonly string[],
  kept: NewestEntries,
  context: ToolContext,
): Promise<Query> {
  const enough = new AbortController();
  const lines = new LineSplitter(false, ENTRY_MAX_BYTES);
  const told = { entries: 0, bad: 0 };
  const offer = (line: string): void => {
    if (enough.signal.aborted || line === "") return;
    const entry = journalEntry(line);
    if (entry === undefined) told.bad++;
    else kept.offer(entry, kept.selection.untilMs);
    told.entries++;
    const isFull = !kept.selection.countsAll && (kept.total > kept.maxEntries || kept.dropped > 0);
    if (told.entries >= ENTRIES_READ_MAX || isFull) enough.abort();
  };
  const fixed = ["journalctl", "--no-pager", "--output=json", "--all", "--reverse", `--output-fields=${FIELDS}`];
  const argv = [...fixed, ...fileArguments(files), ...args];
  const onStdout = (chunk: Buffer): void => {
    for (const line of lines.push(chunk)) offer(line);
    context.heartbeat(`${told.entries} entries`);
  };
  const either = AbortSignal.any([context.signal, enough.signal]);
  const result = await runCommand(argv, ENVIRONMENT, either, { onStdout, descriptors: descriptorsOf(files) });
  if (!enough.signal.aborted) offer(lines.end() ?? "");
  return { result, ended: enough.signal.aborted, bad: told.bad };
}

/** By what was opened here, not by name: a link may stand at the name by now. Without /proc there is the name alone. */
const fileArguments = (files: readonly JournalFile[]): string[] =>
  files.map(({ path }, index) => `--file=${inheritedPath(index) ?? path}`);
const descriptorsOf = (files: readonly JournalFile[]): number[] => files.map(({ handle }) => handle.fd);

/** The files that journalctl opens; the others become parts that could not be read. */
async function openable({ files, unreadable }: JournalFiles, context: ToolContext): Promise<JournalFile[]> {
  const good: JournalFile[] = [];
  for (const file of files) {
    const argv = ["journalctl", "--no-pager", "--output=json", "--lines=0", ...fileArguments([file])];
    const result = await runCommand(argv, ENVIRONMENT, context.signal, { descriptors: descriptorsOf([file]) });
    if (result.exit === 0) good.push(file);
    else unreadable.push(lostFile(file.path, { code: "source-answer-invalid", message: saidBy(result) }));
    context.heartbeat(file.path);
  }
  return good.length > 0 ? good : files;
}

const saidBy = (result: CommandResult): string => {
  const said = excerpt(result.stderr, 200);
  return said === "" ? `journalctl ended with ${result.exit ?? result.endedBy}` : `journalctl says: ${said}`;
};

/** Throws where nothing could be read; tells what of the machine's own journal is hidden from the worker's user. */
function refuse(source: JournaldSource, { result, ended }: Query, context: ToolContext): LostPart[] {
  if (!result.started) {
    const message = `journalctl must be installed for the source ${source.name}; it could not be started (${result.fault})`;
    throw toolFailure("program-missing", message, { hint: "install systemd, or read the journal where it is sent to" });
  }
  if (context.signal.aborted) throw toolFailure("cancelled", "reading the journal was cancelled");
  const denied = /insufficient permissions|not seeing messages|Permission denied/.test(result.stderr);
  if (result.exit !== 0 && !ended) {
    const code = denied ? "source-denied" : "source-answer-invalid";
    throw toolFailure(code, `the source ${source.name} could not be read; ${saidBy(result)}`, { hint: wayOut(denied) });
  }
  if (!denied) return [];
  const message = "the worker's user may not read all of it; let it be of the group systemd-journal";
  return [{ path: source.path ?? "the machine's journal", code: "source-denied", message }];
}

const wayOut = (denied: boolean): string =>
  denied ? "let the worker's user be of the group systemd-journal" : "check that its path leads to journal files";
