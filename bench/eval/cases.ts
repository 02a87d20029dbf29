/** What a case of root causes is, whatever set it comes from. */
import type { CallSpan } from "../../src/activities/tools/rca/rank-causes.js";
import type { MetricSeries, Target } from "../../src/activities/tools/rca/ranking/input.js";

export interface Case {
  name: string;
  category: string;
  metrics: MetricSeries[];
  graph: Array<[string, string]>;
  target: Target;
  noticedAt: number;
  /** Spans of the minutes around it, where the set has any. */
  spans?: CallSpan[];
  cause: string;
}

export type Ranking = (one: Case) => string[];
