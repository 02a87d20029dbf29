/** What memory asks of a run's history: the graph as it was given, and what its nodes returned. */

import type { RunView } from "../../core/report/view.js";
import { digestOf } from "../../platform/digest.js";
import type { Graph } from "../../schema/graph.js";
import type { Result } from "../../vocabulary/result.js";
import type { RunsOptions } from "./context.js";
import { Histories } from "./histories.js";
import { attempt, refusal, runNotFound } from "./temporal-errors.js";
import { find } from "./view.js";

export interface Recalled {
  graph: Graph;
  /** Of the graph as it was given: the digest that the audit log has too. */
  graphDigest: string;
  view: RunView;
}

export async function recallRun(
  runId: string,
  options: Pick<RunsOptions, "client" | "namespace">,
): Promise<Result<Recalled>> {
  const histories = new Histories(options);
  const found = await find(runId, histories);
  if (!found.ok) return found;
  return attempt(runId, async () => {
    const { start } = found.value.newest;
    if (start.graph === undefined) return refusal(runNotFound(runId));
    const view = found.value.fold.view();
    return { ok: true, value: { graph: start.graph, graphDigest: digestOf(start.given), view } };
  });
}
