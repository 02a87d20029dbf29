/**
 * `autoops report RUN`: the answer of a run that has ended; `--full` all that it rests on, `--format` as a document, and
 * with `--chart FILE` its chart as well.
 */
import { reportHtml } from "../../../core/report/html.js";
import { reportMarkdown } from "../../../core/report/markdown.js";
import { postmortemMarkdown } from "../../../core/report/postmortem.js";
import { answerIn, type Report } from "../../../core/report.js";
import { EXIT } from "../../../vocabulary/codes.js";
import { visibleJson } from "../../../vocabulary/visible.js";
import { answerText, fullText, LOCAL } from "../answer-text.js";
import { withRuns } from "../backend.js";
import { done, type Ending, failed } from "../ending.js";
import { writeChart } from "../run-chart.js";
import type { Session } from "../session.js";

const POLL_MS = 1_000;

export type ReportFormat = "md" | "html" | "json" | "postmortem";

interface Options {
  chart?: string;
  full?: boolean;
  format?: ReportFormat;
}

export function report(session: Session, [runId = ""]: readonly string[], options: Options = {}): Promise<Ending> {
  const { chart, full, format } = options;
  return withRuns(session, async (runs) => {
    const answer = await runs.report(runId, POLL_MS);
    if (!answer.ok) return failed(answer.problems);
    const found = answer.value;
    if (found === undefined) {
      session.print.note(`${runId} has not ended: it has no report yet; next: autoops watch ${runId}`);
      return { exit: EXIT.stillRunning, document: { ok: false, problems: [], runId: runId, status: "running" } };
    }
    if (format !== undefined) session.print.raw(documentOf(found, format));
    else if (full === true) for (const line of fullText(found)) session.print.result(line);
    else for (const line of answerText(found, `everything: autoops report ${runId} --full`)) session.print.result(line);
    if (chart === undefined) return done({ report: found });
    const written = await writeChart(runs, runId, chart, session.environment);
    if (!written.ok) return failed(written.problems);
    session.print.say(`the chart is in ${chart}`);
    return done({ report: found, chart });
  });
}

function documentOf(report: Report, format: ReportFormat): string {
  const answer = answerIn(report);
  if (format === "json") return `${visibleJson(JSON.stringify(report, undefined, 2))}\n`;
  if (format === "html") return reportHtml(report, answer, LOCAL);
  if (format === "postmortem") return postmortemMarkdown(report, answer, LOCAL);
  return reportMarkdown(report, answer, LOCAL);
}
