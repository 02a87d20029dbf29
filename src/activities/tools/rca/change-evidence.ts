/** Which changes can have made the trouble, by their time and by what logs say of them, and which cannot. */
import { judgeChange } from "../analysis/change.js";
import { isoText, spanText } from "../kit/instant.js";
import type { Evidence, Findings, RuledOut } from "./evidence.js";
import type { Change, Observations } from "./observations.js";
import type { Symptom } from "./symptoms.js";

/** A change whose service's own log turned worse with it, and one that merely came just before. */
const CORRELATED_WEIGHT = 1;
const TIMED_WEIGHT = 0.6;
const SET_ASIDE_MAX = 8;

export interface Suspect extends Change {
  key: string;
  /** By the fixed rule of the log analysis: the errors of its service's log began with it. */
  correlates: boolean;
  why: string;
}

export function changeEvidence(material: Observations, trouble: Symptom): Findings & { suspects: Suspect[] } {
  const [evidence, ruledOut, suspects]: [Evidence[], RuledOut[], Suspect[]] = [[], [], []];
  for (const change of material.changes) {
    const { node, query, atMs, what } = change;
    const whose = change.service === undefined ? "" : ` of ${change.service}`;
    const named = `${what}${whose} at ${isoText(atMs)}`;
    const excluded = exclusion(change, trouble);
    if (excluded !== undefined) {
      ruledOut.push({ node, query, what: named, why: excluded });
      continue;
    }
    const correlation = correlationOf(change, material);
    const key = JSON.stringify([atMs, what, change.service ?? ""]);
    const suspect = { ...change, key, ...correlation };
    suspects.push(suspect);
    const lag = trouble.onset === undefined ? "" : `, ${aheadText(atMs, trouble.onset)} before the trouble began`;
    evidence.push({
      kind: "change",
      service: change.service ?? trouble.service,
      node,
      query,
      text: `${named}${lag}${correlation.why === "" ? "" : `; ${correlation.why}`}`,
      at: isoText(atMs),
      weight: correlation.correlates ? CORRELATED_WEIGHT : TIMED_WEIGHT,
      locates: false,
      changeKey: key,
    });
  }
  // The nearest in time say most about why they were set aside.
  const near = ({ what }: RuledOut): number => Math.abs(Date.parse(what.slice(-24)) - (trouble.onset?.atMs ?? 0));
  return { evidence, suspects, ruledOut: ruledOut.sort((a, b) => near(a) - near(b)).slice(0, SET_ASIDE_MAX) };
}

/** The trouble began within an interval: so did what came before it come before by an interval. */
function aheadText(atMs: number, onset: NonNullable<Symptom["onset"]>): string {
  const [least, most] = [Math.max(0, onset.notBeforeMs - atMs), onset.atMs - atMs].map(spanText);
  if (onset.atMs - atMs < 1_000) return "less than a second";
  if (least === most) return String(most);
  return onset.notBeforeMs <= atMs ? `at most ${most}` : `${least} to ${most}`;
}

/** Why a change cannot have made the trouble, or is not near enough to be held against it. */
function exclusion({ atMs, byItself }: Change, { onset, followsMs }: Symptom): string | undefined {
  if (byItself) return "the platform did it by itself: an answer to trouble more often than its cause";
  if (onset === undefined) return "when the trouble began is not known, so that no change can be held against it";
  if (atMs > onset.atMs) return `it came ${spanText(atMs - onset.atMs)} after the trouble had begun`;
  const ahead = onset.notBeforeMs - atMs;
  if (ahead <= followsMs) return undefined;
  return `it came ${spanText(ahead)} before the trouble; what a change breaks shows within ${spanText(followsMs)} as a rule`;
}

/** Held against the log of the change's own service. */
function correlationOf(change: Change, { logs, analysed }: Observations): Pick<Suspect, "correlates" | "why"> {
  for (const log of logs.filter(({ service }) => service === change.service)) {
    const span = { fromMs: log.fromMs, changeMs: change.atMs, toMs: log.toMs };
    if (span.changeMs <= span.fromMs || span.changeMs >= span.toMs) continue;
    const { correlates, why } = judgeChange(log.entries, log.groups, span);
    return { correlates, why: `in the log of ${log.service}: ${why}` };
  }
  for (const one of analysed.filter(
    ({ changeMs, service }) => changeMs === change.atMs && service === change.service,
  )) {
    return { correlates: one.correlates, why: `in the log of ${one.service}: ${one.verdict ?? ""}` };
  }
  return { correlates: false, why: "" };
}
