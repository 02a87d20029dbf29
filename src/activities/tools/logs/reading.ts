/** What a log source was asked and found to hold, whichever kind it is; and how a link to its own page is made. */
import type { ProblemCode } from "../../../vocabulary/problems.js";
import { isoText } from "../kit/instant.js";
import type { NewestEntries, Selection } from "./selection.js";

/** A part of the source that could not be read. */
export interface LostPart {
  path: string;
  code: ProblemCode;
  message: string;
}

export interface LogReading {
  kept: NewestEntries;
  /** What was asked, as the source understands it. */
  query: string;
  /** Not everything that may match was read. */
  cut: boolean;
  badLines: number;
  files: string[];
  unreadable: LostPart[];
  uiUrl?: string;
}

/** What is asked of a source, beside the selection. */
export interface LogQuestion {
  selection: Selection;
  /** In the source's own language. */
  query?: string;
  maxLines: number;
}

/** Fills a `ui_url` of config.yaml; every value is percent-encoded. */
export function uiLink(template: string, query: string, { sinceMs, untilMs }: Selection): string {
  const values: Record<string, string> = {
    query,
    from: isoText(sinceMs),
    to: isoText(untilMs),
    from_ms: String(Math.floor(sinceMs)),
    to_ms: String(Math.ceil(untilMs)),
  };
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? encodeURIComponent(values[name] ?? "") : whole,
  );
}
