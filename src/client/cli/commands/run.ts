/** `autoops run FILE|-`: shows the plan, starts the run, follows it to its end. */

import { loadLocal } from "../../../app/local.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { type Ending, failed } from "../ending.js";
import { readGraph } from "../input.js";
import { ADVISORY, noteWarnings, sayPlan } from "../plan-text.js";
import type { Session } from "../session.js";
import { type StartOptions, startAndFollow } from "../start.js";

export async function run(session: Session, [file = "-"]: readonly string[], options: StartOptions): Promise<Ending> {
  const read = await readGraph(session, file);
  if (!read.ok) return failed(read.problems);
  const local = await loadLocal(session.environment);
  if (!local.ok && !options.workerDecides) return failed(local.problems);
  if (local.ok) {
    const outcome = local.check(read.graph);
    await sayPlan(session.print, read.graph, outcome);
    if (!outcome.ok && !options.workerDecides) return failed(read.place(outcome.problems).map(withWayOut));
    if (outcome.ok) noteWarnings(session.print, read.place(outcome.verdict.notices));
    session.print.note(ADVISORY);
  }
  const facadeUrl = local.ok ? local.config.facadeUrl : undefined;
  return startAndFollow(session, { graph: read.graph, trigger: "cli", facadeUrl }, options);
}

const WAY_OUT = "if the worker has another policy, --worker-decides starts it all the same";

/** The first problem alone would do, but which one is read first is not ours to say. */
function withWayOut<P extends Problem>(problem: P, index: number): P {
  if (index > 0) return problem;
  return { ...problem, hint: problem.hint === undefined ? WAY_OUT : `${problem.hint}; ${WAY_OUT}` };
}
