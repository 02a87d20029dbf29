/**
 * `autoops report RUN`: the answer of a run that has ended; `--full` all that it rests on, `--format` as a document, and
 * with `--chart FILE` its chart as well.
 */
import { reportHtml } from "../../../core/report/html.js";
import { reportMarkdown } from "../../../core/report/markdown.js";
import { postmortemMarkdown } from "../../../core/report/postmortem.js";
import { answerIn, type Report } from "../../../core/report.js";
import { readEnvironment } from "../../../platform/environment.js";
import { createReportStore } from "../../../platform/reports.js";
import { storesOf } from "../../../platform/stores.js";
import { EXIT } from "../../../vocabulary/codes.js";
import { visibleJson } from "../../../vocabulary/visible.js";
import type { Runs } from "../../runs.js";
import { answerText, fullText, LOCAL } from "../answer-text.js";
import { openRuns } from "../backend.js";
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

export async function report(
  session: Session,
  [runId = ""]: readonly string[],
  options: Options = {},
): Promise<Ending> {
  const opened = await openRuns(session.environment);
  if (!opened.ok) {
    // What is kept of a run that has ended needs no server: the one that ran it may have ended with it.
    const kept = options.chart === undefined ? await keptReport(session.environment, runId) : undefined;
    return kept === undefined ? failed(opened.problems) : shown(session, kept, options);
  }
  try {
    return await reported(session, opened.runs, runId, options);
  } finally {
    await opened.close();
  }
}

async function reported(session: Session, runs: Runs, runId: string, options: Options): Promise<Ending> {
  const answer = await runs.report(runId, POLL_MS);
  if (!answer.ok) return failed(answer.problems);
  const found = answer.value;
  if (found === undefined) {
    session.print.note(`${runId} has not ended: it has no report yet; next: autoops watch ${runId}`);
    return { exit: EXIT.stillRunning, document: { ok: false, problems: [], runId: runId, status: "running" } };
  }
  const { chart } = options;
  const ending = shown(session, found, options);
  if (chart === undefined) return ending;
  const written = await writeChart(runs, runId, chart, session.environment);
  if (!written.ok) return failed(written.problems);
  session.print.say(`the chart is in ${chart}`);
  return done({ report: found, chart });
}

function shown({ print }: Session, found: Report, { full, format }: Options): Ending {
  const more = `everything: autoops report ${found.runId} --full`;
  if (format !== undefined) print.raw(documentOf(found, format));
  else for (const line of full === true ? fullText(found) : answerText(found, more)) print.result(line);
  return done({ report: found });
}

async function keptReport(variables: Session["environment"], runId: string): Promise<Report | undefined> {
  const read = readEnvironment(variables);
  if (!read.ok) return undefined;
  const { environment } = read;
  return createReportStore(storesOf(environment).reports, environment.payloadKeys).get(runId);
}

function documentOf(report: Report, format: ReportFormat): string {
  const answer = answerIn(report);
  if (format === "json") return `${visibleJson(JSON.stringify(report, undefined, 2))}\n`;
  if (format === "html") return reportHtml(report, answer, LOCAL);
  if (format === "postmortem") return postmortemMarkdown(report, answer, LOCAL);
  return reportMarkdown(report, answer, LOCAL);
}
