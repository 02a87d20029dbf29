/** Tool `log_collector`: the lines of a declared log, in files or in a log store, redacted, with counts and a sample. */
import { z } from "zod";
import type { Reach } from "../../core/check/catalogue.js";
import { redact, redactValue } from "../../core/redact.js";
import { inSlices, mapped } from "../../platform/slices.js";
import type { Config } from "../../schema/config.js";
import type { JsonObject } from "../../schema/json.js";
import { FINDING_MAX_CHARS } from "../../vocabulary/limits.js";
import { sourceNamed, sourceReach } from "../connectors/declared-sources.js";
import { placeOf, queryFaults, readLogs } from "../connectors/read-logs.js";
import { kindsThat } from "../connectors/sources.js";
import { defineTool, type ToolContext, toolFailure } from "../define-tool.js";
import { finding, findingsSchema, shortened, type ToolFinding } from "./kit/finding.js";
import { instantMs, isoText } from "./kit/instant.js";
import { declaredNameSchema } from "./kit/names.js";
import { countedTemplatesSchema, countsOf } from "./logs/counts.js";
import { isError, LEVELS } from "./logs/levels.js";
import type { LogReading } from "./logs/reading.js";
import type { KeptEntry, Selection } from "./logs/selection.js";

const SAMPLE_MAX = 20;
const SAMPLE_MESSAGE_MAX_CHARS = 500;
const QUERY_SHOWN_MAX_CHARS = 4_000;
const UI_URL_MAX_CHARS = 6_000;
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
  /** In the source's own language; for all sources but files. */
  query: z.string().min(1).max(2_000).optional(),
  max_lines: z.int().min(1).max(50_000).default(5_000),
});
type Params = z.output<typeof paramsSchema>;

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
  /** Lines of `blob`; `total` counts those as well that are not kept. */
  kept: z.int().optional(),
  /** The most frequent statements among all lines that were counted. */
  templates: countedTemplatesSchema.optional(),
  /** JSON lines of all statements, the most frequent first: as in `templates`, with `spans` and `examples`. */
  counts_blob: z.string().optional(),
  /** Lines that do not have the source's format; they are kept as they are. */
  bad_lines: z.int(),
  files: z.array(z.string()).max(LISTED_FILES_MAX),
  /** The source's own page for what was asked. */
  ui_url: z.string().optional(),
  unreadable: z
    .array(z.strictObject({ path: z.string(), code: z.string(), message: z.string() }))
    .max(LISTED_FILES_MAX),
  findings: findingsSchema,
});
type Output = z.infer<typeof outputSchema>;

export const logCollector = defineTool({
  name: "log_collector",
  description:
    "Collects log lines of declared files, Kubernetes, journald, Loki, Elasticsearch or VictoriaLogs: time range, level, text, query.",
  nodeTypes: ["log_collection"],
  effect: "read",
  params: paramsSchema,
  output: outputSchema,
  reach,
  run: collect,
});

async function collect(params: Params, context: ToolContext): Promise<Output> {
  const source = { ...sourceNamed(context.config, params.source, kindsThat("readLogs")), name: params.source };
  const [misfit] = queryFaults(params.query, source, "params");
  if (misfit !== undefined) throw toolFailure(misfit.code, misfit.message, { hint: misfit.hint, retryable: false });
  const selection = selectionOf(params, context.now());
  const question = { selection, query: params.query, maxLines: params.max_lines };
  const reading = await readLogs(source, question, context, queryText(params));
  const { kept } = reading;
  const entries = await inSlices(mapped(kept.take(), redacted), context.signal);
  const lines = await inSlices(
    mapped(entries, (entry) => `${JSON.stringify(asLine(entry))}\n`),
    context.signal,
  );
  const blob = await context.blobs.put(lines.join(""));
  const output = {
    source: params.source,
    path: placeOf(source),
    query: shortened(redact(reading.query), QUERY_SHOWN_MAX_CHARS),
    since: isoText(selection.sinceMs),
    until: isoText(selection.untilMs),
    total: kept.total,
    by_level: kept.byLevel as Record<string, number>,
    first: kept.firstMs === undefined ? null : isoText(kept.firstMs),
    last: kept.lastMs === undefined ? null : isoText(kept.lastMs),
    sample: sampleOf(entries),
    truncated: kept.dropped > 0 || reading.cut,
    blob,
    kept: entries.length,
    ...(await countsOf(kept, context)),
    bad_lines: reading.badLines,
    files: reading.files.slice(0, LISTED_FILES_MAX),
    unreadable: reading.unreadable.slice(0, LISTED_FILES_MAX),
    ui_url: reading.uiUrl === undefined ? undefined : shortened(redact(reading.uiUrl), UI_URL_MAX_CHARS),
  };
  const told = source.kind === "files" ? [] : sourceEvidence(output);
  const findings = findingsOf({ ...output, cut: reading.cut }, queryText(params), told);
  if (kept.timeless > 0) findings.push(timelessFinding(params.source, kept));
  return { ...output, findings };
}

