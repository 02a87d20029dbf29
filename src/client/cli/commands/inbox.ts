/** `autoops inbox`: the gates that wait for a decision, those that close first at the top. */
import { withRuns } from "../backend.js";
import { done, type Ending, failed } from "../ending.js";
import { gateLines } from "../gate-text.js";
import type { Session } from "../session.js";
import { oneLine, style } from "../text.js";

export function inbox(session: Session): Promise<Ending> {
  return withRuns(session, async (runs) => {
    const answer = await runs.inbox();
    if (!answer.ok) return failed(answer.problems);
    const gates = [...answer.value].sort((a, b) => a.deadlineMs - b.deadlineMs);
    const { print } = session;
    if (gates.length === 0) print.result("nothing waits for a decision");
    const nowMs = Date.now();
    for (const gate of gates) {
      print.result(
        `${style.bold(oneLine(gate.runId))}  ${oneLine(gate.goal)}  (asked for by ${oneLine(gate.requester)})`,
      );
      const context = { runId: gate.runId, findings: gate.findings, nowMs, program: "autoops", asksHere: false };
      for (const line of gateLines(gate, context)) print.result(line);
      print.result();
    }
    return done({ gates });
  });
}
