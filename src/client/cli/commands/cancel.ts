/** `autoops cancel RUN`: asks a run to stop; it still ends with a report. */
import { withRuns } from "../backend.js";
import { done, type Ending, failed } from "../ending.js";
import type { Session } from "../session.js";

export function cancel(session: Session, [runId = ""]: readonly string[]): Promise<Ending> {
  return withRuns(session, async (runs) => {
    const answer = await runs.cancel(runId);
    if (!answer.ok) return failed(answer.problems);
    session.print.result(`asked ${runId} to stop: its tools are stopped and its gates close`);
    session.print.result(`next: autoops watch ${runId}`);
    return done({ runId: runId, status: "cancel-requested" });
  });
}
