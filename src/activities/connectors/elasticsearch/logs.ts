/** Reads Elasticsearch or OpenSearch: one `_search` a page, newest first; what every hit must fit stands in filters. */
import { z } from "zod";
import type { Source } from "../../../schema/config.js";
import type { JsonObject } from "../../../schema/json.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { shortened } from "../../tools/kit/finding.js";
import { spellingsFrom } from "../../tools/logs/levels.js";
import { type LogQuestion, type LogReading, type LostPart, uiLink } from "../../tools/logs/reading.js";
import { NewestEntries } from "../../tools/logs/selection.js";
import { type Page, readPages } from "../kit/pages.js";
import { callSource, shapeOf } from "../kit/source-calls.js";
import { storedEntry } from "../kit/stored-entry.js";

type ElasticsearchSource = Extract<Source, { kind: "elasticsearch" }> & { name: string };

const shardFailureSchema = z.object({
  shard: z.int().optional(),
  index: z.string().nullish(),
  reason: z.object({ type: z.string().optional(), reason: z.string().nullish() }).optional(),
});
const answerSchema = z.object({
  timed_out: z.boolean(),
  _shards: z.object({
    total: z.int(),
    failed: z.int(),
    failures: z.array(shardFailureSchema).optional(),
  }),
  hits: z.object({
    hits: z.array(
      z.object({
        _index: z.string(),
        _id: z.string(),
        _source: z.record(z.string(), z.unknown()).default({}),
        sort: z.tuple([z.union([z.number(), z.string().regex(/^-?\d{1,20}$/)])]).rest(z.unknown()),
      }),
    ),
  }),
});
type Answer = z.infer<typeof answerSchema>;

export async function readElasticsearch(
  source: ElasticsearchSource,
  question: LogQuestion,
  maxChars: number,
  context: ToolContext,
): Promise<LogReading> {
  const { selection } = question;
  const kept = new NewestEntries(selection, question.maxLines, maxChars);
  const lost = new Map<string, LostPart>();
  const filters = searchFilters(source, question);
  const path = `/${source.index.split(",").map(encodeURIComponent).join(",")}/_search`;
  const ask = async (until: bigint, limit: number): Promise<Page> => {
    const json = searchOf(source, filters, selection.sinceMs, Number(until), limit);
    const answer = shapeOf(
      source.name,
      "Elasticsearch",
      answerSchema,
      await callSource(source, { path, json }, context),
    );
    if (answer._shards.total === 0) {
      const message = `the source ${source.name} has no index that matches ${source.index}`;
      throw toolFailure("source-refused", message, { hint: "check the source's index in config.yaml" });
    }
    for (const part of lostParts(answer, source)) lost.set(part.path, part);
    const names = source;
    const lines = answer.hits.hits.map(({ _index, _id, _source, sort }) => {
      const timeMs = Number(sort[0]);
      return {
        key: `${_index} ${_id}`,
        at: BigInt(Math.trunc(timeMs)),
        entry: { ...storedEntry(_source, names, timeMs), timeMs },
      };
    });
    // Equal times come in the order in which they were stored, and keep it.
    return { lines: lines.sort((a, b) => Number(a.at - b.at)), full: lines.length >= limit };
  };
  const until = BigInt(Math.ceil(selection.untilMs));
  const cut = await readPages(ask, until, selection.untilMs, kept, context);
  const query = JSON.stringify({ bool: { filter: filters } });
  const link = [source.filter, question.query].filter((part) => part !== undefined).map((part) => `(${part})`);
  const uiUrl = source.ui_url === undefined ? undefined : uiLink(source.ui_url, link.join(" AND "), selection);
  return { kept, query, cut: cut || lost.size > 0, badLines: 0, files: [], unreadable: [...lost.values()], uiUrl };
}

/** What holds whatever the page: each is data within JSON, so that nothing in it can end it. */
export function searchFilters(
  source: Pick<ElasticsearchSource, "filter" | "level_field" | "message_field">,
  { query, selection }: LogQuestion,
): JsonObject[] {
  const filters: JsonObject[] = [];
  for (const text of [source.filter, query]) {
    if (text === undefined) continue;
    filters.push({ query_string: { query: text, default_field: source.message_field, lenient: true } });
  }
  if (selection.contains !== undefined) {
    // Whole words, the last one as a beginning; a text of no word leaves nothing out here.
    const phrase = { query: selection.contains, type: "phrase_prefix", zero_terms_query: "all", lenient: true };
    filters.push({ multi_match: { ...phrase, fields: [source.message_field], max_expansions: 1_000 } });
  }
  if (selection.level !== undefined) filters.push(levelFilter(source.level_field, spellingsFrom(selection.level)));
  return filters;
}

/** Exact values in three cases for keywords, and lines without the field: their text may tell the level. */
function levelFilter(field: string, spellings: readonly string[]): JsonObject {
  const cased = spellings.flatMap((name) => [
    name,
    name.toUpperCase(),
    `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  ]);
  const should: JsonObject[] = [...new Set(cased)].map((value) => ({
    match: { [field]: { query: value, lenient: true } },
  }));
  should.push({ bool: { must_not: [{ exists: { field } }] } });
  return { bool: { should, minimum_should_match: 1 } };
}

function searchOf(source: ElasticsearchSource, filters: JsonObject[], sinceMs: number, untilMs: number, limit: number) {
  const span = { gte: Math.floor(sinceMs), lte: untilMs, format: "epoch_millis" };
  return {
    size: limit,
    track_total_hits: false,
    timeout: "25s",
    sort: [{ [source.time_field]: { order: "desc", unmapped_type: "date", numeric_type: "date" } }],
    query: { bool: { filter: [{ range: { [source.time_field]: span } }, ...filters] } },
  };
}

/** Shards that failed: their lines are missing although the rest was answered. */
function lostParts({ _shards, timed_out }: Answer, source: ElasticsearchSource): LostPart[] {
  const parts: LostPart[] = (_shards.failures ?? []).map(({ shard, index, reason }) => ({
    path: `shard ${shard ?? "?"} of ${index ?? source.index}`,
    code: "source-error",
    message: shortened(`${reason?.type ?? "failed"}: ${reason?.reason ?? "no reason was told"}`, 200),
  }));
  const untold = _shards.failed > 0 && parts.length === 0;
  if (untold) {
    const message = `${_shards.failed} of ${_shards.total} shards failed`;
    parts.push({ path: source.index, code: "source-error", message });
  }
  if (timed_out)
    parts.push({ path: source.index, code: "timed-out", message: "the search ended early: it took too long" });
  return parts;
}
