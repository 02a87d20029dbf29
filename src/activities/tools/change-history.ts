/** Tool `change_history`: what changed, by whom and when, as one list from any number of declared sources. */
import { z } from "zod";
import type { Reach } from "../../core/check/catalogue.js";
import { redact } from "../../core/redact.js";
import type { Config, Source } from "../../schema/config.js";
import type { JsonObject } from "../../schema/json.js";
import { strictest } from "../../vocabulary/node-types.js";
import { reachOfSource, sourceNamed } from "../connectors/declared-sources.js";
import { type Change, type ChangeQuestion, changeOf, changeSchema } from "../connectors/kit/change.js";
import { connectorOf, kindsThat } from "../connectors/sources.js";
import { defineTool, type ToolContext, ToolFailure, toolFailure } from "../define-tool.js";
import { finding, findingsSchema, shortened, type ToolFinding } from "./kit/finding.js";
import { instantMs, isoText, spanText } from "./kit/instant.js";
import { declaredNameSchema } from "./kit/names.js";

/** Sources of one call: each is asked in turn. */
const SOURCES_MAX = 20;
const LIMIT_MAX = 200;
/** Bytes of the list in the output, well under what history carries; the whole list is in the blob. */
const LIST_MAX_BYTES = 40_000;
/** Changes of one source that are read. */
const READ_MAX = 1_000;
const QUERY_SHOWN_MAX_CHARS = 1_000;
const LOST_MAX = 20;
const EVIDENCE_CHANGES = 5;

const instantSchema = z
  .string()
  .max(64)
  .refine((text) => instantMs(text, 0) !== undefined, "an ISO time or a duration back from now such as 24h");

const paramsSchema = z
  .strictObject({
    source: declaredNameSchema.optional(),
    sources: z.array(declaredNameSchema).min(1).max(SOURCES_MAX).optional(),
    since: instantSchema.default("24h"),
    until: instantSchema.optional(),
    /** As it is called in the sources; of those that tell services apart only its changes are listed. */
    service: z
      .string()
      .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}$/, "a service's name of letters, digits, _, . or -")
      .optional(),
    limit: z.int().min(1).max(LIMIT_MAX).default(50),
  })
  .refine(({ source, sources }) => (source === undefined) !== (sources === undefined), {
    error: "given exactly one of source and sources",
  });
type Params = z.output<typeof paramsSchema>;

const outputSchema = z.strictObject({
  /** Newest first. */
  changes: z.array(changeSchema).max(LIMIT_MAX),
  /** Changes in range that were read, those that are not listed too. */
  total: z.int(),
  since: z.string(),
  until: z.string(),
  /** What each source was asked, and how many changes it told. */
  sources: z.array(
    z.strictObject({ source: z.string(), kind: z.string(), query: z.string(), found: z.int(), truncated: z.boolean() }),
  ),
  /** Changes in range were left out, or a part of a source could not be read. */
  truncated: z.boolean(),
  unreadable: z
    .array(z.strictObject({ source: z.string(), path: z.string(), code: z.string(), message: z.string() }))
    .max(LOST_MAX),
  /** All changes that were read as JSON lines, oldest first. */
  blob: z.string(),
  findings: findingsSchema,
});
type Output = z.infer<typeof outputSchema>;

export const changeHistory = defineTool({
  name: "change_history",
  description:
    "Lists what changed, when and by whom, newest first: Kubernetes rollouts, Argo CD, Helm, deployment records, Git.",
  nodeTypes: ["log_collection"],
  effect: "read",
  params: paramsSchema,
  output: outputSchema,
  reach,
  run: readHistory,
});

const namesOf = ({ source, sources }: Params): string[] => [...new Set(sources ?? [source ?? ""])];

function reach(params: JsonObject, config: Config, at: string): Reach {
  const { sources } = params;
  const one =
    params.source === undefined ? [] : [reachOfSource(params.source, config, `${at}.source`, kindsThat("readChanges"))];
  const named = Array.isArray(sources) ? sources : [];
  const many = named.map((name, index) =>
    reachOfSource(name, config, `${at}.sources[${index}]`, kindsThat("readChanges")),
  );
  return [...one, ...many].reduce<Reach>(
    (all, next) => ({
      urls: [],
      problems: [...all.problems, ...next.problems],
      ...(all.environment === undefined || next.environment === undefined
        ? { environment: all.environment ?? next.environment }
        : { environment: strictest(all.environment, next.environment) }),
    }),
    { urls: [], problems: [] },
  );
}

