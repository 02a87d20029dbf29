/** The search for causes over real incidents with metrics and a call graph alone: what it calls likely is right. */
import { describe, expect, test } from "vitest";
import { investigate } from "../../../src/activities/tools/rca/investigate.js";
import { type Observations, serviceName } from "../../../src/activities/tools/rca/observations.js";
import { signalOf } from "../../../src/activities/tools/rca/ranking/signal-kinds.js";
import { noObservations } from "../../../src/activities/tools/rca/read-outputs.js";
import { type Incident, PETSHOP_PRESENT, petshop, petshopFolders } from "../../support/petshop.js";

function observationsOf({ metrics, graph }: Incident): Observations {
  const origin = { node: "metrics", query: "q" };
  const material = noObservations(undefined);
  material.series = metrics.map(({ node, metric, statistic = "", points }) => ({
    ...origin,
    ...{ metric, statistic },
    service: serviceName(node),
    signal: signalOf(metric, statistic),
    points: points.map(([time, value]) => [time, value]),
  }));
  material.calls = graph.map(([caller, callee]) => ({
    ...origin,
    caller: serviceName(caller),
    callee: serviceName(callee),
  }));
  return material;
}

describe.skipIf(!PETSHOP_PRESENT)("over the incidents of ../shared/data/petshop", () => {
  test("with the noticed metric named, no wrong cause is likely, and metrics alone confirm nothing", () => {
    const incidents = petshopFolders().flatMap(petshop);
    const told = incidents.map((incident) => {
      const { target, noticedAt, cause } = incident;
      const wanted = {
        service: target.node,
        metric: target.metric,
        statistic: target.statistic,
        atMs: noticedAt * 1_000,
      };
      const { verdict, causes } = investigate(observationsOf(incident), wanted, undefined);
      return { certainty: verdict.certainty, isRight: causes[0]?.service === serviceName(cause) };
    });
    expect(told.filter(({ certainty }) => certainty === "confirmed")).toEqual([]);
    const likely = told.filter(({ certainty }) => certainty === "likely");
    expect(likely.length).toBeGreaterThanOrEqual(0.75 * incidents.length);
    expect(likely.filter(({ isRight }) => !isRight)).toEqual([]);
  });
});
