/** Reads a Loki server: the source's selector, then filters that are written for it. The API: `query_range`, backwards. */
import { z } from "zod";
import type { Source } from "../../../schema/config.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { type LogEntry, lineEntry } from "../../tools/logs/entries.js";
import { fieldLevel, spellingsFrom } from "../../tools/logs/levels.js";
import { type LogQuestion, type LogReading, uiLink } from "../../tools/logs/reading.js";
import { NewestEntries } from "../../tools/logs/selection.js";
import { anyCase } from "../kit/literal-pattern.js";
import { type Page, type PageLine, readPages } from "../kit/pages.js";
import { callSource, shapeOf } from "../kit/source-calls.js";

type LokiSource = Extract<Source, { kind: "loki" }> & { name: string };

const answerSchema = z.object({
  status: z.literal("success"),
  data: z.discriminatedUnion("resultType", [
    z.object({
      resultType: z.literal("streams"),
      result: z.array(
        z.object({
          stream: z.record(z.string(), z.string()),
          // A third element holds structured metadata where the server is asked to keep it apart.
          values: z.array(z.tuple([z.string().regex(/^\d{1,20}$/), z.string()]).rest(z.unknown())),
        }),
      ),
    }),
    z.object({ resultType: z.enum(["matrix", "vector", "scalar"]) }),
  ]),
});
type Streams = Extract<z.infer<typeof answerSchema>["data"], { resultType: "streams" }>["result"];

const NS = 1_000_000n;

export async function readLoki(
  source: LokiSource,
  question: LogQuestion,
  maxChars: number,
  context: ToolContext,
): Promise<LogReading> {
  const { selection } = question;
  const query = lokiQuery(source, question);
  const kept = new NewestEntries(selection, question.maxLines, maxChars);
  const start = String(BigInt(Math.floor(selection.sinceMs)) * NS);
  const ask = async (until: bigint, limit: number): Promise<Page> => {
    // The end is exclusive.
    const values = { query, start, end: String(until + 1n), limit: String(limit), direction: "backward" };
    if (until < BigInt(start)) return { lines: [], full: false };
    const answer = await callSource(source, { path: "/loki/api/v1/query_range", query: values }, context);
    const { data } = shapeOf(source.name, "Loki", answerSchema, answer);
    if (data.resultType !== "streams") {
      const message = `query must be a pipeline that gives lines, it gives a ${data.resultType}`;
      throw toolFailure("params-invalid", message, { hint: "leave out functions such as rate()", retryable: false });
    }
    const lines = linesOf(data.result, source.level_field);
    return { lines, full: lines.length >= limit };
  };
  const until = BigInt(Math.ceil(selection.untilMs)) * NS;
  const cut = await readPages(ask, until, selection.untilMs, kept, context);
  const uiUrl = source.ui_url === undefined ? undefined : uiLink(source.ui_url, query, selection);
  return { kept, query, cut, badLines: 0, files: [], unreadable: [], uiUrl };
}

/** The selector, the call's own pipeline, and filters that leave out only what cannot match. */
export function lokiQuery(
  source: Pick<LokiSource, "selector" | "level_field">,
  { query, selection }: LogQuestion,
): string {
  const parts = [source.selector];
  // A comment would swallow what follows it on its line.
  if (query !== undefined) parts.push(`${query}\n`);
  if (selection.contains !== undefined) parts.push(`|~ ${quoted(anyCase(selection.contains))}`);
  if (selection.level !== undefined) {
    const spellings = spellingsFrom(selection.level).join("|");
    // The empty alternative holds for lines that have no such label.
    parts.push(`| ${source.level_field}=~${quoted(`(?i)(?:|unknown|${spellings})`)}`);
  }
  return parts.join(" ").trim();
}

/** A Go string literal, as LogQL reads it. */
const quoted = (text: string): string => JSON.stringify(text);

function linesOf(streams: Streams, levelField: string): PageLine[] {
  const lines = streams.flatMap(({ stream, values }) => {
    const labels = JSON.stringify(stream);
    return values.map(([at, text]) => ({
      key: `${at} ${labels} ${text}`,
      at: BigInt(at),
      entry: entryOf(text, Number(BigInt(at) / 1_000n) / 1_000, stream, levelField),
    }));
  });
  // Equal times come in the reverse of their order.
  return lines.reverse().sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function entryOf(text: string, timeMs: number, labels: Record<string, string>, levelField: string): LogEntry {
  const entry = lineEntry(text, timeMs);
  const told = [labels[levelField], labels.level, labels.severity, labels.detected_level].map(fieldLevel);
  const level = told.find((one) => one !== "unknown") ?? entry.level;
  const fields = { ...Object.fromEntries(Object.entries(labels).slice(0, 20)), ...entry.fields };
  return { ...entry, timeMs, level, fields };
}
