/** Reads a declared log on this machine: every rotated and gzipped file of it, within a budget of bytes. */
import { inSlices, mapped } from "../../../platform/slices.js";
import type { Source } from "../../../schema/config.js";
import { messageOf } from "../../../vocabulary/message-of.js";
import { type ToolContext, ToolFailure, toolFailure } from "../../define-tool.js";
import { shortened } from "../../tools/kit/finding.js";
import { EntryReader, type LogFields } from "../../tools/logs/entries.js";
import type { LogQuestion, LogReading } from "../../tools/logs/reading.js";
import { NewestEntries } from "../../tools/logs/selection.js";
import { type LogFile, openLogFiles, type ReadBudget, readLines, type UnreadableFile } from "./log-files.js";
import { startOf } from "./log-start.js";

/** Bytes that one call reads, unpacked; of more than that the newest part is read, and the output says so. */
const READ_MAX_BYTES = 2_000_000_000;
/** A file that last changed this long before `since` holds nothing that matters; the slack is for skewed clocks. */
const SKEW_MS = 60_000;

export async function readLogFiles(
  source: Extract<Source, { kind: "files" }>,
  { selection, maxLines }: LogQuestion,
  maxChars: number,
  context: ToolContext,
): Promise<Omit<LogReading, "query">> {
  const opened = await openLogFiles(source.path, context.config.files.roots);
  if (!opened.ok) throw toolFailure(opened.problem.code, opened.problem.message, { hint: opened.problem.hint });
  const { files, unreadable } = opened;
  const kept = new NewestEntries(selection, maxLines, maxChars);
  const budget: ReadBudget = { bytes: READ_MAX_BYTES, exceeded: opened.leftOut > 0 };
  const read: string[] = [];
  let badLines = 0;
  try {
    refuseNothing(source.path, files.length, unreadable);
    for (const file of files) {
      if (file.modifiedMs < selection.sinceMs - SKEW_MS) continue;
      const taken: Taken = { kept, path: isGlob(source.path) ? file.path : undefined };
      const result = await readFile(file, source.format, source, taken, budget, context);
      badLines += result.badLines;
      if (result.fault === undefined) read.push(file.path);
      else unreadable.push({ path: file.path, problem: result.fault });
    }
  } finally {
    await Promise.all(files.map((file) => file.handle.close()));
  }
  if (unreadable.length > 0) refuseNothing(source.path, read.length + kept.total, unreadable);
  const lost = unreadable.map(({ path, problem }) => ({
    path,
    code: problem.code,
    message: shortened(problem.message, 200),
  }));
  return { kept, cut: budget.exceeded, badLines, files: read, unreadable: lost };
}

/** Nothing at all was there to read: that is a failure. Something of it is missing: that is a result. */
function refuseNothing(path: string, found: number, unreadable: readonly UnreadableFile[]): void {
  if (found > 0) return;
  const first = unreadable[0]?.problem;
  if (first !== undefined) throw toolFailure(first.code, first.message, { hint: first.hint });
  throw toolFailure("file-not-found", `${path} matches no file`, { hint: "check the source's path in config.yaml" });
}

/** Where entries go; of a glob they say in which file they stand. */
interface Taken {
  kept: NewestEntries;
  path?: string;
}

const isGlob = (path: string): boolean => /[*?]/.test(path);

async function readFile(
  file: LogFile,
  format: "json" | "text",
  names: LogFields,
  { kept, path }: Taken,
  budget: ReadBudget,
  context: ToolContext,
): Promise<{ badLines: number; fault?: UnreadableFile["problem"] }> {
  const entries = new EntryReader(format, names, file.modifiedMs);
  const offer = (entry: ReturnType<EntryReader["end"]>): void => {
    if (entry !== undefined) kept.offer(entry, file.modifiedMs, path);
  };
  let fault: UnreadableFile["problem"] | undefined;
  try {
    const from = await startOf(file, kept.selection.sinceMs, format, names);
    for await (const lines of readLines(file, budget, from)) {
      if (context.signal.aborted) throw toolFailure("cancelled", "reading the log was cancelled");
      await inSlices(
        mapped(lines, (line) => offer(entries.push(line))),
        context.signal,
      );
      context.heartbeat(file.path);
    }
  } catch (error) {
    if (error instanceof ToolFailure) throw error;
    const why = messageOf(error);
    fault = { code: "file-unreadable", at: file.path, message: `${file.path} could not be read to its end: ${why}` };
  }
  offer(entries.end());
  return { badLines: entries.badLines, fault };
}
