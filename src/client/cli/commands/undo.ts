/** `autoops undo RUN`: takes back what a run changed, as a run of its own with a gate before each action. */

import { loadLocal } from "../../../app/local.js";
import { undoGraph } from "../../../core/run/undo-graph.js";
import { parseGraph } from "../../../schema/parse-graph.js";
import { type Ending, failed } from "../ending.js";
import { ADVISORY, noteWarnings, sayPlan } from "../plan-text.js";
import type { Session } from "../session.js";
import { type StartOptions, startWith } from "../start.js";

export async function undo(session: Session, [runId = ""]: readonly string[], options: StartOptions): Promise<Ending> {
  const { print } = session;
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const opened = await (await import("../../runs/open-runs.js")).openRuns(session.environment);
  if (!opened.ok) return failed(opened.problems);
  const { runs, graphOf, close } = opened.value;
  try {
    const [given, answer] = await Promise.all([graphOf(runId), runs.view(runId)]);
    if (!given.ok) return failed(given.problems);
    if (!answer.ok) return failed(answer.problems);
    const parsed = parseGraph(given.value);
    if (!parsed.ok) return failed(parsed.problems);
    const made = undoGraph(parsed.graph, answer.value.view, (tool) => local.registry.find(tool)?.nodeTypes[0]);
    if (!made.ok) return failed(made.problems);
    const outcome = local.check(made.graph);
    await sayPlan(print, made.graph, outcome);
    if (!outcome.ok && !options.workerDecides) return failed(outcome.problems);
    if (outcome.ok) noteWarnings(print, outcome.verdict.notices);
    print.note(ADVISORY);
    const facadeUrl = local.config.facadeUrl;
    return await startWith(session, runs, { graph: made.graph, trigger: "undo", facadeUrl }, options);
  } finally {
    await close();
  }
}
