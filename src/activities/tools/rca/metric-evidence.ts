/** What the metrics of all services tell: the target's trouble handed down the call graph by `rankCauses`. */
import { isoText } from "../kit/instant.js";
import type { Evidence, Findings, RuledOut } from "./evidence.js";
import type { MeasuredSeries, Observations, Origin } from "./observations.js";
import { type Cause, type Evidence as CitedEvidence, rankCauses } from "./rank-causes.js";
import { isOfSpans } from "./ranking/span-series.js";
import type { Symptom } from "./symptoms.js";

/** Less of the trouble than this is not worth a name. */
const SCORE_MIN = 0.05;
/** A cause that is told where it is must keep at least half of the trouble. */
const LOCATES_MIN_SCORE = 0.5;
const ASIDE_MAX = 6;

export function metricEvidence(material: Observations, trouble: Symptom): Findings {
  const { target, onset } = trouble;
  if (target === undefined || onset === undefined) return { evidence: [], ruledOut: [] };
  const graph = material.calls.map(({ caller, callee }): [string, string] => [caller, callee]);
  const causes = rankCauses({
    metrics: material.series.map(({ service, metric, statistic, points }) => ({
      node: service,
      metric,
      statistic: statistic === "" ? undefined : statistic,
      points,
    })),
    graph,
    target: { node: target.service, metric: target.metric, statistic: target.statistic },
    time: { from: onset.atMs / 1_000 },
    spans: material.spans.flatMap(({ spans }) => spans),
  });
  const traced = material.spans.flatMap(({ spans }) => spans.map(({ service }) => service));
  const others = new Set([...material.series.map(({ service }) => service), ...traced]).size > 1;
  // Without a graph any node may stand behind the target; with one service nothing was compared.
  const known = others && (graph.length > 0 || traced.length > 0);
  const evidence = causes.filter(({ role, score }) => role !== "aside" && score >= SCORE_MIN);
  return {
    evidence: evidence.filter(({ role }) => role === "origin").flatMap((cause) => evidenceOf(cause, material, known)),
    ruledOut: causes
      .filter(({ role }) => role !== "origin")
      .slice(0, ASIDE_MAX)
      .flatMap((cause) => asideOf(cause, material)),
  };
}

/** The series or the traces that a piece of evidence is from. */
function originOf(
  { node, metric, statistic = "" }: CitedEvidence,
  { series, spans }: Observations,
): Origin | undefined {
  const found = series.filter((one) => one.service === node && one.metric === metric && one.statistic === statistic);
  const [measured] = found.sort((a, b) => compareNodes(a, b));
  if (measured !== undefined || !isOfSpans(metric)) return measured;
  return spans.find((one) => one.spans.some(({ service }) => service === node));
}
const compareNodes = (a: MeasuredSeries, b: MeasuredSeries): number => a.node.localeCompare(b.node, "en");

function evidenceOf(cause: Cause, material: Observations, known: boolean): Evidence[] {
  const path = cause.path === undefined || cause.path.length < 2 ? "" : `; reached over ${cause.path.join(" → ")}`;
  return cause.evidence.flatMap((evidence, index): Evidence[] => {
    const origin = originOf(evidence, material);
    if (origin === undefined) return [];
    const { node, query } = origin;
    const share = index === 0 ? `; ${Math.round(cause.score * 100)} % of the trouble began here${path}` : "";
    return [
      {
        kind: "metric",
        service: cause.node,
        node,
        query,
        text: `${evidence.text}${share}`,
        at: isoText((evidence.began ?? evidence.observedAt) * 1_000),
        weight: index === 0 ? cause.score : 0,
        locates: index === 0 && known && cause.score >= LOCATES_MIN_SCORE,
      },
    ];
  });
}

function asideOf(cause: Cause, material: Observations): RuledOut[] {
  const [evidence] = cause.evidence;
  const origin = evidence === undefined ? undefined : originOf(evidence, material);
  if (evidence === undefined || origin === undefined) return [];
  const why =
    cause.role === "passes-on"
      ? "what it calls explains its trouble: it passes it on"
      : "it deviates, but does not lie on the way from what is in trouble, or not at its time";
  return [{ node: origin.node, query: origin.query, what: evidence.text, why }];
}
