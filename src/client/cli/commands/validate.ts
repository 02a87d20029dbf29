/** `autoops validate FILE|-`: checks a graph against this machine's policy. Needs no server and runs nothing. */
import { loadLocal } from "../../../app/local.js";
import { done, type Ending, failed } from "../ending.js";
import { readGraph } from "../input.js";
import { ADVISORY, noteWarnings } from "../plan-text.js";
import type { Session } from "../session.js";
import { style } from "../text.js";
import { yamlFile } from "../yaml-file.js";

interface Options {
  format?: "yaml" | "json";
}

export async function validate(session: Session, [file = "-"]: readonly string[], options: Options): Promise<Ending> {
  const { print } = session;
  const read = await readGraph(session, file);
  if (!read.ok) return failed(read.problems, { notices: [] });
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems, { notices: [] });
  const outcome = local.check(read.graph);
  if (!outcome.ok) return failed(read.place(outcome.problems), { notices: [] });
  const { notices, gates, environment, dryRun } = outcome.verdict;
  const placed = read.place(notices);
  noteWarnings(print, placed);
  if (options.format !== undefined) {
    print.raw(
      options.format === "yaml" ? yamlFile("graph", read.written) : `${JSON.stringify(read.written, undefined, 2)}\n`,
    );
    return done({ graph: read.written });
  }
  const gated = Object.keys(gates);
  const waits = gated.length === 0 ? "no gate" : `${gated.length} gate(s): ${gated.join(", ")}`;
  print.result(`${style.green("ok")} ${read.graph.nodes.length} node(s), ${waits}, environment ${environment}`);
  print.result(`   ${ADVISORY}`);
  print.result(`   next: autoops run ${file === "-" ? "FILE" : file}`);
  return done({ problems: [], notices: placed, advisory: true, dryRun, environment, gates });
}
