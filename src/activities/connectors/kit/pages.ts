/** Reads a source page by page, the newest lines first, until enough are kept. */
import { inSlices, mapped } from "../../../platform/slices.js";
import { type ToolContext, ToolFailure } from "../../define-tool.js";
import type { LogEntry } from "../../tools/logs/entries.js";
import type { NewestEntries } from "../../tools/logs/selection.js";

/** Lines that one request asks for: Loki's own bound is 5000 unless it is raised, others take 10000. */
const PAGE_LINES = 1_000;
/** Where all lines are counted: as many as all of them take. */
const LARGE_PAGE_LINES = 5_000;
const PAGE_LINES_MIN = 10;
/** Lines that one call reads from a source; beyond it, what is left is told to be left out. */
const LINES_READ_MAX = 200_000;
const LINES_COUNTED_MAX = 1_000_000;
/** A call has a time of its own; what is counted within this is told, and that there is more. */
const COUNTING_MAX_MS = 30_000;
const PAGES_MAX = 400;

export interface PageLine {
  /** Tells it from other lines of the same time. */
  key: string;
  /** Its time in the source's own unit. */
  at: bigint;
  entry: LogEntry;
}
export interface Page {
  /** Oldest first. */
  lines: PageLine[];
  /** Whether as many came as were asked for, so that older ones may be left. */
  full: boolean;
}

/** Asks for the newest `limit` lines that are not after `until`. */
export type AskPage = (until: bigint, limit: number) => Promise<Page>;

/** Returns whether lines were left out that may match. `untilMs` stands in for a line without a time. */
export async function readPages(
  ask: AskPage,
  until: bigint,
  untilMs: number,
  kept: NewestEntries,
  context: ToolContext,
): Promise<boolean> {
  const { countsAll = false } = kept.selection;
  const linesMax = countsAll ? LINES_COUNTED_MAX : LINES_READ_MAX;
  const began = performance.now();
  let [cursor, limit, read, skipped] = [until, countsAll ? LARGE_PAGE_LINES : PAGE_LINES, 0, false];
  let seen = new Set<string>();
  for (let pages = 0; pages < PAGES_MAX && read < linesMax; pages++) {
    const page = await askWithin(ask, cursor, limit);
    limit = page.limit;
    const fresh = page.lines.filter(({ key }) => !seen.has(key));
    await inSlices(
      mapped(fresh, ({ entry }) => kept.offer(entry, untilMs)),
      context.signal,
    );
    read += fresh.length;
    context.heartbeat(`${read} lines`);
    if (!page.full) return skipped;
    const isFull = kept.total > kept.maxEntries || kept.dropped > 0;
    if (isFull && (!countsAll || performance.now() - began > COUNTING_MAX_MS)) return true;
    const oldest = page.lines[0]?.at ?? cursor;
    if (fresh.length === 0 || oldest > cursor) {
      // One time holds more lines than a page: no request can tell those that are left apart.
      skipped = true;
      cursor -= 1n;
      seen = new Set();
      continue;
    }
    if (oldest !== cursor) seen = new Set();
    for (const line of page.lines) if (line.at === oldest) seen.add(line.key);
    cursor = oldest;
  }
  return true;
}

/** Asks for fewer lines where so many do not fit one answer. */
async function askWithin(ask: AskPage, until: bigint, wanted: number): Promise<Page & { limit: number }> {
  for (let limit = wanted; ; limit = Math.max(PAGE_LINES_MIN, Math.floor(limit / 4))) {
    try {
      return { ...(await ask(until, limit)), limit };
    } catch (error) {
      const tooLarge = error instanceof ToolFailure && error.code === "response-too-large";
      if (!tooLarge || limit <= PAGE_LINES_MIN) throw error;
    }
  }
}
