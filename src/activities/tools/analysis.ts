/** Tool `analysis` (also `log_analyzer`): log templates with counts, and what became worse after a point in time. */
import { z } from "zod";
import { redact } from "../../core/redact.js";
import { defineTool, type ToolContext, ToolFailure } from "../define-tool.js";
import { BEGINS_WITHIN_MS, type ChangeVerdict, judgeChange, LINES_MIN } from "./analysis-change.js";
import { entriesOf, groupsOf, type TemplateGroup, type TimedEntry } from "./analysis-templates.js";
import { finding, findingsSchema, shortened, type ToolFinding } from "./finding.js";
import { isoMs, isoText, spanText } from "./instant.js";
import { isError } from "./log-levels.js";

const LINES_MAX = 50_000;
const SHOWN_MAX_CHARS = 300;
const ISO_RULE = "an ISO time such as 2026-11-22T10:00:00Z";
const isoSchema = z
  .string()
  .max(64)
  .refine((text) => isoMs(text) !== undefined, ISO_RULE);

const paramsSchema = z.strictObject({
  /** The reference that `log_collector` returns, or the lines themselves. */
  logs: z.union([z.string().regex(/^blob:sha256:[0-9a-f]{64}$/), z.array(z.string().max(65_536)).max(LINES_MAX)], {
    error: "a reference such as blob:sha256:…, as log_collector returns it, or a list of lines",
  }),
  change_at: isoSchema.nullish(),
  /** What changed, in words, such as `version 2`. */
  change: z.string().min(1).max(200).optional(),
  /** The span that the lines were collected for; without it, their own first and last. */
  since: isoSchema.nullish(),
  until: isoSchema.nullish(),
  max_templates: z.int().min(1).max(50).default(20),
});
type Params = z.output<typeof paramsSchema>;

const count = z.int().min(0);
const templateSchema = z.strictObject({
  template: z.string(),
  count,
  level: z.string(),
  first: z.string().nullable(),
  last: z.string().nullable(),
  example: z.string(),
  before: count.nullable(),
  after: count.nullable(),
});
const outputSchema = z.strictObject({
  total: count,
  templates: z.array(templateSchema).max(50),
  errors: z.strictObject({
    total: count,
    before: count.nullable(),
    after: count.nullable(),
    per_minute_before: z.number().nullable(),
    per_minute_after: z.number().nullable(),
  }),
  error_ratio_before: z.number().nullable(),
  error_ratio_after: z.number().nullable(),
  correlates_with_change: z.boolean(),
  /** Why it is said to correlate or not; null where no change was given. */
  verdict: z.string().nullable(),
  /** Error templates that began with the change. */
  new_templates: count,
  findings: findingsSchema,
});
type Output = z.infer<typeof outputSchema>;

export const analysis = defineTool({
  name: "analysis",
  aliases: ["log_analyzer"],
  description:
    "Groups log lines by template, with counts, levels and times, and tells by a fixed statistical rule whether errors began with a change.",
  nodeTypes: ["analysis"],
  effect: "none",
  params: paramsSchema,
  output: outputSchema,
  run: analyse,
});

async function analyse(params: Params, context: ToolContext): Promise<Output> {
  const entries = entriesOf(await linesOf(params.logs, context), context.now());
  const groups = groupsOf(entries);
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
  };
  return { ...output, findings: findingsOf(output, groups, verdict, params, changeMs) };
}

const NO_SIDES = { before: null, after: null, per_minute_before: null, per_minute_after: null };

async function linesOf(logs: Params["logs"], context: ToolContext): Promise<string[]> {
  if (typeof logs !== "string") return logs.map((line) => redact(line));
  const lines = (await context.blobs.get(logs)).split("\n");
  if (lines.length > LINES_MAX + 1) {
    throw new ToolFailure("params-invalid", `logs must hold at most ${LINES_MAX} lines, got ${lines.length}`);
  }
  return lines;
}

function compareSides(entries: TimedEntry[], groups: TemplateGroup[], params: Params, changeMs: number) {
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
const oneDecimal = (value: number | null): string => (value === null ? "unknown" : value.toFixed(1));
const percent = (ratio: number | null): string => (ratio === null ? "unknown" : `${(ratio * 100).toFixed(1)} %`);

/** What began with the change first, then errors, then the rest; each by its count. */
function ordered(groups: readonly TemplateGroup[], verdict: ChangeVerdict | undefined): TemplateGroup[] {
  const begun = new Set(verdict?.begun.map(({ group }) => group));
  const rank = (group: TemplateGroup): number => (begun.has(group) ? 2 : group.errors > 0 ? 1 : 0);
  return [...groups].sort((a, b) => rank(b) - rank(a) || b.entries.length - a.entries.length);
}

function shown(group: TemplateGroup, changeMs: number | undefined): Output["templates"][number] {
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

function findingsOf(
  output: Omit<Output, "findings">,
  groups: readonly TemplateGroup[],
  verdict: ChangeVerdict | undefined,
  params: Params,
  changeMs: number | undefined,
): ToolFinding[] {
  const { errors } = output;
  const findings = [finding(`${errors.total} of ${output.total} lines are errors, in ${groups.length} templates`)];
  if (verdict === undefined || changeMs === undefined) {
    for (const item of output.templates.filter(({ level }) => level === "error" || level === "fatal").slice(0, 5)) {
      findings.push(
        finding(`Error: ${item.template}`, [`${item.count} times, ${item.first} to ${item.last}`, item.example]),
      );
    }
    return findings;
  }
  const change = params.change ?? "the change";
  const ratios = `${percent(output.error_ratio_before)} before and ${percent(output.error_ratio_after)} after`;
  findings.push(
    finding(`Errors ${verdict.correlates ? "correlate" : "do not correlate"} with ${change}: ${verdict.why}`, [
      `share of errors: ${ratios} ${isoText(changeMs)}`,
      `errors: ${errors.before} before, ${errors.after} after; a minute: ${oneDecimal(errors.per_minute_before)} and ${oneDecimal(errors.per_minute_after)}`,
      `${verdict.z.toFixed(1)} standard deviations above no difference (at least 3.09, twice the share, ${LINES_MIN} lines a side)`,
    ]),
  );
  for (const { group, firstMs, inWindow } of verdict.begun.slice(0, 5)) {
    const before = group.entries.filter(({ timeMs }) => timeMs < changeMs).length;
    findings.push(
      finding(`Began with ${change}: ${group.template}`, [
        `${inWindow} times in the first ${BEGINS_WITHIN_MS / 1_000} seconds, ${before} times before`,
        `first ${spanText(firstMs - changeMs)} after it, at ${isoText(firstMs)}`,
        `for example: ${group.entries.at(-1)?.message.split("\n", 1)[0]}`,
      ]),
    );
  }
  return findings;
}
