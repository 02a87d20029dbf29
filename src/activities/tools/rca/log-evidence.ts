/** What the logs tell: errors that began with the trouble, the services that they name, and those that were always there. */

import { withoutEnds } from "../../../vocabulary/without-ends.js";
import type { RateChange } from "../analysis/shifts.js";
import { shiftsOf, type Unpaired } from "../analysis/shifts.js";
import { isoText } from "../kit/instant.js";
import { shownNumber } from "../kit/metrics/reading.js";
import { isError } from "../logs/levels.js";
import type { Evidence, Findings, RuledOut } from "./evidence.js";
import type { CollectedLog, Observations } from "./observations.js";
import type { Symptom } from "./symptoms.js";

const CITED_MAX = 3;
/** An error that names another service blames it; the one who says so may be wrong. */
const NAMED_WEIGHT = 0.5;
/** Words too short to be told from others. */
const NAME_MIN_CHARS = 4;

export function logEvidence(material: Observations, trouble: Symptom): Findings {
  const findings: Findings = { evidence: [], ruledOut: [] };
  for (const log of material.logs) ofLines(log, material, trouble, findings);
  const collected = new Set(material.logs.map(({ service }) => service));
  for (const { node, query, service, begun, splitMs } of material.analysed) {
    // The lines themselves say more, around the moment of the trouble itself.
    if (collected.has(service)) continue;
    const at = splitMs === undefined ? {} : { at: isoText(splitMs) };
    const close = splitMs === undefined || isNear(splitMs, trouble);
    for (const { text, template } of begun.slice(0, CITED_MAX)) {
      if (!close) {
        findings.ruledOut.push({
          node,
          query,
          what: text,
          why: `it began at ${isoText(splitMs ?? 0)}, another time than the trouble`,
        });
        continue;
      }
      const cited = { kind: "log" as const, node, query, text: `${service}: ${text}`, ...at, locates: false };
      findings.evidence.push({ ...cited, service, weight: 1 });
      blameNamed(template, cited, service, material, findings);
    }
  }
  return findings;
}

const isNear = (ms: number, { onset, followsMs }: Symptom): boolean =>
  onset === undefined || (ms >= onset.notBeforeMs - followsMs && ms <= onset.atMs + followsMs);

function ofLines(log: CollectedLog, material: Observations, trouble: Symptom, findings: Findings): void {
  const { node, query, service } = log;
  if (trouble.onset === undefined) return;
  const { appeared, rate_changes: rates } = shiftsOf(log.entries, log.groups, log, trouble.onset.notBeforeMs);
  const fresh = appeared.filter(({ sure, level }) => sure && isError(level));
  const more = rates.filter(({ level, factor }) => isError(level) && factor > 1);
  const begun = [
    ...fresh.map((one) => ({ template: one.template, text: newText(one), at: one.at })),
    ...more.map((one) => ({ template: one.template, text: moreText(one), at: isoText(trouble.onset?.atMs ?? 0) })),
  ];
  for (const { template, text, at } of begun.slice(0, CITED_MAX)) {
    const cited = { kind: "log" as const, node, query, text: `${service}: ${text}`, at, locates: false };
    findings.evidence.push({ ...cited, service, weight: 1 });
    blameNamed(template, cited, service, material, findings);
  }
  findings.ruledOut.push(...constant(log, new Set(begun.map(({ template }) => template)), trouble));
}

const newText = ({ template, count, at }: Unpaired): string => `new error, ${count} times since ${at}: ${template}`;
const moreText = ({ template, per_minute_before: was, per_minute_after: is }: RateChange): string =>
  `error went from ${shownNumber(was)} to ${shownNumber(is)} a minute: ${template}`;

/** Errors that were there before as well. */
function constant(log: CollectedLog, begun: ReadonlySet<string>, { onset }: Symptom): RuledOut[] {
  const splitMs = onset?.notBeforeMs ?? 0;
  return log.groups
    .filter(
      ({ errors, template, entries }) =>
        errors > 0 && !begun.has(template) && (entries[0]?.timeMs ?? splitMs) < splitMs,
    )
    .sort((a, b) => b.errors - a.errors || (a.template < b.template ? -1 : 1))
    .slice(0, CITED_MAX)
    .map(({ template, entries }) => {
      const before = entries.filter(({ timeMs }) => timeMs < splitMs).length;
      const what = `error in the log of ${log.service}: ${template}`;
      const why = `it was there before the trouble: ${before} times before, ${entries.length - before} since, no clear rise`;
      return { node: log.node, query: log.query, what, why };
    });
}

function blameNamed(
  template: string,
  cited: Omit<Evidence, "service" | "weight">,
  own: string,
  { series, calls, traces, changes }: Observations,
  { evidence }: Findings,
): void {
  const known = new Set([
    ...series.map(({ service }) => service),
    ...calls.flatMap(({ caller, callee }) => [caller, callee]),
    ...traces.flatMap(({ origins }) => origins.map(({ service }) => service)),
    ...changes.flatMap(({ service }) => service ?? []),
  ]);
  const words = new Set(
    template
      .toLowerCase()
      .split(/[^a-z0-9_.-]+/)
      .map((word) => withoutEnds(word, /[.-]/)),
  );
  for (const service of known) {
    if (service === own || service.length < NAME_MIN_CHARS || !words.has(service)) continue;
    evidence.push({ ...cited, service, text: `named by ${cited.text}`, weight: NAMED_WEIGHT });
  }
}
