/** `autoops plan "<goal>"`: drafts a graph from a playbook on this machine. Needs no server and runs nothing. */
import type { CheckOutcome } from "../../../core/check.js";
import type { Graph } from "../../../schema/graph.js";
import { toYaml } from "../../../schema/yaml-text.js";
import { exitFor } from "../../../vocabulary/problems.js";
import { draft, type PlanningOptions } from "../draft.js";
import { done, type Ending, failed } from "../ending.js";
import { sayPast } from "../past.js";
import { ADVISORY, noteNotices, sayPlan } from "../plan-text.js";
import type { Session } from "../session.js";
import { oneLine, style } from "../text.js";

interface Options extends PlanningOptions {
  yaml?: boolean;
  mermaid?: boolean;
  dot?: boolean;
}

export async function plan(session: Session, [goal = ""]: readonly string[], options: Options): Promise<Ending> {
  const { print } = session;
  const drafted = await draft(session, goal, options);
  if (!drafted.ok) return failed(drafted.problems);
  const { graph, playbook, outcome } = drafted;
  if (options.yaml) print.raw(toYaml(graph));
  else if (options.mermaid || options.dot) {
    const drawing = await drawingOf(graph, outcome, options.dot === true);
    if (drawing !== undefined) print.raw(drawing);
  } else {
    await sayPlan(print, graph, outcome);
    print.say(`from the playbook ${style.bold(oneLine(playbook))}; ${ADVISORY}`);
    print.say("next: autoops plan-and-run with the same goal, or --yaml > workflow.yaml and autoops run workflow.yaml");
  }
  noteNotices(print, drafted.notices);
  const past =
    options.yaml || options.mermaid || options.dot ? [] : await sayPast(print, drafted.local, graph.goal_description);
  const document = { graph, playbook, score: drafted.score, notices: drafted.notices, past, advisory: true };
  if (outcome.ok) return done({ ...document, check: { ok: true, verdict: outcome.verdict } });
  return { ...failed(outcome.problems, document), exit: exitFor(outcome.problems) };
}

/** Only a checked graph knows its gates, and a drawing without them would mislead. */
async function drawingOf(graph: Graph, outcome: CheckOutcome, dot: boolean): Promise<string | undefined> {
  if (!outcome.ok) return undefined;
  const { checkedGraph } = await import("../../../core/check.js");
  const { previewDot, previewMermaid } = await import("../../../core/preview.js");
  const checked = checkedGraph(graph, outcome.verdict);
  return dot ? previewDot(checked) : previewMermaid(checked);
}
