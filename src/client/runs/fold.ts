/**
 * A run rebuilt from its Temporal history, without a worker: events in, the run and what happened in it out. What a
 * workflow task did is taken in when the task is complete, with the task's own time, as the workflow saw it.
 */
import { checkedGraph } from "../../core/check/checked-graph.js";
import type { Verdict } from "../../core/check.js";
import { type RunView, viewOf } from "../../core/report/view.js";
import { begin } from "../../core/run/apply.js";
import { createRun, type Run, resumeRun } from "../../core/run/run.js";
import type { AskedGate } from "../../core/run/state.js";
import { SKIPS } from "../../vocabulary/names.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { RunHappening } from "./contract.js";
import { type Change, createWatch, type Watch } from "./fold/changes.js";
import { type Ending, endingOf } from "./fold/ending.js";
import { endActivity, Jobs } from "./fold/jobs.js";
import { Mirror } from "./fold/mirror.js";
import { type RunStart, startOf, uncheckedGraph } from "./fold/start.js";
import { createTask, failureOfTask, isOfTask, type Task } from "./fold/task.js";
import { type Outcome, Votes } from "./fold/votes.js";
import { type HistoryEvent, idOf, msOf } from "./payloads.js";

/** `position` is the place of this execution in the chain of those that continued as new. */
export class Fold {
  start: RunStart | undefined;
  ending: Ending | undefined;
  /** What a worker said when it could not go on with the run; undefined once one could. */
  failing: string | undefined;
  readonly #workflowId: string;
  readonly #position: number;
  readonly #startedAt = new Map<number, { atMs: number; isLast: boolean }>();
  readonly #jobs = new Jobs();
  #task: Task | undefined;
  #mirror: Mirror | undefined;
  #votes: Votes | undefined;
  #watch: Watch | undefined;
  #knowsSkips = false;
  #told: Change[] = [];

  constructor(workflowId: string, position: number) {
    this.#workflowId = workflowId;
    this.#position = position;
  }