function reach(params: JsonObject, config: Config, at: string): Reach {
  const found = sourceReach(kindsThat("readLogs"))(params, config, at);
  if (found.problems.length > 0 || found.environment === undefined) return found;
  const source = config.sources[String(params.source)];
  return source === undefined ? found : { ...found, problems: queryFaults(params.query, source, at) };
}

function selectionOf(params: Params, nowMs: number): Selection {
  const sinceMs = instantMs(params.since, nowMs) ?? nowMs;
  const untilMs = params.until === undefined ? nowMs : (instantMs(params.until, nowMs) ?? nowMs);
  if (sinceMs >= untilMs) {
    const message = `since must lie before until, got ${isoText(sinceMs)} and ${isoText(untilMs)}`;
    throw toolFailure("params-invalid", message, { hint: "give an earlier since, such as 15m" });
  }
  return { sinceMs, untilMs, level: params.level, contains: params.contains, countsAll: true };
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

function queryText(params: Params): string {
  const parts = [`since ${params.since}`];
  if (params.until !== undefined) parts.push(`until ${params.until}`);
  if (params.level !== undefined) parts.push(`level ${params.level} and above`);
  if (params.query !== undefined) parts.push(`query ${redact(params.query)}`);
  if (params.contains !== undefined) parts.push(`containing ${JSON.stringify(redact(params.contains))}`);
  return parts.join(", ");
}

function findingsOf(
  output: Omit<Output, "findings"> & { cut: boolean },
  asked: string,
  told: readonly string[],
): ToolFinding[] {
  const findings: ToolFinding[] = [];
  const levels = LEVELS.filter((level) => (output.by_level[level] ?? 0) > 0).map(
    (level) => `${output.by_level[level]} ${level}`,
  );
  const errors = (output.by_level.error ?? 0) + (output.by_level.fatal ?? 0);
  const span = `${output.since} to ${output.until}`;
  if (output.total === 0) findings.push(finding(`${output.source}: no line matched`, [asked, span, ...told]));
  else {
    const newest = output.sample[0];
    const evidence = [`${asked} (${span})`, `levels: ${levels.join(", ") || "none told"}`];
    if (errors > 0 && newest !== undefined)
      evidence.push(`newest error, ${newest.time}: ${newest.message.split("\n", 1)[0]}`);
    evidence.push(...told);
    findings.push(finding(`${output.source}: ${errors} of ${output.total} lines are errors`, evidence));
  }
  if (output.truncated) findings.push(leftOut(output));
  for (const { path, message } of output.unreadable.slice(0, 5)) {
    findings.push(finding(`${path} could not be read`, [message]));
  }
  return findings;
}

function leftOut({
  source,
  total,
  kept = total,
  cut,
  first,
}: Omit<Output, "findings"> & { cut: boolean }): ToolFinding {
  const evidence = [`${total} lines were counted, ${kept} of them are kept`];
  if (cut) evidence.push(`the source has more that were not read, so not counted; the oldest that was is of ${first}`);
  return finding(`${source}: not every matching line was kept; the newest were`, evidence);
}

function timelessFinding(source: string, { timeless, total }: LogReading["kept"]): ToolFinding {
  const statement = `${source}: ${timeless} of ${total} lines tell no time that is known`;
  return finding(statement, ["each counts as written when its file changed last, so they may be older than they seem"]);
}

/** Which source said so, and how to see it there. */
function sourceEvidence({ query, path, ui_url }: Omit<Output, "findings">): string[] {
  return [`asked of ${path}: ${query}`, ...(ui_url === undefined || ui_url.length > FINDING_MAX_CHARS ? [] : [ui_url])];
}
