/** Reads a VictoriaLogs server: LogsQL, with the filters in an argument of their own, so that no query can undo them. */
import { z } from "zod";
import type { HttpAnswer } from "../../../platform/http/contract.js";
import type { Source } from "../../../schema/config.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { excerpt } from "../../tools/kit/http-answers.js";
import { isoMs, isoText } from "../../tools/kit/instant.js";
import type { LogEntry } from "../../tools/logs/entries.js";
import { spellingsFrom } from "../../tools/logs/levels.js";
import { type LogQuestion, type LogReading, uiLink } from "../../tools/logs/reading.js";
import { NewestEntries, type Selection } from "../../tools/logs/selection.js";
import { anyCase } from "../kit/literal-pattern.js";
import { type Page, type PageLine, readPages } from "../kit/pages.js";
import { callSource, shaped } from "../kit/source-calls.js";
import { storedEntry } from "../kit/stored-entry.js";

type VictoriaLogsSource = Extract<Source, { kind: "victorialogs" }> & { name: string };

const lineSchema = z.record(z.string(), z.unknown());
const NS = 1_000_000n;
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

export async function readVictoriaLogs(
  source: VictoriaLogsSource,
  question: LogQuestion,
  maxChars: number,
  context: ToolContext,
): Promise<LogReading> {
  const { selection } = question;
  const query = question.query ?? "*";
  const filters = victoriaLogsFilters(source, selection);
  const kept = new NewestEntries(selection, question.maxLines, maxChars);
  const start = isoText(Math.floor(selection.sinceMs));
  const timeless = new Set<string>();
  const ask = async (until: bigint, limit: number): Promise<Page> => {
    if (until < BigInt(Math.floor(selection.sinceMs)) * NS) return { lines: [], full: false };
    const form: Record<string, string> = { query, start, end: nanosText(until), limit: String(limit) };
    if (filters !== "") form.extra_filters = filters;
    const call = { path: "/select/logsql/query", form, accept: "application/stream+json" };
    const lines = linesOf(source, await callSource(source, call, context), until, timeless);
    return { lines, full: lines.length >= limit };
  };
  const until = BigInt(Math.ceil(selection.untilMs)) * NS;
  const cut = await readPages(ask, until, selection.untilMs, kept, context);
  const whole = filters === "" ? query : `${filters} ${query}`;
  const uiUrl = uiLink(source.ui_url ?? ownPage(source.url), whole, selection);
  return { kept, query: whole, cut, badLines: timeless.size, files: [], unreadable: [], uiUrl };
}

/** The server's own page: VictoriaLogs comes with one. */
const ownPage = (url: string): string => `${url.replace(/\/+$/, "")}/select/vmui/#/?query={query}&g0.end_input={to}`;

/** What always holds, and what leaves out only lines that cannot match. */
export function victoriaLogsFilters(
  source: Pick<VictoriaLogsSource, "filter" | "level_field">,
  { level, contains }: Selection,
): string {
  const parts: string[] = [];
  if (source.filter !== undefined) parts.push(`(${source.filter})`);
  if (contains !== undefined) parts.push(`_msg:~${JSON.stringify(anyCase(contains))}`);
  if (level !== undefined) {
    const field = JSON.stringify(source.level_field);
    const pattern = `(?i)^(?:${spellingsFrom(level).join("|")})$`;
    // Lines without the field may tell their level in their text.
    parts.push(`(${field}:~${JSON.stringify(pattern)} or ${field}:"")`);
  }
  return parts.join(" ");
}

function linesOf(source: VictoriaLogsSource, answer: HttpAnswer, until: bigint, timeless: Set<string>): PageLine[] {
  if (!(answer.headers["content-type"] ?? "").includes("json")) {
    const message = `the source ${source.name} must answer with JSON lines, got ${excerpt(answer.text, 120)}`;
    throw toolFailure("source-answer-invalid", message, { hint: "check that the source's url leads to VictoriaLogs" });
  }
  const lines = answer.text.split("\n").filter((line) => line !== "");
  return lines
    .map((text) => {
      const record = shaped(source.name, "VictoriaLogs", lineSchema, parsed(source.name, text));
      const at = nanos(record._time);
      if (at === undefined) timeless.add(text);
      return { key: text, at: at ?? until, entry: entryOf(record, source) };
    })
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw toolFailure(
      "source-answer-invalid",
      `the source ${name} must answer with JSON lines, got ${excerpt(text, 120)}`,
    );
  }
}

function entryOf(record: Record<string, unknown>, source: VictoriaLogsSource): LogEntry {
  const { _stream_id: _, ...told } = record;
  const names = { time_field: "_time", level_field: source.level_field, message_field: "_msg" };
  return storedEntry(told, names, 0);
}

function nanos(text: unknown): bigint | undefined {
  const [, seconds, fraction = ""] = typeof text === "string" ? (TIME.exec(text) ?? []) : [];
  const ms = seconds === undefined ? undefined : isoMs(`${seconds}Z`);
  return ms === undefined ? undefined : BigInt(ms) * NS + BigInt(fraction.padEnd(9, "0"));
}

function nanosText(ns: bigint): string {
  const seconds = isoText(Number(ns / 1_000_000_000n) * 1_000).slice(0, 19);
  return `${seconds}.${String(ns % 1_000_000_000n).padStart(9, "0")}Z`;
}
