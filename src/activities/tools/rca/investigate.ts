/** From material to a verdict: hears what each kind of evidence tells, and sets aside what something else explains. */
import type { RunContext } from "../../../core/run/context.js";
import { changeEvidence } from "./change-evidence.js";
import type { Evidence, RuledOut } from "./evidence.js";
import { logEvidence } from "./log-evidence.js";
import { metricEvidence } from "./metric-evidence.js";
import type { Observations } from "./observations.js";
import { probeEvidence, traceEvidence } from "./other-evidence.js";
import { stateEvidence } from "./state-evidence.js";
import { type Symptom, symptomIn, type TargetWanted } from "./symptoms.js";
import { type RankedCause, rankedCauses, type Verdict, verdictOn } from "./verdict.js";

const SET_ASIDE_MAX = 15;
/** Services between a caller and what explains it, at most. */
const HOPS_MAX = 20;

export interface Investigation {
  trouble: Symptom | undefined;
  causes: RankedCause[];
  ruledOut: RuledOut[];
  verdict: Verdict;
}

export function investigate(material: Observations, wanted: TargetWanted, run: RunContext | undefined): Investigation {
  const probes = probeEvidence(material);
  const state = stateEvidence(material);
  const trouble = symptomIn(material, wanted);
  if (trouble === undefined) {
    return { trouble, causes: [], ruledOut: probes.ruledOut, verdict: verdictOn([], trouble, run) };
  }
  const metric = metricEvidence(material, trouble);
  const trace = traceEvidence(material, trouble);
  const log = logEvidence(material, trouble);
  const change = changeEvidence(material, trouble);
  const heard = [
    ...metric.evidence,
    ...trace.evidence,
    ...log.evidence,
    ...change.evidence,
    ...probes.evidence,
    ...state.evidence,
  ];
  const { kept, ruledOut } = withoutSymptoms(heard, material);
  const aside = [
    ...state.ruledOut,
    ...change.ruledOut,
    ...metric.ruledOut,
    ...ruledOut,
    ...trace.ruledOut,
    ...log.ruledOut,
    ...probes.ruledOut,
  ];
  const causes = rankedCauses(kept, change.suspects, trouble);
  return { trouble, causes, ruledOut: unique(aside).slice(0, SET_ASIDE_MAX), verdict: verdictOn(causes, trouble, run) };
}

/** Errors in the log of a service that calls the one where the trouble began are what it suffers from. */
function withoutSymptoms(
  heard: readonly Evidence[],
  { calls }: Observations,
): { kept: Evidence[]; ruledOut: RuledOut[] } {
  const located = [...new Set(heard.filter(({ locates }) => locates).map(({ service }) => service))].sort();
  const explains = new Map<string, string>();
  for (const service of located) {
    for (const caller of callersOf(service, calls)) if (!located.includes(caller)) explains.set(caller, service);
  }
  const isSymptom = ({ kind, service }: Evidence): boolean => kind === "log" && explains.has(service);
  return {
    kept: heard.filter((one) => !isSymptom(one)),
    ruledOut: heard.filter(isSymptom).map(({ node, query, text, service }) => ({
      node,
      query,
      what: text,
      why: `${explains.get(service)}, which ${service} calls, explains it`,
    })),
  };
}

function callersOf(service: string, calls: Observations["calls"]): Set<string> {
  const found = new Set<string>();
  let front = [service];
  for (let hop = 0; hop < HOPS_MAX && front.length > 0; hop++) {
    const next = calls.filter(
      ({ callee, caller }) => front.includes(callee) && !found.has(caller) && caller !== service,
    );
    front = [...new Set(next.map(({ caller }) => caller))];
    for (const caller of front) found.add(caller);
  }
  return found;
}

function unique(aside: readonly RuledOut[]): RuledOut[] {
  const seen = new Set<string>();
  return aside.filter((one) => {
    const key = JSON.stringify([one.node, one.what]);
    return !seen.has(key) && seen.add(key);
  });
}
