/** `autoops refine RUN|FILE "<feedback>"`: a new version of a graph, with what changed. Runs nothing. */
import { existsSync } from "node:fs";
import { loadLocal } from "../../../app/local.js";
import { diffGraphs, type GraphDiff } from "../../../core/check/graph-diff.js";
import { parseDocumentText } from "../../../schema/document.js";
import type { JsonObject } from "../../../schema/json.js";
import { parseGraph } from "../../../schema/parse-graph.js";
import { exitFor, type Problem } from "../../../vocabulary/problems.js";
import { previewed } from "../draft.js";
import { done, type Ending, failed } from "../ending.js";
import { readText } from "../input.js";
import { draftByModel } from "../model-draft.js";
import { ADVISORY, noteWarnings, plannerLine, sayPlan, undrafted } from "../plan-text.js";
import type { Printer } from "../print.js";
import { ownName, type Session } from "../session.js";
import { oneLine, style } from "../text.js";
import { yamlFile } from "../yaml-file.js";

interface Options {
  yaml?: boolean;
  cache?: boolean;
}

export async function refine(
  session: Session,
  [from = "", feedback = ""]: readonly string[],
  options: Options,
): Promise<Ending> {
  const { print } = session;
  const base = await baseGraph(session, from);
  if (!base.ok) return failed(base.problems);
  const before = parseGraph(base.value);
  if (!before.ok) return failed(before.problems);
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const input = {
    goal: before.graph.goal_description || before.graph.name,
    requester: ownName(),
    refine: { graph: base.value as JsonObject, feedback },
    cache: options.cache === false ? false : undefined,
  };
  const drafted = previewed(await draftByModel(session, local, input), local);
  if (!drafted.ok) return undrafted(print, drafted);
  const { graph, written, outcome, notices } = drafted;
  const diff = diffGraphs(before.graph, graph);
  if (options.yaml) print.raw(yamlFile("graph", written));
  else await sayPlan(print, graph, outcome);
  sayDiff(print, diff, options.yaml === true);
  if (!options.yaml) {
    print.say(`version ${graph.version ?? ""}, ${plannerLine(graph)}; ${ADVISORY}`);
    print.say("next: the same with --yaml > workflow.yaml, and autoops run workflow.yaml");
  }
  noteWarnings(print, notices);
  const document = { graph: written, diff, notices, advisory: true };
  if (outcome.ok) return done({ ...document, check: { ok: true, verdict: outcome.verdict } });
  return { ...failed(outcome.problems, document), exit: exitFor(outcome.problems) };
}

type Base = { ok: true; value: unknown } | { ok: false; problems: readonly Problem[] };

/** What is there as a file is a file; anything else that could be one is a run. */
async function baseGraph(session: Session, from: string): Promise<Base> {
  if (
    from !== "-" &&
    !existsSync(from) &&
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(from) &&
    !/\.(?:ya?ml|json)$/i.test(from)
  ) {
    const { openRuns } = await import("../../runs/open-runs.js");
    const opened = await openRuns(session.environment);
    if (!opened.ok) return opened;
    try {
      return await opened.value.graphOf(from);
    } finally {
      await opened.value.close();
    }
  }
  const read = await readText(session, from);
  if (!read.ok) return read;
  return parseDocumentText(read.text, read.name);
}

/** Beside a file on standard output, what changed is told on standard error. */
function sayDiff(print: Printer, diff: GraphDiff, aside: boolean): void {
  const say = (line: string) => (aside ? print.note(line) : print.say(line));
  say(style.bold("what changed"));
  for (const id of diff.removed) say(style.red(`  - ${id}`));
  for (const id of diff.added) say(style.green(`  + ${id}`));
  for (const { id, fields } of diff.changed) {
    say(style.yellow(`  ~ ${id}`));
    for (const { field, before, after } of fields)
      say(`      ${field}: ${oneLine(before, 80)} → ${oneLine(after, 80)}`);
  }
  for (const edge of diff.edgesRemoved) say(style.red(`  - ${oneLine(edge)}`));
  for (const edge of diff.edgesAdded) say(style.green(`  + ${oneLine(edge)}`));
}
