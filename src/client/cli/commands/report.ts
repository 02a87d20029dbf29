/** `autoops report RUN`: the report of a run that has ended, as Markdown; with `--chart FILE`, its chart as well. */
import { EXIT } from "../../../vocabulary/codes.js";
import { withRuns } from "../backend.js";
import { done, type Ending, failed } from "../ending.js";
import { writeChart } from "../run-chart.js";
import type { Session } from "../session.js";
import { readable } from "../text.js";

const LOOK_MS = 1_000;

export function report(
  session: Session,
  [runId = ""]: readonly string[],
  { chart }: { chart?: string } = {},
): Promise<Ending> {
  return withRuns(session, async (runs) => {
    const answer = await runs.report(runId, LOOK_MS);
    if (!answer.ok) return failed(answer.problems);
    if (answer.value === undefined) {
      session.print.note(`${runId} has not ended: it has no report yet; next: autoops watch ${runId}`);
      return { exit: EXIT.stillRunning, document: { ok: false, problems: [], runId: runId, status: "running" } };
    }
    const text = answer.value.text.trimEnd();
    session.print.result(session.print.isTerminal ? readable(text) : text);
    if (chart === undefined) return done({ report: answer.value });
    const written = await writeChart(runs, runId, chart, session.environment);
    if (!written.ok) return failed(written.problems);
    session.print.say(`the chart is in ${chart}`);
    return done({ report: answer.value, chart });
  });
}