async function readHistory(params: Params, context: ToolContext): Promise<Output> {
  const question = questionOf(params, context.now());
  const sources = namesOf(params).map((name) => ({
    ...sourceNamed(context.config, name, kindsThat("readChanges")),
    name,
  }));
  const readings: SourceReading[] = [];
  for (const source of sources) readings.push(await readOne(source, question, context));
  const failures = readings.flatMap(({ failure }) => failure ?? []);
  const [first] = failures;
  if (first !== undefined && failures.length === readings.length) throw first;
  const all = readings
    .flatMap(({ changes }) => changes)
    .sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0));
  const changes = withinBytes(all.slice(0, params.limit));
  const lost = readings.flatMap(({ unreadable }) => unreadable);
  const output = {
    changes,
    total: all.length,
    since: isoText(question.sinceMs),
    until: isoText(question.untilMs),
    sources: readings.map(({ told }) => told),
    truncated: changes.length < all.length || lost.length > 0 || readings.some(({ told }) => told.truncated),
    unreadable: lost.slice(0, LOST_MAX),
    blob: await context.blobs.put(
      [...all]
        .reverse()
        .map((one) => `${JSON.stringify(one)}\n`)
        .join(""),
    ),
  };
  return { ...output, findings: findingsOf(output, params, context.now()) };
}

function questionOf({ since, until, service }: Params, nowMs: number): ChangeQuestion {
  const sinceMs = instantMs(since, nowMs) ?? nowMs;
  const untilMs = until === undefined ? nowMs : (instantMs(until, nowMs) ?? nowMs);
  if (sinceMs >= untilMs) {
    const message = `since must lie before until, got ${isoText(sinceMs)} and ${isoText(untilMs)}`;
    throw toolFailure("params-invalid", message, { hint: "give an earlier since, such as 24h", retryable: false });
  }
  return { sinceMs, untilMs, service, limit: READ_MAX };
}

interface SourceReading {
  changes: Change[];
  told: Output["sources"][number];
  unreadable: Output["unreadable"];
  failure?: ToolFailure;
}

/** A source that cannot be read leaves the others as they are. */
async function readOne(
  source: Source & { name: string },
  question: ChangeQuestion,
  context: ToolContext,
): Promise<SourceReading> {
  const { name, kind } = source;
  try {
    const reading = await connectorOf(source).readChanges?.(source, question, context);
    if (reading === undefined) throw new Error(`no changes of ${kind}`);
    const told = reading.changes.map((change) => changeOf(change, name));
    const query = shortened(redact(reading.query), QUERY_SHOWN_MAX_CHARS);
    const unreadable = reading.unreadable.map(({ path, code, message }) => lostPart(name, path, code, message));
    return {
      changes: told,
      told: { source: name, kind, query, found: told.length, truncated: reading.cut },
      unreadable,
    };
  } catch (error) {
    if (!(error instanceof ToolFailure) || error.code === "cancelled" || context.signal.aborted) throw error;
    const unreadable = [lostPart(name, name, error.code, error.message)];
    const told = { source: name, kind, query: "", found: 0, truncated: true };
    return { changes: [], told, unreadable, failure: error };
  }
}

const lostPart = (source: string, path: string, code: string, message: string): Output["unreadable"][number] => ({
  source,
  path: shortened(redact(path), 200),
  code,
  message: shortened(redact(message), 300),
});

/** As many of the newest as fit. */
function withinBytes(changes: readonly Change[]): Change[] {
  let bytes = 0;
  const kept: Change[] = [];
  for (const change of changes) {
    bytes += Buffer.byteLength(JSON.stringify(change)) + 1;
    if (bytes > LIST_MAX_BYTES) break;
    kept.push(change);
  }
  return kept;
}

function findingsOf(output: Omit<Output, "findings">, { service }: Params, nowMs: number): ToolFinding[] {
  const { changes, total, since, until, sources, unreadable } = output;
  const of = service === undefined ? "" : ` of ${service}`;
  const asked = sources.map(({ source, query }) => (query === "" ? source : `${source}: ${query}`)).join("; ");
  const findings: ToolFinding[] = [];
  const [newest] = changes;
  if (newest === undefined) {
    findings.push(finding(`No change${of} was reported between ${since} and ${until}`, [asked]));
  } else {
    const agoMs = nowMs - Date.parse(newest.time);
    const when = agoMs < 0 ? `in ${spanText(-agoMs)}, by its source's clock` : `${spanText(agoMs)} ago`;
    const statement = `${total} ${total === 1 ? "change" : "changes"}${of} since ${since}; the newest ${when}: ${newest.what}`;
    findings.push(finding(statement, changes.slice(0, EVIDENCE_CHANGES).map(changeText)));
  }
  if (changes.length < total) findings.push(finding(`Of ${total} changes the newest ${changes.length} are listed`));
  for (const { source, path, message } of unreadable.slice(0, 5)) {
    findings.push(finding(`${source}: ${path === source ? "it" : path} could not be read`, [message]));
  }
  return findings;
}

function changeText({ time, source, what, version, previous, by, link }: Change): string {
  const from = previous === undefined ? "" : ` (before: ${previous})`;
  const own = version === undefined || what.includes(version) ? "" : ` – ${version}`;
  return `${time} ${source}: ${what}${own}${from}${by === undefined ? "" : ` by ${by}`}${link === undefined ? "" : ` ${link}`}`;
}
