/** Tool `analysis` (also `log_analyzer`): log templates and what became of them, and where a metric changed. */
import { redact } from "../../core/redact.js";
import { inSlices, mapped } from "../../platform/slices.js";
import { defineTool, type ToolContext, toolFailure } from "../define-tool.js";
import { type ChangeVerdict, judgeChange } from "./analysis/change.js";
import { findingsOf } from "./analysis/findings.js";
import { type AnalysisOutput, type AnalysisParams, LINES_MAX, outputSchema, paramsSchema } from "./analysis/schema.js";
import { analyseMetric, type TimedChange } from "./analysis/series/analyse-metric.js";
import { type LogShifts, shiftsOf } from "./analysis/shifts.js";
import { entriesOf, groupsOf, type TemplateGroup, type TimedEntry } from "./analysis/templates.js";
import { shortened } from "./kit/finding.js";
import { isoMs, isoText } from "./kit/instant.js";
import { isError } from "./logs/levels.js";

const SHOWN_MAX_CHARS = 300;
const LISTED_MAX_CHARS = 160;

export const analysis = defineTool({
  name: "analysis",
  aliases: ["log_analyzer"],
  description:
    "Groups log lines by template, tells what is new, gone, more frequent or began with a change; finds where a metric changed.",
  nodeTypes: ["analysis"],
  effect: "none",
  params: paramsSchema,
  output: outputSchema,
  run: analyse,
});

async function analyse(params: AnalysisParams, context: ToolContext): Promise<AnalysisOutput> {
  const lines = await linesOf(params.logs ?? [], context);
  const entries = await inSlices(entriesOf(lines, context.now()), context.signal);
  const groups = await inSlices(groupsOf(entries), context.signal);
  const changeMs = params.change_at == null ? undefined : isoMs(params.change_at);
  const sides = changeMs === undefined ? undefined : compareSides(entries, groups, params, changeMs);
  const verdict = sides?.verdict;
  const errors = entries.filter(({ level }) => isError(level)).length;
  const output = {
    total: entries.length,
    templates: ordered(groups, verdict)
      .slice(0, params.max_templates)
      .map((group) => shown(group, changeMs)),
    errors: { total: errors, ...(sides?.errors ?? NO_SIDES) },
    error_ratio_before: sides?.ratioBefore ?? null,
    error_ratio_after: sides?.ratioAfter ?? null,
    correlates_with_change: verdict?.correlates ?? false,
    verdict: verdict?.why ?? null,
    new_templates: verdict?.begun.length ?? 0,
    query: queryText(params, entries.length),
    shifts: params.logs === undefined ? null : shownShifts(shiftsIn(entries, groups, params, changeMs)),
    metric: params.points === undefined ? null : metricOf(params.points, params),
  };
  return { ...output, findings: findingsOf(output, { params, verdict, groups: groups.length, changeMs }) };
}

/** What was analysed, for who cites it. */
function queryText({ logs, points, metric, since, until, change_at: changeAt }: AnalysisParams, lines: number): string {
  const from = typeof logs === "string" ? ` of ${logs.slice(0, 24)}…` : "";
  const ofLog = logs === undefined ? [] : [`${lines} log lines${from}`];
  const ofMetric = points === undefined ? [] : [`${points.length} points of ${metric ?? "a metric"}`];
  const span = since == null ? [] : [`from ${since}`, ...(until == null ? [] : [`to ${until}`])];
  const around = changeAt == null ? [] : [`around ${changeAt}`];
  return [[...ofLog, ...ofMetric].join(" and "), ...span, ...around].join(" ");
}

function metricOf(points: NonNullable<AnalysisParams["points"]>, params: AnalysisParams) {
  const { period_seconds: period, until, metric: name = null } = params;
  const analysed = analyseMetric({
    points,
    changes: changesOf(params),
    periodMs: period === undefined ? undefined : period * 1_000,
    untilMs: until == null ? undefined : isoMs(until),
  });
  return { name, ...analysed };
}

function changesOf({ changes = [], change_at: changeAt, change }: AnalysisParams): TimedChange[] {
  const given = changes.flatMap(({ at, time, deployed_at: deployedAt, ...rest }): TimedChange[] => {
    const atMs = isoMs(at ?? time ?? deployedAt ?? "");
    if (atMs === undefined) return [];
    const { what, version } = rest;
    const words = typeof what === "string" ? what : typeof version === "string" ? `version ${version}` : "a change";
    return [{ atMs, what: shortened(redact(words), LISTED_MAX_CHARS) }];
  });
  const atMs = changeAt == null ? undefined : isoMs(changeAt);
  if (atMs === undefined || given.some((one) => one.atMs === atMs)) return given;
  return [{ atMs, what: change ?? "the change" }, ...given];
}

