/** What certainty means: of what is called confirmed, likely or inconclusive, how much is right; and whether quiet cases stay quiet. */
import { investigate } from "../../src/activities/tools/rca/investigate.js";
import { type Observations, serviceName } from "../../src/activities/tools/rca/observations.js";
import { signalOf } from "../../src/activities/tools/rca/ranking/signal-kinds.js";
import { noObservations } from "../../src/activities/tools/rca/read-outputs.js";
import { verdictOn } from "../../src/core/cluster/analyse.js";
import { OPENSRE_NAMED, OPENSRE_PRESENT, opensreFacts, opensreNames } from "../../test/support/opensre.js";
import type { Case } from "./cases.js";
import type { CaseSet } from "./sets.js";

export interface Certain {
  set: string;
  certainty: string;
  cases: number;
  /** The first cause is the true one; of quiet cases, that none is called likely or confirmed. */
  right: number;
}

const ORIGIN = { node: "metrics", query: "all series of the case" };
export const CERTAINTIES = ["confirmed", "likely", "inconclusive"];

export function observed(one: Case, untilSeconds: number): Observations {
  const material = noObservations(undefined);
  material.series = one.metrics.map(({ node, metric, statistic = "", points }) => ({
    ...ORIGIN,
    service: serviceName(node),
    metric,
    statistic,
    signal: signalOf(metric, statistic),
    points: points.flatMap(
      ([time, value]): Array<[number, number | null]> => (time < untilSeconds ? [[time, value]] : []),
    ),
  }));
  material.calls = one.graph.map(([caller, callee]) => ({
    ...ORIGIN,
    caller: serviceName(caller),
    callee: serviceName(callee),
  }));
  return material;
}

function verdictIn(one: Case, quiet: boolean): { certainty: string; isRight: boolean } {
  const { node, metric, statistic } = one.target;
  const wanted = { service: node, metric, statistic, ...(quiet ? {} : { atMs: one.noticedAt * 1_000 }) };
  const untilSeconds = quiet ? one.noticedAt : Number.POSITIVE_INFINITY;
  const { verdict, causes } = investigate(observed(one, untilSeconds), wanted, undefined);
  return { certainty: verdict.certainty, isRight: causes[0]?.service === serviceName(one.cause) };
}

/** `most`: cases of a set that are judged. */
function ofSet({ name, cases }: CaseSet, most: number): Certain[] {
  const judged = cases.slice(0, most);
  const faulty = judged.map((one) => verdictIn(one, false));
  const rows = CERTAINTIES.map((certainty): Certain => {
    const own = faulty.filter((one) => one.certainty === certainty);
    return { set: name, certainty, cases: own.length, right: own.filter(({ isRight }) => isRight).length };
  });
  const quiet = judged.map((one) => verdictIn(one, true).certainty === "inconclusive");
  return [
    ...rows,
    { set: name, certainty: "quiet, before the fault", cases: quiet.length, right: quiet.filter(Boolean).length },
  ];
}

/** Incidents of a cluster: the cause that must be named first, and those of which nothing may be named. */
function ofOpensre(): Certain[] {
  if (!OPENSRE_PRESENT) return [];
  const told = opensreNames().map((name) => {
    const [first] = verdictOn(opensreFacts(name)).causes;
    const named = first === undefined ? undefined : `${first.code} ${first.object.kind} ${first.object.name}`;
    return { isFaulty: OPENSRE_NAMED[name] !== undefined, isRight: named === OPENSRE_NAMED[name] };
  });
  const set = "OpenSRE, Kubernetes";
  return [true, false].map((faulty) => {
    const own = told.filter(({ isFaulty }) => isFaulty === faulty);
    const certainty = faulty ? "cause named first" : "healthy, recovered, red herring: nothing named";
    return { set, certainty, cases: own.length, right: own.filter(({ isRight }) => isRight).length };
  });
}

export const certaintyCard = (sets: readonly CaseSet[], most: number): Certain[] => [
  ...sets.flatMap((set) => ofSet(set, most)),
  ...ofOpensre(),
];
