/** What no figure may fall below. */
import { CLUSTER_METHOD } from "./clusters.js";
import type { Scorecard } from "./page.js";

export interface Floors {
  /** By set: shares of `rankCauses`, first and among three. */
  causes: Record<string, { first: number; three: number }>;
  /** By set: shares of `kubernetes_state`. */
  clusters: Record<string, { first: number; three: number }>;
  /** By log: grouping accuracy. */
  logs: Record<string, number>;
}

/** One sentence for each figure below its floor. What was not measured is not judged. */
export function belowFloors({ causes, clusters, logs }: Scorecard, floors: Floors): string[] {
  const all = { ...floors.causes, ...floors.clusters };
  const ranked = [...causes.figures, ...clusters]
    .filter(({ method }) => method === "rankCauses" || method === CLUSTER_METHOD)
    .flatMap(({ set, cases, first, three }) => {
      const floor = all[set];
      if (floor === undefined) return [`${set} has no floor in bench/eval/floors.json`];
      return [
        ...(first / cases < floor.first ? [`${set}: top-1 ${first} of ${cases} is below ${floor.first}`] : []),
        ...(three / cases < floor.three ? [`${set}: top-3 ${three} of ${cases} is below ${floor.three}`] : []),
      ];
    });
  const grouped = logs.flatMap(({ log, ours }) => {
    const floor = floors.logs[log] ?? 0;
    return ours < floor ? [`${log}: grouping accuracy ${ours.toFixed(3)} is below ${floor}`] : [];
  });
  return [...ranked, ...grouped];
}
