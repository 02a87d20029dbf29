/** `autoops import FILE|-`: a graph or template of the Python version as a graph of ours. Runs nothing. */
import { loadLocal } from "../../../app/local.js";
import { parseDocumentText } from "../../../schema/document.js";
import type { Json } from "../../../schema/json.js";
import { parseGraph } from "../../../schema/parse-graph.js";
import { withStructure } from "../../../schema/readable-graph.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { done, type Ending, failed } from "../ending.js";
import { importGraph } from "../import/graph.js";
import { readText } from "../input.js";
import type { Session } from "../session.js";
import { oneLine, style } from "../text.js";
import { yamlFile } from "../yaml-file.js";

interface Options {
  param?: Record<string, string>;
}

export async function importFile(session: Session, [file = "-"]: readonly string[], options: Options): Promise<Ending> {
  const read = await readText(session, file);
  if (!read.ok) return failed(read.problems);
  const document = parseDocumentText(read.text, read.name, { exact: true });
  if (!document.ok) return failed(document.problems);
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const imported = importGraph(document.value as Json, local.config, options.param ?? {});
  if (!imported.ok) return failed(imported.problems);
  const { graph, notes } = imported;
  const left = problemsOf(graph, local.check);
  const { print } = session;
  for (const { message, hint } of notes) {
    print.note(`${style.yellow("import")} ${oneLine(message)}${hint === undefined ? "" : `: ${oneLine(hint)}`}`);
  }
  for (const { at, message, hint } of left) {
    print.note(
      `${style.yellow("before it runs")} ${oneLine(message)} ${style.dim(`(${at})`)}${hint === undefined ? "" : `: ${oneLine(hint)}`}`,
    );
  }
  print.raw(yamlFile("graph", graph));
  return done({ graph, notes, problems: left });
}

/** What stands between the graph and a run on this machine. */
function problemsOf(graph: Json, check: Parameters<typeof withStructure>[2]): Problem[] {
  const parsed = parseGraph(graph);
  if (!parsed.ok) return withStructure(graph, parsed.problems, check);
  const outcome = check(parsed.graph);
  return outcome.ok ? [] : outcome.problems;
}