  /** Takes in the next event of the history. */
  add(event: HistoryEvent): RunHappening[] {
    const before = this.#task !== undefined && !isOfTask(event) ? this.endTask() : [];
    return [...before, ...this.#take(event)];
  }

  /** To be called where the history ends for now: plays what the finished workflow task did. */
  endTask(): RunHappening[] {
    const done = this.#task;
    this.#task = undefined;
    if (done === undefined || this.start === undefined) return [];
    this.#told = [];
    this.#play(done, this.start);
    if (this.ending !== undefined && this.ending.kind !== "continued") this.#told.push(runEnded(this.ending));
    return this.#told.map((change, index) => this.#happening(`${done.id}.${index}`, change));
  }

  view(): RunView {
    const from = this.start as RunStart;
    const run = this.#mirror?.run ?? createRun(uncheckedGraph(from), from.atMs);
    const shown = viewOf(run, from.facts);
    return this.ending === undefined ? shown : endedView(shown, this.ending);
  }

  /** The newest question about a node, also where the workflow has not seen it yet. */
  askedOf(node: string): Partial<AskedGate> | undefined {
    return this.#jobs.askedOf(node);
  }

  digestOf(node: string): string | undefined {
    return this.askedOf(node)?.digest;
  }

  #take(event: HistoryEvent): RunHappening[] {
    const id = idOf(event.eventId);
    this.start ??= startOf(event, this.#workflowId);
    if (event.workflowExecutionStartedEventAttributes && this.#position === 0) {
      const started = { atMs: msOf(event.eventTime), kind: "run-started" as const, text: "the run was started" };
      return [this.#happening(`${id}`, started)];
    }
    const began = event.workflowTaskStartedEventAttributes;
    if (began) {
      this.#startedAt.set(id, { atMs: msOf(event.eventTime), isLast: began.suggestContinueAsNew === true });
    }
    const completed = event.workflowTaskCompletedEventAttributes;
    this.failing = completed ? undefined : (failureOfTask(event) ?? this.failing);
    if (completed) {
      const at = this.#startedAt.get(idOf(completed.startedEventId));
      this.#task = createTask(id, at?.atMs ?? msOf(event.eventTime), at?.isLast === true);
      return [];
    }
    this.ending ??= endingOf(event);
    if (this.#task !== undefined && isOfTask(event)) {
      this.#task.events.push(event);
      this.#jobs.note(event);
      return [];
    }
    const change = this.#jobs.take(event) ?? (this.ending === undefined ? undefined : runEnded(this.ending));
    return change === undefined ? [] : [this.#happening(`${id}`, change)];
  }

  #play(done: Task, from: RunStart): void {
    this.#knowsSkips ||= done.learned(SKIPS);
    if (this.#mirror === undefined && from.carried !== undefined) this.#resume(from.carried, done);
    if (this.#mirror !== undefined) {
      this.#mirror.isStarting = !done.isLast;
      this.#playJobs(done, this.#mirror);
    }
    for (const marker of done.markers()) {
      const before = this.#told.length;
      if (marker.kind === "checked" && this.#mirror === undefined) this.#admit(marker.verdict, marker.atMs, done);
      else if (marker.kind === "verified") this.#tell(this.#votes?.verified(marker.seq, marker.verdict), before);
      else if (marker.kind === "edit-checked") {
        this.#tell(this.#votes?.checkedEdit(marker.seq, marker.verdict), before);
      }
    }
    for (const { timerId, summary } of done.timers()) this.#mirror?.bindTimer(timerId, summary);
  }

  #playJobs(done: Task, on: Mirror): void {
    for (const job of this.#jobs.ready(done.updates())) {
      const before = this.#told.length;
      // To a run of an older worker that answer says nothing.
      if (job.kind === "decision" && job.decision === "skip" && !this.#knowsSkips) continue;
      if (job.kind === "decision") this.#tell(this.#votes?.take(job.value, job.decision, done.atMs), before);
      else if (job.kind === "event") on.dispatch({ kind: "event-arrived", event: job.event, atMs: done.atMs });
      else if (job.kind === "timer") on.fireTimer(job.timerId, done.atMs);
      else if (job.kind === "cancel") on.cancel(done.atMs);
      else {
        const retried = endActivity(job, on, done.atMs);
        this.#told.splice(before, 0, ...retried);
      }
    }
  }

  /** The check said yes: the run begins. */
  #admit(verdict: Verdict, atMs: number, done: Task): void {
    const { start } = this;
    if (start?.graph === undefined) return;
    const { graph } = start;
    const checked = checkedGraph(graph, { ...verdict, dryRun: verdict.dryRun || start.dryRun });
    const run = createRun(checked, atMs, start.facts.requester);
    const gates = Object.keys(verdict.gates).length;
    const text = `the check accepted ${graph.nodes.length} nodes, ${gates} of them with a gate`;
    this.#told.push({ atMs, kind: "graph-checked", text, status: "accepted" });
    this.#watch = createWatch(run);
    // The check itself was the first activity.
    const mirror = this.#mirrorOf(run, 1);
    begin(run, atMs);
    this.#observe(atMs);
    mirror.pump(atMs);
    // Decisions that came while the check was on its way waited for it.
    this.#playJobs({ ...done, atMs }, mirror);
  }

  #resume(carried: NonNullable<RunStart["carried"]>, done: Task): void {
    if (this.start?.graph === undefined) return;
    const graph = checkedGraph(this.start.graph, carried.verdict);
    const run = resumeRun(graph, carried.state, this.start.facts.requester);
    this.#watch = createWatch(run);
    // That the state is proven is the first activity.
    this.#mirrorOf(run, carried.seal === undefined ? 0 : 1, done.atMs).pump(done.atMs);
  }

  #mirrorOf(run: Run, activities: number, resumedAtMs?: number): Mirror {
    const mirror = new Mirror(run, { activities, resumedAtMs, onStep: (atMs) => this.#observe(atMs) });
    this.#mirror = mirror;
    this.#votes = new Votes(mirror);
    return mirror;
  }

  #observe(atMs: number): void {
    this.#told.push(...(this.#watch?.observe(atMs) ?? []));
  }

  /** The decision comes before what it brought about. */
  #tell(outcome: Outcome | undefined, index: number): void {
    if (outcome === undefined) return;
    const { node, decision, approver, result: status, atMs } = outcome;
    const text = `${approver || "somebody"}: ${decision} (${status})`;
    this.#told.splice(index, 0, { atMs, kind: "decided", text, status, node: node === "" ? undefined : node });
  }

  #happening(id: string, change: Change): RunHappening {
    return { id: `${this.#position}.${id}`, ...change };
  }
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
