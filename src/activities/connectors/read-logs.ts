/** Reads a declared log source, of whichever kind; and says which queries a kind does not take. */
import type { Source } from "../../schema/config.js";
import type { Json } from "../../schema/json.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { ToolContext } from "../define-tool.js";
import type { LogQuestion, LogReading } from "../tools/logs/reading.js";
import { readElasticsearch } from "./elasticsearch/logs.js";
import { readLogFiles } from "./files/logs.js";
import { journalQueryFault, readJournald } from "./journald/logs.js";
import { readKubernetes } from "./kubernetes/logs.js";
import { readLoki } from "./loki/logs.js";
import { readVictoriaLogs } from "./victorialogs/logs.js";

export const LOG_KINDS = ["files", "loki", "elasticsearch", "victorialogs", "journald", "kubernetes"] as const;
export type LogSource = Extract<Source, { kind: (typeof LOG_KINDS)[number] }> & { name: string };

/** Characters that are kept for the blob, well under what one blob may hold. */
const KEPT_MAX_CHARS = 20_000_000;

/** `asked` is the query in words, for sources that have no language of their own. */
export async function readLogSource(
  source: LogSource,
  question: LogQuestion,
  context: ToolContext,
  asked: string,
): Promise<LogReading> {
  switch (source.kind) {
    case "files":
      return { ...(await readLogFiles(source, question, KEPT_MAX_CHARS, context)), query: asked };
    case "loki":
      return readLoki(source, question, KEPT_MAX_CHARS, context);
    case "elasticsearch":
      return readElasticsearch(source, question, KEPT_MAX_CHARS, context);
    case "victorialogs":
      return readVictoriaLogs(source, question, KEPT_MAX_CHARS, context);
    case "journald":
      return readJournald(source, question, KEPT_MAX_CHARS, context);
    case "kubernetes":
      return readKubernetes(source, question, KEPT_MAX_CHARS, context);
  }
}

/** Where the source is, in words. */
export function placeOf(source: LogSource): string {
  if (source.kind === "files") return source.path;
  if (source.kind === "kubernetes") return `${source.cluster}/${source.namespace}`;
  if (source.kind === "journald") return source.path ?? "the machine's journal";
  return source.url;
}

/** A query that this kind of source does not take. */
export function queryMisfits(query: Json | undefined, kind: LogSource["kind"], at: string): Problem[] {
  if (typeof query !== "string" || query.includes("{{")) return [];
  const refuse = (rule: string, hint: string): Problem[] => [
    { code: "params-invalid", at: `${at}.query`, message: `${at}.query must be ${rule}`, hint },
  ];
  if (kind === "files") return refuse("absent for a source of kind files", "use contains and level");
  if (kind === "loki" && !query.trimStart().startsWith("|")) {
    return refuse(
      "a pipeline that begins with |",
      "the source's selector stands before it, and config.yaml decides that",
    );
  }
  if (kind === "kubernetes" && !/^[A-Za-z0-9_./!=,() -]+$/.test(query)) {
    return refuse("a label selector such as app=checkout,tier!=cache", "use contains and level for the text");
  }
  const fault = kind === "journald" ? journalQueryFault(query) : undefined;
  return fault === undefined ? [] : refuse(fault, "use contains and level for the text");
}
