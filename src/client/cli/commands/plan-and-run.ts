/** `autoops plan-and-run "<goal>"`: drafts a graph, shows it, and runs it once the user agrees. */
import { EXIT } from "../../../vocabulary/codes.js";
import { isConfirmed } from "../ask.js";
import { draft, type PlanningOptions } from "../draft.js";
import { type Ending, failed } from "../ending.js";
import { hasGoal } from "../goal-words.js";
import { ADVISORY, noteWarnings, plannerLine, sayPlan, undrafted } from "../plan-text.js";
import type { Session } from "../session.js";
import { type StartOptions, startAndFollow } from "../start.js";

interface Options extends PlanningOptions, StartOptions {
  yes?: boolean;
}

export async function planAndRun(session: Session, [goal]: readonly string[], options: Options): Promise<Ending> {
  if (!hasGoal(goal, options)) {
    const message = "a goal must be given, or --alert or --goal-file";
    return failed([{ code: "usage", at: "", message, hint: "autoops plan-and-run --help" }]);
  }
  const drafted = await draft(session, goal, options);
  if (!drafted.ok) return undrafted(session.print, drafted);
  const { graph, outcome, notices, local } = drafted;
  await sayPlan(session.print, graph, outcome);
  session.print.say(plannerLine(graph));
  noteWarnings(session.print, notices);
  if (!outcome.ok && !options.workerDecides) return failed(outcome.problems, { graph });
  session.print.note(ADVISORY);
  if (!options.yes) {
    const start = await asked(session);
    if (start === undefined) return notAsked();
    if (!start) {
      session.print.say("nothing was started");
      return { exit: EXIT.done, document: { ok: true, problems: [], status: "not-started", graph } };
    }
  }
  return startAndFollow(session, { graph, trigger: "cli", facadeUrl: local.config.facadeUrl }, options);
}

function notAsked(): Ending {
  const message = "this is not a terminal, so nobody can be asked whether to start";
  return failed([{ code: "usage", at: "", message, hint: "pass --yes to start without asking; it answers no gate" }]);
}

/** Undefined where nobody can be asked. The end of input is no. */
async function asked(session: Session): Promise<boolean | undefined> {
  if (!session.canAsk) return undefined;
  return isConfirmed(session, "Start this run? [y/N] ");
}
