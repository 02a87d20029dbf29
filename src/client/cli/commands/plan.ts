/** `autoops plan "<goal>"`: drafts a graph, by playbook with no server, or by the model. Runs nothing. */
import type { CheckOutcome } from "../../../core/check.js";
import type { Graph } from "../../../schema/graph.js";
import { exitFor } from "../../../vocabulary/problems.js";
import { type Drafted, draft, type PlanningOptions, replay } from "../draft.js";
import { done, type Ending, failed } from "../ending.js";
import { hasGoal } from "../goal-words.js";
import { sayPast } from "../past.js";
import { ADVISORY, noteWarnings, plannerLine, sayPlan, undrafted } from "../plan-text.js";
import type { Session } from "../session.js";
import { yamlFile } from "../yaml-file.js";

interface Options extends PlanningOptions {
  replay?: string;
  yaml?: boolean;
  mermaid?: boolean;
  dot?: boolean;
}

export async function plan(session: Session, [goal]: readonly string[], options: Options): Promise<Ending> {
  const { print } = session;
  const drafted = await draftedBy(session, goal, options);
  if (!drafted.ok) return undrafted(print, drafted);
  const { graph, written, planner, playbook, outcome } = drafted;
  if (options.yaml) print.raw(yamlFile("graph", written));
  else if (options.mermaid || options.dot) {
    const drawing = await drawingOf(graph, outcome, options.dot === true);
    if (drawing !== undefined) print.raw(drawing);
  } else {
    await sayPlan(print, graph, outcome);
    print.say(`${plannerLine(graph)}; ${ADVISORY}`);
    print.say("next: autoops plan-and-run with the same goal, or --yaml > workflow.yaml and autoops run workflow.yaml");
  }
  noteWarnings(print, drafted.notices);
  const past = options.yaml || options.mermaid || options.dot ? [] : await sayPast(print, drafted.local, graph);
  const document = {
    graph: written,
    planner,
    playbook,
    score: drafted.score,
    notices: drafted.notices,
    past,
    advisory: true,
  };
  if (outcome.ok) return done({ ...document, check: { ok: true, verdict: outcome.verdict } });
  return { ...failed(outcome.problems, document), exit: exitFor(outcome.problems) };
}

async function draftedBy(session: Session, goal: string | undefined, options: Options): Promise<Drafted> {
  const { replay: file } = options;
  if (hasGoal(goal, options) === (file !== undefined)) {
    const message =
      file === undefined
        ? "a goal is missing: say what is wrong, or give --goal-file, --alert or --replay"
        : "--replay with a plan's file and a goal (or --alert, --goal-file) must not both be given";
    return { ok: false, problems: [{ code: "usage", at: "", message, hint: "autoops plan --help" }] };
  }
  return file === undefined ? draft(session, goal, options) : replay(session, file);
}

/** Only a checked graph knows its gates, and a drawing without them would mislead. */
async function drawingOf(graph: Graph, outcome: CheckOutcome, dot: boolean): Promise<string | undefined> {
  if (!outcome.ok) return undefined;
  const { checkedGraph } = await import("../../../core/check/checked-graph.js");
  const { previewDot, previewMermaid } = await import("../../../core/report/preview.js");
  const checked = checkedGraph(graph, outcome.verdict);
  return dot ? previewDot(checked) : previewMermaid(checked);
}
