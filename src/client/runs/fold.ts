/**
 * A run rebuilt from its Temporal history, without a worker: events in, the run and what happened in it out. What a
 * workflow task did is taken in when the task is complete, with the task's own time, as the workflow saw it.
 */
import { checkedGraph } from "../../core/check/checked-graph.js";
import type { Verdict } from "../../core/check.js";
import { type RunView, viewOf } from "../../core/report/view.js";
import { begin } from "../../core/run/apply.js";
import { createRun, resumeRun } from "../../core/run/run.js";
import type { AskedGate } from "../../core/run/state.js";
import { SKIPS } from "../../vocabulary/names.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { RunHappening } from "./contract.js";
import { type Change, createWatch, type Watch } from "./fold/changes.js";
import { type Ending, endingOf } from "./fold/ending.js";
import { createJobs, type Jobs } from "./fold/jobs.js";
import { createMirror, type Mirror } from "./fold/mirror.js";
import { type RunStart, startOf, uncheckedGraph } from "./fold/start.js";
import { createTask, failureOfTask, isOfTask, type Task } from "./fold/task.js";
import { createVotes, type Votes } from "./fold/votes.js";
import { type HistoryEvent, idOf, msOf } from "./payloads.js";

export interface Fold {
  /** Takes in the next event of the history. */
  add(event: HistoryEvent): RunHappening[];
  /** To be called where the history ends for now. */
  endTask(): RunHappening[];
  view(): RunView;
  readonly start: RunStart | undefined;
  readonly ending: Ending | undefined;
  /** What a worker said when it could not go on with the run; undefined once one could. */
  readonly failing: string | undefined;
  /** Digest of the newest question about a node, also where the workflow has not seen it yet. */
  digestOf(node: string): string | undefined;
  /** The whole of that question. */
  askedOf(node: string): Partial<AskedGate> | undefined;
}

