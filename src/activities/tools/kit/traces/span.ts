/** A span, whichever store it comes from, and what a store was asked and gave. */
import type { LostPart } from "../../logs/reading.js";

export interface Span {
  id: string;
  /** Absent for a root; may name a span that is not there. */
  parent?: string;
  service: string;
  operation: string;
  /** Microseconds since the epoch. */
  start: number;
  /** Microseconds; never negative. */
  duration: number;
  isError: boolean;
  /** What it says of its error. */
  message?: string;
}
export interface Trace {
  id: string;
  spans: Span[];
}
export interface TraceQuestion {
  service: string;
  operation?: string;
  sinceMs: number;
  untilMs: number;
  minDurationMs?: number;
  /** Only traces that hold an error; stores that cannot tell may give others, too. */
  onlyFailing?: boolean;
  maxTraces: number;
}
export interface TraceReading {
  traces: Trace[];
  /** What was asked, as the source understands it. */
  query: string;
  /** As many came as were asked for, so that others may be left. */
  cut: boolean;
  unreadable: LostPart[];
  /** The store's own page of a trace. */
  page?: (traceId: string) => string;
}

/** The page of a trace by the source's `ui_url`, or else by the store's own address. */
export function pageOf(uiUrl: string | undefined, own?: string): TraceReading["page"] {
  const template = uiUrl?.includes("{trace_id}") ? uiUrl : own;
  return template === undefined ? undefined : (id) => template.replaceAll("{trace_id}", encodeURIComponent(id));
}
