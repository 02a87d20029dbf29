/** Declared log sources: whose log each is, by its name, its path and its own fields; and a sample of what it says. */
import type { Config } from "../../schema/config.js";
import { readLogs } from "../connectors/read-logs.js";
import { kindsThat } from "../connectors/sources.js";
import { type ToolContext, ToolFailure } from "../define-tool.js";
import type { KeptEntry } from "../tools/logs/selection.js";
import { spokenOf } from "../tools/logs/spoken.js";
import { nameOfFile, writersOf } from "../tools/logs/writer.js";

const SAMPLE_MS = 6 * 3_600_000;
const SAMPLE_LINES = 400;
const SAMPLED_TEXT_MAX = 120;
/** Writers of one log. */
const WRITERS_MAX = 40;
/** Words at the end of a source's name that say what it holds, not whose it is. */
const SUFFIX =
  /[-_.](?:logs?|errors?|access|json|txt|files?|journald?|loki|elasticsearch|opensearch|victorialogs|stderr|stdout|main|\d+)$/i;
/** A file that is called so is its folder's. */
const SAYS_NOTHING =
  /^(?:access|app|application|console|current|debug|err|errors?|info|logs?|main|messages|out|output|server|service|stderr|stdout|warn(?:ing)?s?)$/i;

export interface FoundLog {
  source: string;
  path?: string;
  /** Names that it may belong to, the likeliest first. */
  names: string[];
  /** Lines that tell of trouble. */
  text: string[];
  /** Of a log that several may write to: each, by the names that it may have, the likeliest first. */
  writers?: Writer[];
}

export interface Writer {
  names: string[];
  text: string[];
}

export async function discoverLogs(config: Config, context: ToolContext, notes: string[]): Promise<FoundLog[]> {
  const found: FoundLog[] = [];
  for (const [name, source] of Object.entries(config.sources).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!kindsThat("readLogs").includes(source.kind)) continue;
    // The journal of a machine is the machine's.
    const isMachine = source.kind === "journald" && source.units === undefined && source.identifiers === undefined;
    const path = "path" in source ? source.path : undefined;
    const names = isMachine ? ["node"] : namesOf(name, path);
    const log: FoundLog = { source: name, names, text: [], path, writers: [] };
    found.push(log);
    try {
      const nowMs = context.now();
      const question = { selection: { sinceMs: nowMs - SAMPLE_MS, untilMs: nowMs }, maxLines: SAMPLE_LINES };
      const { kept, files } = await readLogs({ ...source, name }, question, context, "a sample");
      const entries = kept.take();
      log.writers = writersIn(entries, path !== undefined && /[*?]/.test(path) ? files : []);
      const fields = entries
        .slice(-20)
        .flatMap(({ fields = {} }) => [fields.service, fields.app, fields.application, fields.logger]);
      const own = fields.find((value) => typeof value === "string" && value !== "");
      if (typeof own === "string") log.names.push(own);
      log.text = tellingOf(entries);
    } catch (error) {
      if (!(error instanceof ToolFailure) || context.signal.aborted) throw error;
      notes.push(`the log ${name} could not be read: ${error.message}`);
    }
  }
  return found;
}

/** Lines with an address. */
const tellingOf = (entries: readonly KeptEntry[]): string[] =>
  entries
    .map(spokenOf)
    .filter((text) => /:\d{2,5}\b/.test(text))
    .slice(-SAMPLED_TEXT_MAX);

/** By what each line and each file says; a file that no line of the sample is of counts, too. */
function writersIn(entries: readonly KeptEntry[], files: readonly string[]): Writer[] {
  const groups = new Map<string, { names: string[]; entries: KeptEntry[] }>();
  const groupOf = (all: readonly string[]) => {
    const names = all.filter((one) => one !== "" && !SAYS_NOTHING.test(one));
    const key = names.join("\n");
    const group = groups.get(key) ?? { names, entries: [] };
    groups.set(key, group);
    return group;
  };
  for (const entry of entries) groupOf(writersOf(entry)).entries.push(entry);
  for (const name of new Set(files.map(nameOfFile))) {
    if (![...groups.values()].some(({ names }) => names.includes(name))) groupOf([name]);
  }
  return [...groups.values()]
    .filter(({ names }) => names.length > 0)
    .slice(0, WRITERS_MAX)
    .map(({ names, entries: own }) => ({ names, text: tellingOf(own) }));
}

function namesOf(name: string, path: string | undefined): string[] {
  const stripped = (text: string): string => {
    const shorter = text.replace(SUFFIX, "");
    return shorter === text || shorter === "" ? text : stripped(shorter);
  };
  const parts = (path ?? "").split("/").filter((part) => part !== "");
  const file =
    parts
      .at(-1)
      ?.replace(/\*/g, "")
      .replace(/\.(?:log|json|txt|out|err)$/i, "") ?? "";
  const folder = parts.at(-2) ?? "";
  const names = [stripped(name), name, stripped(file), /^(?:log|logs|var|tmp|run)$/.test(folder) ? "" : folder];
  const telling = names.filter((one) => one !== "" && !SAYS_NOTHING.test(stripped(one)));
  return [...new Set(telling.length > 0 ? telling : names.filter((one) => one !== ""))];
}
