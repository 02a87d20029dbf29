/** What an analysis found, as statements with evidence. */

import { finding, type ToolFinding } from "../kit/finding.js";
import { isoText, spanText } from "../kit/instant.js";
import { shownNumber } from "../kit/metrics/reading.js";
import { BEGINS_WITHIN_MS, type ChangeVerdict, LINES_MIN } from "./change.js";
import type { AnalysisOutput, AnalysisParams } from "./schema.js";

type Found = Omit<AnalysisOutput, "findings">;

const FINDINGS_MAX = 20;

const isErrorLevel = (level: string): boolean => level === "error" || level === "fatal";
const oneDecimal = (value: number | null): string => (value === null ? "unknown" : value.toFixed(1));
const percent = (ratio: number | null): string => (ratio === null ? "unknown" : `${(ratio * 100).toFixed(1)} %`);

export function findingsOf(
  output: Found,
  {
    params,
    verdict,
    groups,
    changeMs,
  }: {
    params: AnalysisParams;
    verdict: ChangeVerdict | undefined;
    groups: number;
    changeMs: number | undefined;
  },
): ToolFinding[] {
  const ofLog = params.logs === undefined ? [] : logFindings(output, params, verdict, groups, changeMs);
  return [...ofLog, ...shiftFindings(output, verdict), ...metricFindings(output)].slice(0, FINDINGS_MAX);
}

function logFindings(
  output: Found,
  params: AnalysisParams,
  verdict: ChangeVerdict | undefined,
  groups: number,
  changeMs: number | undefined,
): ToolFinding[] {
  const { errors } = output;
  const findings = [finding(`${errors.total} of ${output.total} lines are errors, in ${groups} templates`)];
  if (verdict === undefined || changeMs === undefined) {
    for (const item of output.templates.filter(({ level }) => isErrorLevel(level)).slice(0, 5)) {
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

/** Only what is sure: the rest stands in the output. */
function shiftFindings({ shifts }: Found, verdict: ChangeVerdict | undefined): ToolFinding[] {
  if (shifts === null) return [];
  const named = new Set(verdict?.begun.map(({ group }) => group.template));
  const findings = shifts.level_shifts
    .filter(({ level }) => level !== "all")
    .map(({ level, at, per_minute_before: was, per_minute_after: is }) => {
      const noun = level === "error" ? "Errors" : "Warnings";
      const evidence = `${shownNumber(was)} a minute before, ${shownNumber(is)} after`;
      return finding(`${noun} became ${is > was ? "more" : "less"} frequent at ${at}`, [evidence]);
    });
  const { split } = shifts;
  if (split === null) return findings;
  const since = split.kind === "given" ? `the change at ${split.at}` : `${split.at}`;
  for (const one of shifts.appeared
    .filter(({ sure, level, template }) => sure && isErrorLevel(level) && !named.has(template))
    .slice(0, 3)) {
    findings.push(finding(`New since ${since}: ${one.template}`, [`${one.count} times, first at ${one.at}`]));
  }
  for (const one of shifts.vanished.filter(({ sure }) => sure).slice(0, 3)) {
    findings.push(finding(`Gone since ${since}: ${one.template}`, [`${one.count} times before, last at ${one.at}`]));
  }
  for (const one of shifts.rate_changes.slice(0, 3)) {
    const rates = `${shownNumber(one.per_minute_before)} a minute before, ${shownNumber(one.per_minute_after)} after`;
    findings.push(finding(`${one.factor > 1 ? "More" : "Less"} frequent since ${since}: ${one.template}`, [rates]));
  }
  return findings;
}

function metricFindings({ metric }: Found): ToolFinding[] {
  if (metric === null) return [];
  const name = metric.name ?? "the metric";
  const span = metric.from === null ? "no points" : `${metric.points} points, ${metric.from} to ${metric.to}`;
  const usual =
    metric.baseline.kind === "seasonal"
      ? `held against its season of ${(metric.baseline.period_seconds ?? 0) / 3_600} hours`
      : "held against its own level";
  const findings: ToolFinding[] = [];
  for (const { at, before, after, confidence, deviations } of metric.change_points) {
    const levels = `level ${shownNumber(before)} before, ${shownNumber(after)} after, ${shownNumber(deviations)} deviations`;
    findings.push(
      finding(`${name} ${after > before ? "rose" : "fell"} at ${at}`, [
        levels,
        `confidence ${confidence}`,
        usual,
        span,
      ]),
    );
  }
  if (findings.length === 0) findings.push(finding(`${name} did not change its level`, [usual, span]));
  for (const one of metric.changes.filter(({ coincides }) => coincides)) {
    const chance = one.by_chance === null ? [] : [`by chance ${percent(one.by_chance)}`];
    findings.push(
      finding(`${name} changed ${one.seconds_after} seconds after ${one.what}`, [
        `${one.at} and ${one.nearest}`,
        ...chance,
      ]),
    );
  }
  if (metric.anomalies.length > 0) {
    const shown = metric.anomalies
      .slice(0, 4)
      .map(({ at, value, expected }) => `${at}: ${shownNumber(value)}, usually ${shownNumber(expected)}`);
    findings.push(finding(`${name} had ${metric.anomalies.length} values far from its level`, shown));
  }
  if (metric.missing.points > 0) {
    const gaps = metric.missing.gaps
      .slice(0, 4)
      .map((gap) => `${gap.points} after ${gap.from}${gap.to === null ? ", up to the end" : ""}`);
    findings.push(
      finding(
        `${name} lacks ${metric.missing.points} points (${percent(metric.missing.share)}); they are not taken for 0`,
        gaps,
      ),
    );
  }
  return findings;
}
