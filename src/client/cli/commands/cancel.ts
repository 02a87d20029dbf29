/** `autoops cancel RUN`: asks a run to stop; it still ends with a report, and says how to take back what it changed. */
import { effectsToUndo } from "../../../core/run/undo-graph.js";
import { parseGraph } from "../../../schema/parse-graph.js";
import { openRuns } from "../backend.js";
import { done, type Ending, failed } from "../ending.js";
import type { Session } from "../session.js";

export async function cancel(session: Session, [runId = ""]: readonly string[]): Promise<Ending> {
  const opened = await openRuns(session.environment);
  if (!opened.ok) return failed(opened.problems);
  const { runs, graphOf, close } = opened;
  try {
    const answer = await runs.cancel(runId);
    if (!answer.ok) return failed(answer.problems);
    const { print } = session;
    print.result(`asked ${runId} to stop: its tools are stopped and its gates close`);
    const changed = await changedBy(runId, { runs, graphOf });
    if (changed.length > 0) {
      print.result(`it changed something before: ${changed.join(", ")}; what the run does not take back itself stays`);
      print.result(`to take it back, once the run has ended: autoops undo ${runId}`);
    }
    print.result(`next: autoops watch ${runId}`);
    return done({ runId: runId, status: "cancel-requested", changed });
  } finally {
    await close();
  }
}

/** Ids of finished effects that state an undo. That the run is told to stop does not hang on this. */
async function changedBy(
  runId: string,
  { runs, graphOf }: Pick<Extract<Awaited<ReturnType<typeof openRuns>>, { ok: true }>, "runs" | "graphOf">,
): Promise<string[]> {
  const [given, answer] = await Promise.all([graphOf(runId), runs.view(runId)]);
  if (!given.ok || !answer.ok) return [];
  const parsed = parseGraph(given.value);
  return parsed.ok ? effectsToUndo(parsed.graph, answer.value.view).map(({ id }) => id) : [];
}
