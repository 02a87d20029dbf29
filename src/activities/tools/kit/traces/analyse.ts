/** From spans to what they say: slow and failing traces, where their time went, where their errors began. Pure. */
import { criticalPath } from "./critical-path.js";
import type { Span, Trace } from "./span.js";
import { type Forest, forestOf, type SpanNode } from "./tree.js";

export interface Step {
  service: string;
  operation: string;
  self_ms: number;
  /** Of the trace's duration, 0 to 1. */
  share: number;
}
export interface TraceSummary {
  trace_id: string;
  started: number;
  root: string;
  duration_ms: number;
  spans: number;
  services: number;
  failed: boolean;
  /** The steps that took most, in the order of their starts. */
  critical_path: Step[];
}
export interface ServiceTime {
  service: string;
  spans: number;
  errors: number;
  /** On the critical paths, so that the services of a trace sum to no more than its duration. */
  self_ms: number;
  share: number;
}
/** Who called whom, of different services. */
export interface ServiceCall {
  caller: string;
  callee: string;
  calls: number;
  errors: number;
}
export interface ErrorOrigin {
  service: string;
  operation: string;
  message: string;
  traces: number;
  /** Traces whose root failed along an unbroken chain of errors. */
  reached_root: number;
  /** From where it began to where it ended, of the first such trace. */
  path: string[];
  example: string;
}
export interface TraceAnalysis {
  summaries: TraceSummary[];
  services: ServiceTime[];
  /** The most frequent first. */
  calls: ServiceCall[];
  origins: ErrorOrigin[];
  orphans: number;
  cycles: number;
}

const STEPS_MAX = 8;
const PATH_MAX = 8;

export function analyseTraces(traces: readonly Trace[]): TraceAnalysis {
  const analysis: TraceAnalysis = { summaries: [], services: [], calls: [], origins: [], orphans: 0, cycles: 0 };
  const services = new Map<string, ServiceTime>();
  const origins = new Map<string, ErrorOrigin>();
  const calls = new Map<string, ServiceCall>();
  for (const trace of traces) {
    const forest = forestOf(trace.spans);
    if (forest.nodes.length === 0) continue;
    analysis.orphans += forest.orphans;
    analysis.cycles += forest.cycles;
    const steps = criticalPath(forest);
    analysis.summaries.push(summaryOf(trace.id, forest, steps));
    for (const { span, parent } of forest.nodes) {
      const own = timeOf(services, span.service);
      own.spans++;
      if (span.isError) own.errors++;
      if (parent !== undefined && parent.span.service !== span.service) addCall(calls, parent.span.service, span);
    }
    for (const { node, self } of steps) timeOf(services, node.span.service).self_ms += self / 1_000;
    addOrigins(trace.id, forest, origins);
  }
  const all = [...services.values()].reduce((sum, { self_ms }) => sum + self_ms, 0);
  analysis.services = [...services.values()]
    .map((one) => ({ ...one, self_ms: rounded(one.self_ms), share: shareOf(one.self_ms, all) }))
    .sort((a, b) => b.self_ms - a.self_ms || (a.service < b.service ? -1 : 1));
  analysis.calls = [...calls.values()].sort((a, b) => b.calls - a.calls || (a.callee < b.callee ? -1 : 1));
  analysis.origins = [...origins.values()].sort((a, b) => b.traces - a.traces || (a.service < b.service ? -1 : 1));
  return analysis;
}

function timeOf(services: Map<string, ServiceTime>, service: string): ServiceTime {
  const found = services.get(service) ?? { service, spans: 0, errors: 0, self_ms: 0, share: 0 };
  services.set(service, found);
  return found;
}

function addCall(calls: Map<string, ServiceCall>, caller: string, { service: callee, isError }: Span): void {
  const key = JSON.stringify([caller, callee]);
  const found = calls.get(key) ?? { caller, callee, calls: 0, errors: 0 };
  calls.set(key, found);
  found.calls++;
  if (isError) found.errors++;
}

function summaryOf(id: string, forest: Forest, steps: ReturnType<typeof criticalPath>): TraceSummary {
  const started = forest.nodes[0]?.span.start ?? 0;
  const ended = forest.nodes.reduce((most, { end }) => Math.max(most, end), started);
  const root = mainRoot(forest);
  const longest = [...steps].sort((a, b) => b.self - a.self).slice(0, STEPS_MAX);
  return {
    trace_id: id,
    started: started / 1_000,
    root: nameOf(root),
    duration_ms: rounded((ended - started) / 1_000),
    spans: forest.nodes.length,
    services: new Set(forest.nodes.map(({ span }) => span.service)).size,
    failed: root?.span.isError ?? false,
    critical_path: steps
      .filter((step) => longest.includes(step) && step.self > 0)
      .map(({ node, self }) => ({
        service: node.span.service,
        operation: node.span.operation,
        self_ms: rounded(self / 1_000),
        share: shareOf(self, ended - started),
      })),
  };
}

/** A span without a parent goes before one whose parent is missing; then the longest. */
function mainRoot({ roots }: Forest): SpanNode | undefined {
  const real = roots.filter(({ span }) => span.parent === undefined);
  return [...(real.length > 0 ? real : roots)].sort((a, b) => b.span.duration - a.span.duration)[0];
}

/** An error begins in a span none of whose children failed; it goes up as long as the parents failed, too. */
function addOrigins(traceId: string, forest: Forest, origins: Map<string, ErrorOrigin>): void {
  const counted = new Map<ErrorOrigin, boolean>();
  for (const node of forest.nodes) {
    if (!node.span.isError || node.children.some(({ span }) => span.isError)) continue;
    const path: string[] = [];
    let top = node;
    for (let at: SpanNode | undefined = node; at?.span.isError; at = at.parent) {
      top = at;
      const name = nameOf(at);
      if (path.at(-1) !== name && path.length < PATH_MAX) path.push(name);
    }
    const { service, operation, message = "" } = node.span;
    const key = JSON.stringify([service, operation, message]);
    const origin = origins.get(key) ?? {
      service,
      operation,
      message,
      traces: 0,
      reached_root: 0,
      path,
      example: traceId,
    };
    origins.set(key, origin);
    counted.set(origin, (counted.get(origin) ?? false) || top.parent === undefined);
  }
  for (const [origin, reached] of counted) {
    origin.traces++;
    if (reached) origin.reached_root++;
  }
}

const nameOf = (node: SpanNode | undefined): string =>
  node === undefined ? "" : `${node.span.service}: ${node.span.operation}`;
const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;
const shareOf = (part: number, whole: number): number => (whole > 0 ? Math.min(1, rounded(part / whole)) : 0);