function shiftsIn(
  entries: readonly TimedEntry[],
  groups: readonly TemplateGroup[],
  params: AnalysisParams,
  changeMs: number | undefined,
): LogShifts {
  const timed = entries.filter(({ timeMs }) => !Number.isNaN(timeMs));
  const fromMs = (params.since == null ? undefined : isoMs(params.since)) ?? timed[0]?.timeMs ?? 0;
  const toMs = (params.until == null ? undefined : isoMs(params.until)) ?? timed.at(-1)?.timeMs ?? 0;
  return shiftsOf(timed, groups, { fromMs, toMs }, changeMs);
}

function shownShifts(shifts: LogShifts): AnalysisOutput["shifts"] {
  const short = <T extends { template: string }>(all: readonly T[]): T[] =>
    all.map((one) => ({ ...one, template: shortened(one.template, LISTED_MAX_CHARS) }));
  const { appeared, vanished, rate_changes: rates } = shifts;
  return { ...shifts, appeared: short(appeared), vanished: short(vanished), rate_changes: short(rates) };
}

const NO_SIDES = { before: null, after: null, per_minute_before: null, per_minute_after: null };

async function linesOf(logs: string | string[], context: ToolContext): Promise<string[]> {
  if (typeof logs !== "string") return inSlices(mapped(logs, redact), context.signal);
  const lines = (await context.blobs.get(logs)).split("\n");
  if (lines.length > LINES_MAX + 1) {
    throw toolFailure("params-invalid", `logs must hold at most ${LINES_MAX} lines, got ${lines.length}`);
  }
  return lines;
}

function compareSides(entries: TimedEntry[], groups: TemplateGroup[], params: AnalysisParams, changeMs: number) {
  const timed = entries.filter(({ timeMs }) => !Number.isNaN(timeMs));
  const fromMs = params.since == null ? timed[0]?.timeMs : isoMs(params.since);
  const toMs = params.until == null ? timed.at(-1)?.timeMs : isoMs(params.until);
  const span = { fromMs: fromMs ?? changeMs, changeMs, toMs: toMs ?? changeMs };
  const before = timed.filter(({ timeMs }) => timeMs < changeMs);
  const after = timed.filter(({ timeMs }) => timeMs >= changeMs);
  const errorsIn = (side: TimedEntry[]): number => side.filter(({ level }) => isError(level)).length;
  const ratio = (side: TimedEntry[]): number | null =>
    side.length === 0 ? null : rounded(errorsIn(side) / side.length);
  const perMinute = (side: TimedEntry[], ms: number): number | null =>
    ms > 0 ? rounded((errorsIn(side) * 60_000) / ms) : null;
  return {
    verdict: judgeChange(timed, groups, span),
    ratioBefore: ratio(before),
    ratioAfter: ratio(after),
    errors: {
      before: errorsIn(before),
      after: errorsIn(after),
      per_minute_before: perMinute(before, changeMs - span.fromMs),
      per_minute_after: perMinute(after, span.toMs - changeMs),
    },
  };
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;

/** What began with the change first, then errors, then the rest; each by its count. */
function ordered(groups: readonly TemplateGroup[], verdict: ChangeVerdict | undefined): TemplateGroup[] {
  const begun = new Set(verdict?.begun.map(({ group }) => group));
  const rank = (group: TemplateGroup): number => (begun.has(group) ? 2 : group.errors > 0 ? 1 : 0);
  return [...groups].sort((a, b) => rank(b) - rank(a) || b.entries.length - a.entries.length);
}

function shown(group: TemplateGroup, changeMs: number | undefined): AnalysisOutput["templates"][number] {
  const timed = group.entries.filter(({ timeMs }) => !Number.isNaN(timeMs));
  const [first] = timed;
  const last = timed.at(-1);
  const before = changeMs === undefined ? null : timed.filter(({ timeMs }) => timeMs < changeMs).length;
  return {
    template: shortened(group.template, SHOWN_MAX_CHARS),
    count: group.entries.length,
    level: group.level,
    first: first === undefined ? null : isoText(first.timeMs),
    last: last === undefined ? null : isoText(last.timeMs),
    example: shortened(group.entries[0]?.message ?? "", SHOWN_MAX_CHARS),
    before,
    after: before === null ? null : timed.length - before,
  };
}
