/** What causes are looked for in, read from the outputs of other nodes; each piece knows the node and query it is from. */
import type { ToolContext } from "../../define-tool.js";
import type { TemplateGroup, TimedEntry } from "../analysis/templates.js";
import type { Signal } from "./ranking/signal-kinds.js";
import type { CallSpan } from "./ranking/span-series.js";

export const QUERY_SHOWN_MAX_CHARS = 200;
/** Where nobody names a service, all of it is one. */
export const UNNAMED = "the service";

/** Where something is known from. */
export interface Origin {
  /** The node of the run whose output it stands in. */
  node: string;
  /** What that node asked, in the words of the source. */
  query: string;
}

export interface MeasuredSeries extends Origin {
  service: string;
  metric: string;
  statistic: string;
  signal: Signal;
  points: Array<[seconds: number, value: number | null]>;
}

export interface CollectedLog extends Origin {
  service: string;
  /** In order of time; only those whose time is known. */
  entries: TimedEntry[];
  groups: TemplateGroup[];
  fromMs: number;
  toMs: number;
  truncated: boolean;
}

/** An `analysis` of lines that are not there themselves. */
export interface AnalysedLog extends Origin {
  service: string;
  correlates: boolean;
  verdict: string | undefined;
  changeMs: number | undefined;
  /** Error templates that are surely new, or surely more frequent. */
  begun: Array<{ template: string; text: string; atMs?: number }>;
  splitMs: number | undefined;
  total: number;
}

export interface CollectedTraces extends Origin {
  service: string;
  total: number;
  failed: number;
  origins: Array<{
    service: string;
    operation: string;
    message: string;
    traces: number;
    reached: number;
    path: string;
  }>;
  shares: Array<{ service: string; share: number }>;
}

/** The spans of those traces, where they were kept. */
export interface CollectedSpans extends Origin {
  spans: CallSpan[];
}

export interface Change extends Origin {
  atMs: number;
  what: string;
  /** Not people's doing: a scaling, an event of the platform. */
  byItself: boolean;
  /** Absent where neither the record nor the caller says whose change it was. */
  service?: string;
}

export interface Probe extends Origin {
  service: string;
  ok: boolean;
  text: string;
}

/** A cause as `kubernetes_state` gives it. */
interface StateCause extends Origin {
  /** The object to mend, by its name. */
  service: string;
  code: string;
  text: string;
  score: number;
  /** What changed last of it. */
  changed: string | undefined;
  /** Names of what suffers from it. */
  affects: string[];
  /** Another cause explains it. */
  explainedBy: string | undefined;
}

/** A call between services and where it is known from. */
export interface Call extends Origin {
  caller: string;
  callee: string;
}

export interface Observations {
  /** The service in trouble, as far as it was named. */
  service: string | undefined;
  series: MeasuredSeries[];
  logs: CollectedLog[];
  analysed: AnalysedLog[];
  traces: CollectedTraces[];
  spans: CollectedSpans[];
  changes: Change[];
  probes: Probe[];
  /** What is wrong with the objects of a cluster. */
  states: StateCause[];
  calls: Call[];
  looked: Array<{ node: string; what: string }>;
  notLooked: Array<{ node: string; why: string }>;
}

/** What the caller says of one node's output, where the output does not. */
export interface About {
  service?: string;
  metric?: string;
  statistic?: string;
}

/** Of one output that is read: where it is from, what the caller says of it, and what it is read with. */
export interface OutputPlace {
  origin: Origin;
  about: About;
  context: Pick<ToolContext, "blobs" | "now" | "signal">;
}

/** One name for a service however a source writes it: without namespace, port, and the parts of a pod's name that change. */
export function serviceName(text: string): string {
  const last = text.trim().split("/").at(-1) ?? "";
  return last
    .toLowerCase()
    .replace(/:\d{1,5}$/, "")
    .replace(/-[0-9a-f]{6,10}-[a-z0-9]{5}$/, "");
}

export function skip({ notLooked }: Observations, node: string, why: string): void {
  notLooked.push({ node, why });
}

/** What nobody named belongs to the one service that is named, if it is one. */
export function resolveNames(material: Observations): void {
  const pieces = [...material.series, ...material.logs, ...material.analysed, ...material.traces];
  const called = material.calls.flatMap(({ caller, callee }) => [caller, callee]);
  const changed = material.changes.flatMap(({ service }) => service ?? []);
  const named = new Set([...pieces.map(({ service }) => service), ...called, ...changed]);
  named.delete(UNNAMED);
  const [only = UNNAMED] = named;
  if (named.size > 1) return;
  for (const piece of pieces) if (piece.service === UNNAMED) piece.service = only;
  for (const change of material.changes) change.service ??= only;
}
