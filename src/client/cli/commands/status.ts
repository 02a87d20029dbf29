/** `autoops status [RUN]`: a run as it is now; without one, what runs, what waits for people, and whether a worker polls. */
import type { RunAnswer, RunSummary, Runs } from "../../runs.js";
import type { Writes } from "../../writes.js";
import { withWrites } from "../backend.js";
import { done, type Ending, failed } from "../ending.js";
import { untoldLines } from "../gate-text.js";
import { runTable } from "../run-list.js";
import { nodeTable } from "../run-text.js";
import type { Session } from "../session.js";
import { clock, oneLine, style } from "../text.js";
import { pauseLines } from "../writes-text.js";

const LISTED_MAX = 100;

export function status(session: Session, [runId]: readonly string[]): Promise<Ending> {
  return withWrites(session, (writes, runs) =>
    runId === undefined ? statusOfAll(session, runs, writes) : statusOf(session, runs, runId, writes),
  );
}

async function statusOf(session: Session, runs: Runs, runId: string, writes: Writes): Promise<Ending> {
  const [answer, held] = await Promise.all([runs.view(runId), writes.view()]);
  if (!answer.ok) return failed(answer.problems);
  sayRun(session, answer.value);
  if (held.ok) for (const line of pauseLines(held.value)) session.print.result(line);
  const { view, source, waitsForWorker, failing, webUrl } = answer.value;
  const known = held.ok ? { writes: held.value } : {};
  return done({ run: view, source, waitsForWorker, failing, webUrl: webUrl, ...known });
}

function sayRun(session: Session, { view, source, waitsForWorker, failing, webUrl }: RunAnswer): void {
  const { print } = session;
  for (const line of nodeTable(view, Date.now())) print.result(line);
  print.result();
  print.result(`  goal: ${oneLine(view.goal)}`);
  print.result(`  asked for by ${oneLine(view.requester)} · ${view.environment} · started ${clock(view.startedAtMs)}`);
  if (webUrl !== undefined) print.result(`  Temporal Web UI: ${webUrl}`);
  for (const gate of view.gates) {
    if (gate.status !== "open") continue;
    print.result(`  ${style.yellow("waits for approval")}: ${oneLine(gate.nodeName)} until ${clock(gate.deadlineMs)}`);
    for (const line of untoldLines(gate)) print.result(line);
    print.result(`    next: autoops approve ${view.runId} ${gate.nodeId}   (or reject)`);
  }
  if (waitsForWorker) print.note("no worker polls for this run; start one with: autoops worker");
  if (failing !== undefined) {
    print.note(`${style.red("stuck")}: a worker takes it up and cannot go on: ${oneLine(failing)}`);
    print.note(`  a worker of another build may; to end it: temporal workflow terminate --workflow-id ${view.runId}`);
  } else if (source === "history" && view.endedAtMs === undefined) {
    print.note("no worker answered: this was rebuilt from the run's history");
  }
}

async function statusOfAll(session: Session, runs: Runs, writes: Writes): Promise<Ending> {
  const { print } = session;
  const listing = runs.list({ limit: LISTED_MAX, openOnly: true });
  const [list, worker, held] = await Promise.all([listing, runs.hasWorker(), writes.view()]);
  if (!list.ok) return failed(list.problems);
  if (!worker.ok) return failed(worker.problems);
  if (!held.ok) return failed(held.problems);
  for (const line of pauseLines(held.value)) print.result(line);
  const open: RunSummary[] = list.value.runs;
  if (open.length === 0) print.result("nothing runs");
  for (const line of runTable(open, Date.now())) print.result(line);
  const waiting = open.filter((run) => run.pendingApprovals > 0).length;
  if (waiting > 0) print.result(`${style.yellow(`${waiting} run(s) wait for approval`)}: autoops inbox`);
  if (!worker.value) {
    print.note(
      open.length === 0
        ? "no worker polls; start one with: autoops worker"
        : `no worker polls: ${open.length} run(s) wait for one; start one with: autoops worker`,
    );
  }
  return done({ runs: open, workerPolls: worker.value, waitingForApproval: waiting, writes: held.value });
}
