/** Tool `log_collector`: the lines of a declared log in a span of time, redacted, with counts and a sample. */
import { z } from "zod";
import { redact, redactValue } from "../../core/redact.js";
import type { JsonObject } from "../../schema/json.js";
import { defineTool, type ToolContext, ToolFailure } from "../define-tool.js";
import { finding, findingsSchema, shortened, type ToolFinding } from "./finding.js";
import { instantMs, isoText } from "./instant.js";
import { EntryReader, type LogFields } from "./log-entries.js";
import { type LogFile, openLogFiles, type ReadBudget, readLines, type UnreadableFile } from "./log-files.js";
import { isError, LEVELS } from "./log-levels.js";
import { type KeptEntry, NewestEntries, type Selection } from "./log-selection.js";
import { declaredNameSchema } from "./names.js";
import { sourceNamed, sourceReach } from "./sources.js";

/** Bytes that one call reads, unpacked; of more than that the newest part is read, and the output says so. */
const READ_MAX_BYTES = 256_000_000;
/** Characters that are kept for the blob, well under what one blob may hold. */
const KEPT_MAX_CHARS = 20_000_000;
const SAMPLE_MAX = 20;
const SAMPLE_MESSAGE_MAX_CHARS = 500;
/** A file that last changed this long before `since` holds nothing that matters; the slack is for skewed clocks. */
const SKEW_MS = 60_000;
const LISTED_FILES_MAX = 20;

const instantSchema = z
  .string()
  .max(64)
  .refine((text) => instantMs(text, 0) !== undefined, "an ISO time or a duration back from now such as 15m");

const paramsSchema = z.strictObject({
  source: declaredNameSchema,
  since: instantSchema.default("15m"),
  until: instantSchema.optional(),
  level: z.enum(LEVELS).optional(),
  contains: z.string().min(1).max(200).optional(),
  max_lines: z.int().min(1).max(50_000).default(5_000),
});

const lineSchema = z.strictObject({ time: z.string(), level: z.string(), message: z.string() });
const outputSchema = z.strictObject({
  source: z.string(),
  path: z.string(),
  query: z.string(),
  since: z.string(),
  until: z.string(),
  total: z.int(),
  by_level: z.record(z.string(), z.int()),
  first: z.string().nullable(),
  last: z.string().nullable(),
  sample: z.array(lineSchema).max(SAMPLE_MAX),
  /** Matching lines were left out, or not everything could be read within the size limit. */
  truncated: z.boolean(),
  /** JSON lines `{ time, level, message, fields? }`, oldest first. */
  blob: z.string(),
  /** Lines that do not have the source's format; they are kept as they are. */
  bad_lines: z.int(),
  files: z.array(z.string()).max(LISTED_FILES_MAX),
  unreadable: z
    .array(z.strictObject({ path: z.string(), code: z.string(), message: z.string() }))
    .max(LISTED_FILES_MAX),
  findings: findingsSchema,
});
type Output = z.infer<typeof outputSchema>;

export const logCollector = defineTool({
  name: "log_collector",
  description:
    "Collects log lines of a declared files source: time range, minimum level, text; rotated and gzipped files count.",
  nodeTypes: ["log_collection"],
  effect: "read",
  params: paramsSchema,
  output: outputSchema,
  reach: sourceReach(["files"]),
  run: collect,
});

async function collect(params: z.output<typeof paramsSchema>, context: ToolContext): Promise<Output> {
  const source = sourceNamed(context.config, params.source, ["files"]);
  const selection = selectionOf(params, context.now());
  const opened = await openLogFiles(source.path, context.config.files.roots);
  if (!opened.ok) throw new ToolFailure(opened.problem.code, opened.problem.message, opened.problem.hint);
  const { files, unreadable } = opened;
  const kept = new NewestEntries(selection, params.max_lines, KEPT_MAX_CHARS);
  const budget: ReadBudget = { bytes: READ_MAX_BYTES, exceeded: opened.leftOut > 0 };
  const read: string[] = [];
  let badLines = 0;
  try {
    refuseNothing(source.path, files.length, unreadable);
    for (const file of files) {
      if (file.modifiedMs < selection.sinceMs - SKEW_MS) continue;
      const result = await readFile(file, source.format, source, kept, budget, context);
      badLines += result.badLines;
      if (result.fault === undefined) read.push(file.path);
      else unreadable.push({ path: file.path, problem: result.fault });
    }
  } finally {
    await Promise.all(files.map((file) => file.handle.close()));
  }
  if (unreadable.length > 0) refuseNothing(source.path, read.length + kept.total, unreadable);
  const entries = kept.take().map(redacted);
  const truncated = kept.dropped > 0 || budget.exceeded;
  const blob = await context.blobs.put(entries.map((entry) => `${JSON.stringify(asLine(entry))}\n`).join(""));
  const output = {
    source: params.source,
    path: source.path,
    query: queryText(params),
    since: isoText(selection.sinceMs),
    until: isoText(selection.untilMs),
    total: kept.total,
    by_level: kept.byLevel as Record<string, number>,
    first: kept.firstMs === undefined ? null : isoText(kept.firstMs),
    last: kept.lastMs === undefined ? null : isoText(kept.lastMs),
    sample: sampleOf(entries),
    truncated,
    blob,
    bad_lines: badLines,
    files: read.slice(0, LISTED_FILES_MAX),
    unreadable: unreadable.slice(0, LISTED_FILES_MAX).map(({ path, problem }) => ({
      path,
      code: problem.code,
      message: shortened(problem.message, 200),
    })),
  };
  return { ...output, findings: findingsOf(output) };
}

