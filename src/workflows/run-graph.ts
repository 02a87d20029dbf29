/**
 * `runGraph`: checks a graph, runs it exactly as read, and returns the report. Handlers first, then the story.
 * Loaded by the workflow sandbox: imports only what the bundle test lists.
 */
import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  makeContinueAsNewFunc,
  patched,
  proxyLocalActivities,
  workflowInfo,
} from "@temporalio/workflow";
import type { Activities } from "../activities/contract.js";
import { checkedGraph } from "../core/check/checked-graph.js";
import { withDefaults } from "../core/check/graph.js";
import type { CheckedGraph, Verdict } from "../core/check.js";
import { type RunFacts, viewOf } from "../core/report/view.js";
import { type Report, reportOf } from "../core/report.js";
import { begin } from "../core/run/apply.js";
import { carriedState } from "../core/run/continue-as-new.js";
import { createRun, resumeRun } from "../core/run/run.js";
import type { RunState } from "../core/run/state.js";
import type { GraphInput } from "../schema/graph.js";
import type { Stricter } from "../schema/run-input.js";
import { Decisions } from "./decisions.js";
import { showAttributes, showReport } from "./details.js";
import { PROVEN, refuseUnproven, SEALED, sealOf } from "./handing-over.js";
import { refuseUnreadable } from "./inputs.js";
import { Interpreter } from "./interpreter.js";
import { LOCAL_OPTIONS } from "./options.js";

/** The input of `runGraph`; anyone with a Temporal client may start it with this. */
export interface RunGraphInput {
  graph: GraphInput;
  /** Who asks for the run. */
  requester: string;
  /** Runs nothing and contacts nobody; the policy may force it, and a caller cannot lift it. */
  dry_run?: boolean;
  /** What the caller asks for beyond the policy; absent in older histories. */
  stricter?: Stricter;
}

/** What one run hands to the next when its history has grown long. */
interface Carried {
  runKey: string;
  verdict: Verdict;
  state: RunState;
  /** By a worker of ours, over all the rest; absent in older histories. */
  seal?: string;
}

const { check_edit, check_graph, store_report, verify_vote } = proxyLocalActivities<Activities>(LOCAL_OPTIONS);

export async function runGraph(input: RunGraphInput, carried?: Carried): Promise<Report> {
  refuseUnreadable(input, "an object with graph and requester");
  const info = workflowInfo();
  // Only a run of ours that continued as new may hand over a state, and proves that it did: a caller's is not looked at.
  const before = info.continuedFromExecutionRunId === undefined ? undefined : carried;
  const facts: RunFacts = {
    runId: info.workflowId,
    runKey: before?.runKey ?? info.firstExecutionRunId,
    requester: input.requester,
  };
  // Before anything is awaited: the clock after that is not the same on replay.
  const beganMs = Date.now();
  if (before !== undefined && patched(PROVEN)) {
    const { seal, ...state } = before;
    await refuseUnproven(state, seal);
  }
  const handlers = new Decisions(facts, { verify_vote, check_edit });
  // A run that is cancelled while it is checked ends with a report, too.
  const { graph, atMs } =
    before === undefined ? await CancellationScope.nonCancellable(() => admit(input)) : resume(input, before, beganMs);
  const { requester } = facts;
  const run = before === undefined ? createRun(graph, atMs, requester) : resumeRun(graph, before.state, requester);
  if (before !== undefined) run.state.lineage.push(info.continuedFromExecutionRunId ?? "");
  const work = new CancellationScope({ cancellable: true });
  const interpreter = new Interpreter(run, facts, work);
  CancellationScope.current().cancelRequested.catch(() =>
    interpreter.dispatch({ kind: "cancel-requested", atMs: Date.now() }),
  );

  return CancellationScope.nonCancellable(async () => {
    if (before === undefined) begin(run, atMs);
    handlers.open(interpreter);
    interpreter.pump(atMs);
    const handedOver = (): Carried => ({ runKey: facts.runKey, verdict: graph.verdict, state: carriedState(run) });
    for (;;) {
      await condition(() => isOver(interpreter) || mustContinue(interpreter));
      await condition(allHandlersFinished);
      await condition(() => !interpreter.isTelling());
      if (isOver(interpreter)) return finish(interpreter, facts);
      const carried = handedOver();
      if (!patched(SEALED)) return continueRun(input, carried);
      const text = JSON.stringify(carried);
      const seal = await sealOf(carried);
      // A decision may have come meanwhile: it must not be left behind.
      const isStill = mustContinue(interpreter) && allHandlersFinished() && !interpreter.isTelling();
      if (isStill && JSON.stringify(handedOver()) === text) return continueRun(input, { ...carried, seal });
    }
  });
}

interface Admitted {
  graph: CheckedGraph;
  /** The time that the run begins with, the same on each replay. */
  atMs: number;
}

/** Asks the worker's policy. A refused graph is a failure that lists its problems. */
async function admit(input: RunGraphInput): Promise<Admitted> {
  const result = await check_graph(input, Date.now());
  if (!result.ok) {
    const first = result.problems[0]?.message ?? "it has problems";
    const more = result.problems.length > 1 ? ` (and ${result.problems.length - 1} more)` : "";
    throw ApplicationFailure.nonRetryable(`${first}${more}`, "graph-refused", { problems: result.problems });
  }
  const dryRun = result.verdict.dryRun || input.dry_run === true;
  const graph = checkedGraph(withDefaults(input.graph), { ...result.verdict, dryRun });
  return { graph, atMs: result.atMs ?? Date.now() };
}

function resume(input: RunGraphInput, { verdict }: Carried, atMs: number): Admitted {
  return { graph: checkedGraph(withDefaults(input.graph), verdict), atMs };
}

const isOver = (interpreter: Interpreter): boolean => interpreter.run.state.outcome !== undefined;
const mustContinue = (interpreter: Interpreter): boolean =>
  workflowInfo().continueAsNewSuggested && !interpreter.isBusy();

async function continueRun(input: RunGraphInput, carried: Carried): Promise<never> {
  return makeContinueAsNewFunc<typeof runGraph>()(input, carried);
}

async function finish(interpreter: Interpreter, facts: RunFacts): Promise<Report> {
  const { run } = interpreter;
  const { outcome, endedAtMs } = run.state;
  if (outcome === undefined || endedAtMs === undefined) throw new Error("a run that is over has an outcome");
  const report = reportOf(viewOf(run, facts), outcome, endedAtMs);
  showAttributes(run);
  showReport(report);
  // History is kept for a time only; a report that cannot be kept elsewhere is still the run's result.
  await store_report(report).catch(() => undefined);
  return report;
}
