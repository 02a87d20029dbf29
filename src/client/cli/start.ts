/** Starts a run and follows it: what `run`, `plan-and-run` and the demo share, and how each ends. */
import type { Report } from "../../core/report.js";
import type { Graph } from "../../schema/graph.js";
import { EXIT } from "../../vocabulary/codes.js";
import { factsOf, type Problem } from "../../vocabulary/problems.js";
import { withoutEnd } from "../../vocabulary/without-ends.js";
import type { Runs } from "../runs.js";
import { answerText } from "./answer-text.js";
import { openRuns } from "./backend.js";
import { done, type Ending, exitForOutcome, failed } from "./ending.js";
import { type Followed, follow } from "./follow.js";
import { endingLine, failuresOf } from "./run-text.js";
import { ownName, type Session } from "./session.js";
import { style } from "./text.js";

export interface StartOptions {
  dryRun?: boolean;
  detach?: boolean;
  waitSeconds?: number;
  workerDecides?: boolean;
}

export interface Wish {
  graph: Graph;
  trigger: string;
  /** Where the page is served, if that is known. */
  facadeUrl?: string;
  /** How this program is called in the commands that are shown. Default: `autoops`. */
  program?: string;
}

export async function startAndFollow(session: Session, wish: Wish, options: StartOptions): Promise<Ending> {
  const opened = await openRuns(session.environment);
  if (!opened.ok) return failed(opened.problems);
  try {
    return await startWith(session, opened.runs, wish, options);
  } finally {
    await opened.close();
  }
}

export async function startWith(session: Session, runs: Runs, wish: Wish, options: StartOptions): Promise<Ending> {
  const { print } = session;
  const { graph, trigger, program = "autoops" } = wish;
  const started = await runs.start({ graph, requester: ownName(), dryRun: options.dryRun, trigger });
  if (!started.ok) return failed(started.problems);
  const { runId, runKey, webUrl, dryRun } = started.value;
  print.say(`${style.green("started")} ${style.bold(runId)}${dryRun ? " (dry run)" : ""}`);
  if (webUrl !== undefined) print.say(`  Temporal Web UI: ${webUrl}`);
  const run = { runId, runKey, webUrl };
  if (options.detach) {
    print.say(`  next: ${program} watch ${runId}`);
    return done({ ...run, status: "started" });
  }
  const pageUrl = wish.facadeUrl === undefined ? undefined : pageOf(wish.facadeUrl, runId);
  const waitMs = options.waitSeconds === undefined ? undefined : options.waitSeconds * 1_000;
  const followed = await follow(session, runs, { runId, waitMs, program, pageUrl });
  return endingOf(session, followed, run, program);
}

interface RunNames {
  runId: string;
  runKey?: string;
  webUrl?: string;
}

/** What following came to, told to people, with the exit code for it. */
export function endingOf(session: Session, followed: Followed, run: RunNames, program = "autoops"): Ending {
  const { print } = session;
  switch (followed.kind) {
    case "ended":
      return endingOfReport(session, followed.report, run, program);
    case "left":
      print.say();
      print.say(`${style.yellow("detached")}; ${run.runId} goes on`);
      print.say(`  next: ${program} watch ${run.runId}   (or ${program} cancel ${run.runId})`);
      return { exit: EXIT.interrupted, document: { ok: false, problems: [], ...run, status: "detached" } };
    case "goes-on":
      print.say(`${style.yellow("still running")}: waited long enough; ${run.runId} goes on`);
      print.say(`  next: ${program} watch ${run.runId}`);
      return { exit: EXIT.stillRunning, document: { ok: false, problems: [], ...run, status: "running" } };
    case "lost":
      return failed(followed.problems, { ...run, status: isAway(followed.problems) ? "unknown" : "failed" });
  }
}

/** Whether the problems leave open how the run goes on; all others say how it ended without a report. */
function isAway(problems: readonly Problem[]): boolean {
  return problems.some((problem) => factsOf(problem.code).exit === EXIT.unreachable);
}

function endingOfReport(session: Session, report: Report, run: RunNames, program: string): Ending {
  const { print } = session;
  print.say();
  for (const line of answerText(report, whereAllIs(run.runId, program))) print.result(line);
  print.say();
  print.say(endingLine(report));
  if (run.webUrl !== undefined) print.say(`  Temporal Web UI: ${run.webUrl}`);
  const { outcome } = report;
  const document = { ok: outcome === "succeeded", problems: failuresOf(report), ...run, status: outcome, report };
  return { exit: exitForOutcome(outcome), document };
}

/** A program that is called by a long line is the demo's: its report goes with it. */
const whereAllIs = (runId: string, program: string): string | undefined =>
  program.includes(" ") ? undefined : `everything: ${program} report ${runId} --full`;

/** The run on the page that the façade serves. */
export function pageOf(facadeUrl: string, runId: string): string {
  return `${withoutEnd(facadeUrl, /\//)}/#/runs/${encodeURIComponent(runId)}`;
}
