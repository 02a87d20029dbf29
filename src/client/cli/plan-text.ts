/** A graph for people before it runs, with its gates marked, and whether this machine's policy would let it run. */
import { answerLines } from "../../core/answer/lines.js";
import { refusalAnswer } from "../../core/answer/refusal.js";
import type { CheckOutcome } from "../../core/check.js";
import type { Graph } from "../../schema/graph.js";
import type { Problem } from "../../vocabulary/problems.js";
import { LOCAL, styled } from "./answer-text.js";
import { type Ending, failed } from "./ending.js";
import type { Printer } from "./print.js";
import { oneLine, style } from "./text.js";

/** Prints the plan; a graph that the policy refuses is listed all the same, with why; all its problems are for the caller to tell. */
export async function sayPlan(print: Printer, graph: Graph, outcome: CheckOutcome): Promise<void> {
  if (!outcome.ok) {
    print.say(style.bold(oneLine(graph.name)));
    print.say(`  goal: ${oneLine(graph.goal_description)}`);
    print.say();
    for (const node of graph.nodes) {
      print.say(`    ${node.id}  ${oneLine(node.name)} · ${oneLine(node.tool ?? node.type)}`);
    }
    print.say();
    const answer = refusalAnswer(outcome.problems);
    for (const line of answerLines(answer, { clock: LOCAL, aroundMs: 0 })) print.say(styled(line, answer));
    print.say();
    return;
  }
  const { checkedGraph } = await import("../../core/check/checked-graph.js");
  const { previewText } = await import("../../core/report/preview.js");
  const [title = "", ...lines] = previewText(checkedGraph(graph, outcome.verdict)).trimEnd().split("\n");
  print.say(style.bold(oneLine(title)));
  for (const line of lines) print.say(marked(line));
  print.say();
}

function marked(line: string): string {
  if (line.includes("⛔")) return style.yellow(line);
  if (line.trimStart().startsWith("waits for approval")) return style.yellow(line);
  return line.trimStart().startsWith("after ") ? style.dim(line) : line;
}

/** Notices: what the check corrected or found odd; nothing is refused by them. */
export function noteWarnings(print: Printer, notices: readonly Problem[]): void {
  for (const notice of notices) {
    print.note(`${style.yellow("notice")} ${oneLine(notice.message)} ${style.dim(`[${notice.code}]`)}`);
  }
}

export const ADVISORY = "checked against the policy on this machine; the worker that runs it checks again with its own";

/** Who made the plan, as its provenance says. */
export function plannerLine({ metadata = {} }: Pick<Graph, "metadata">): string {
  const { planner, model, playbook, score, tokens, cost, cached } = metadata;
  if (planner !== "model") {
    const fits = typeof score === "number" ? ` (score ${score})` : "";
    return `from the playbook ${style.bold(oneLine(String(playbook ?? "")))}${fits}`;
  }
  const counted = tokens as { input?: unknown; output?: unknown } | undefined;
  const took = counted === undefined ? "" : `, ${Number(counted.input) + Number(counted.output)} tokens`;
  const paid = typeof cost === "number" ? `, cost ${cost}` : "";
  return `from the model ${style.bold(oneLine(String(model)))}${cached === true ? ", from a kept answer" : `${took}${paid}`}`;
}

/** A goal that got no graph; what a model last drafted is shown, for it may hold what is missing in the goal. */
export function undrafted(print: Printer, { problems, draft }: { problems: Problem[]; draft?: string }): Ending {
  if (draft !== undefined) {
    print.note(style.bold("the last draft, which was refused:"));
    for (const line of draft.split("\n")) print.note(`  ${oneLine(line)}`);
  }
  return failed(problems, draft === undefined ? {} : { draft });
}