function selectionOf(params: z.output<typeof paramsSchema>, nowMs: number): Selection {
  const sinceMs = instantMs(params.since, nowMs) ?? nowMs;
  const untilMs = params.until === undefined ? nowMs : (instantMs(params.until, nowMs) ?? nowMs);
  if (sinceMs >= untilMs) {
    const message = `since must lie before until, got ${isoText(sinceMs)} and ${isoText(untilMs)}`;
    throw new ToolFailure("params-invalid", message, "give an earlier since, such as 15m");
  }
  return { sinceMs, untilMs, level: params.level, contains: params.contains };
}

/** Nothing at all was there to read: that is a failure. Something of it is missing: that is a result. */
function refuseNothing(path: string, found: number, unreadable: readonly UnreadableFile[]): void {
  if (found > 0) return;
  const first = unreadable[0]?.problem;
  if (first !== undefined) throw new ToolFailure(first.code, first.message, first.hint);
  throw new ToolFailure("file-not-found", `${path} matches no file`, "check the source's path in config.yaml");
}

async function readFile(
  file: LogFile,
  format: "json" | "text",
  names: LogFields,
  kept: NewestEntries,
  budget: ReadBudget,
  context: ToolContext,
): Promise<{ badLines: number; fault?: UnreadableFile["problem"] }> {
  const entries = new EntryReader(format, names, file.modifiedMs);
  const offer = (entry: ReturnType<EntryReader["end"]>): void => {
    if (entry !== undefined) kept.offer(entry, file.modifiedMs);
  };
  let fault: UnreadableFile["problem"] | undefined;
  try {
    for await (const lines of readLines(file, budget)) {
      if (context.signal.aborted) throw new ToolFailure("cancelled", "reading the log was cancelled");
      for (const line of lines) offer(entries.push(line));
      context.heartbeat(file.path);
    }
  } catch (error) {
    if (error instanceof ToolFailure) throw error;
    const why = error instanceof Error ? error.message : String(error);
    fault = { code: "file-unreadable", at: file.path, message: `${file.path} could not be read to its end: ${why}` };
  }
  offer(entries.end());
  return { badLines: entries.badLines, fault };
}

function redacted(entry: KeptEntry): KeptEntry {
  const message = redact(entry.message);
  return entry.fields === undefined
    ? { ...entry, message }
    : { ...entry, message, fields: redactValue(entry.fields) as JsonObject };
}

function asLine(entry: KeptEntry): JsonObject {
  const line = { time: isoText(entry.timeMs), level: entry.level, message: entry.message };
  return entry.fields === undefined ? line : { ...line, fields: entry.fields };
}

/** The newest errors first, then the newest of the rest. */
function sampleOf(entries: readonly KeptEntry[]): Output["sample"] {
  const newest = [...entries].reverse();
  const chosen = [
    ...newest.filter((entry) => isError(entry.level)),
    ...newest.filter((entry) => !isError(entry.level)),
  ];
  return chosen.slice(0, SAMPLE_MAX).map((entry) => ({
    time: isoText(entry.timeMs),
    level: entry.level,
    message: shortened(entry.message, SAMPLE_MESSAGE_MAX_CHARS),
  }));
}

function queryText(params: z.output<typeof paramsSchema>): string {
  const parts = [`since ${params.since}`];
  if (params.until !== undefined) parts.push(`until ${params.until}`);
  if (params.level !== undefined) parts.push(`level ${params.level} and above`);
  if (params.contains !== undefined) parts.push(`containing ${JSON.stringify(redact(params.contains))}`);
  return parts.join(", ");
}

function findingsOf(output: Omit<Output, "findings">): ToolFinding[] {
  const findings: ToolFinding[] = [];
  const levels = LEVELS.filter((level) => (output.by_level[level] ?? 0) > 0).map(
    (level) => `${output.by_level[level]} ${level}`,
  );
  const errors = (output.by_level.error ?? 0) + (output.by_level.fatal ?? 0);
  const span = `${output.since} to ${output.until}`;
  if (output.total === 0) findings.push(finding(`${output.source}: no line matched`, [output.query, span]));
  else {
    const newest = output.sample[0];
    const evidence = [`${output.query} (${span})`, `levels: ${levels.join(", ") || "none told"}`];
    if (errors > 0 && newest !== undefined)
      evidence.push(`newest error, ${newest.time}: ${newest.message.split("\n", 1)[0]}`);
    findings.push(finding(`${output.source}: ${errors} of ${output.total} lines are errors`, evidence));
  }
  if (output.truncated) findings.push(finding(`${output.source}: not every matching line was kept; the newest were`));
  for (const { path, message } of output.unreadable.slice(0, 5)) {
    findings.push(finding(`${path} could not be read`, [message]));
  }
  return findings;
}