/** `position` is the place of this execution in the chain of those that continued as new. */
export function createFold(workflowId: string, position: number): Fold {
  let start: RunStart | undefined;
  let ending: Ending | undefined;
  let failing: string | undefined;
  let task: Task | undefined;
  let mirror: Mirror | undefined;
  let votes: Votes | undefined;
  let watch: Watch | undefined;
  let knowsSkips = false;
  let told: Change[] = [];
  const startedAt = new Map<number, { atMs: number; isLast: boolean }>();
  const jobs: Jobs = createJobs();

  function add(event: HistoryEvent): RunHappening[] {
    const before = task !== undefined && !isOfTask(event) ? endTask() : [];
    return [...before, ...take(event)];
  }

  function take(event: HistoryEvent): RunHappening[] {
    const id = idOf(event.eventId);
    start ??= startOf(event, workflowId);
    if (event.workflowExecutionStartedEventAttributes && position === 0) {
      return [happening(`${id}`, { atMs: msOf(event.eventTime), kind: "run-started", text: "the run was started" })];
    }
    const began = event.workflowTaskStartedEventAttributes;
    if (began) startedAt.set(id, { atMs: msOf(event.eventTime), isLast: began.suggestContinueAsNew === true });
    const completed = event.workflowTaskCompletedEventAttributes;
    failing = completed ? undefined : (failureOfTask(event) ?? failing);
    if (completed) {
      const at = startedAt.get(idOf(completed.startedEventId));
      task = createTask(id, at?.atMs ?? msOf(event.eventTime), at?.isLast === true);
      return [];
    }
    ending ??= endingOf(event);
    if (task !== undefined && isOfTask(event)) {
      task.events.push(event);
      jobs.note(event);
      return [];
    }
    const change = jobs.take(event) ?? (ending === undefined ? undefined : runEnded(ending));
    return change === undefined ? [] : [happening(`${id}`, change)];
  }

  /** Plays what the finished workflow task did. */
  function endTask(): RunHappening[] {
    const done = task;
    task = undefined;
    if (done === undefined || start === undefined) return [];
    told = [];
    play(done, start);
    if (ending !== undefined && ending.kind !== "continued") told.push(runEnded(ending));
    return told.map((change, index) => happening(`${done.id}.${index}`, change));
  }

  function play(done: Task, from: RunStart): void {
    knowsSkips ||= done.learned(SKIPS);
    if (mirror === undefined && from.carried !== undefined) resume(from.carried, done);
    if (mirror !== undefined) {
      mirror.mayStart = !done.isLast;
      playJobs(done, mirror);
    }
    for (const marker of done.markers()) {
      if (marker.kind === "checked" && mirror === undefined) admit(marker.verdict, marker.atMs, done);
      else if (marker.kind === "verified") {
        const before = told.length;
        tell(votes?.verified(marker.seq, marker.verdict), before);
      } else if (marker.kind === "edit-checked") {
        const before = told.length;
        tell(votes?.checkedEdit(marker.seq, marker.verdict), before);
      }
    }
    for (const { timerId, summary } of done.timers()) mirror?.bindTimer(timerId, summary);
  }

  function playJobs(done: Task, on: Mirror): void {
    for (const job of jobs.ready(done.updates())) {
      const before = told.length;
      // To a run of an older worker that answer says nothing.
      if (job.kind === "decision" && job.decision === "skip" && !knowsSkips) continue;
      if (job.kind === "decision") tell(votes?.take(job.value, job.decision, done.atMs), before);
      else if (job.kind === "event") on.report({ kind: "event-arrived", event: job.event, atMs: done.atMs });
      else if (job.kind === "timer") on.fireTimer(job.timerId, done.atMs);
      else if (job.kind === "cancel") on.cancel(done.atMs);
      else told.splice(before, 0, ...jobs.perform(job, on, done.atMs));
    }
  }

  /** The check said yes: the run begins. */
  function admit(verdict: Verdict, atMs: number, done: Task): void {
    const graph = start?.graph;
    if (graph === undefined || start === undefined) return;
    const checked = checkedGraph(graph, { ...verdict, dryRun: verdict.dryRun || start.dryRun });
    const run = createRun(checked, atMs, start.facts.requester);
    const gates = Object.keys(verdict.gates).length;
    const text = `the check accepted ${graph.nodes.length} nodes, ${gates} of them with a gate`;
    told.push({ atMs, kind: "graph-checked", text, status: "accepted" });
    watch = createWatch(run);
    // The check itself was the first activity.
    prepare(createMirror(run, 1, observe));
    begin(run, atMs);
    observe(atMs);
    mirror?.pump(atMs);
    // Decisions that came while the check was on its way waited for it.
    if (mirror !== undefined) playJobs({ ...done, atMs }, mirror);
  }

  function resume(carried: NonNullable<RunStart["carried"]>, done: Task): void {
    if (start?.graph === undefined) return;
    const run = resumeRun(checkedGraph(start.graph, carried.verdict), carried.state, start.facts.requester);
    watch = createWatch(run);
    // That the state is proven is the first activity.
    prepare(createMirror(run, carried.seal === undefined ? 0 : 1, observe, done.atMs));
    mirror?.pump(done.atMs);
  }

  function prepare(made: Mirror): void {
    mirror = made;
    votes = createVotes(made);
  }

  function observe(atMs: number): void {
    told.push(...(watch?.observe(atMs) ?? []));
  }

  /** The decision comes before what it brought about. */
  function tell(outcome: ReturnType<Votes["take"]>, index: number): void {
    if (outcome === undefined) return;
    const { node, decision, approver, result: status, atMs } = outcome;
    const text = `${approver || "somebody"}: ${decision} (${status})`;
    told.splice(index, 0, { atMs, kind: "decided", text, status, node: node === "" ? undefined : node });
  }

  function view(): RunView {
    const from = start as RunStart;
    const run = mirror?.run ?? createRun(uncheckedGraph(from), from.atMs);
    const shown = viewOf(run, from.facts);
    return ending === undefined ? shown : endedView(shown, ending);
  }

  const happening = (id: string, change: Change): RunHappening => ({ id: `${position}.${id}`, ...change });

  return {
    add,
    endTask,
    view,
    digestOf: (node) => jobs.askedOf(node)?.digest,
    askedOf: (node) => jobs.askedOf(node),
    get start() {
      return start;
    },
    get ending() {
      return ending;
    },
    get failing() {
      return failing;
    },
  };
}

function runEnded(ending: Ending): Change {
  const { atMs, status, text } = ending;
  return { atMs, kind: "run-ended", status, text };
}

/** How Temporal says that it ended comes before what the state says. */
function endedView(view: RunView, ending: Ending): RunView {
  if (ending.kind === "completed" || ending.kind === "continued") return view;
  const problem: Problem = { code: ending.code, at: "run", message: ending.text };
  const gates = view.gates.map((gate) =>
    gate.status === "open" || gate.status === "asking"
      ? { ...gate, status: "withdrawn" as const, closedAtMs: ending.atMs }
      : gate,
  );
  const status = ending.kind === "terminated" ? "cancelled" : ending.status;
  const problems = [...view.problems, ...(ending.problems.length > 0 ? ending.problems : [problem])];
  return { ...view, status, gates, problems, endedAtMs: ending.atMs };
}
