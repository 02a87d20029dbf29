/** What an investigation could not look at: where that is everything, its answer rests on nothing, and the command says so. */
import type { NodeView } from "../../core/report/view.js";
import type { Problem } from "../../vocabulary/problems.js";

/** They judge what others have read. */
const JUDGES: ReadonlySet<string | undefined> = new Set(["autoRCA", "diagnosis", "summary"]);

/** The failures of all looks; none where at least one look came to its end. */
export function failuresOfAll(nodes: readonly Pick<NodeView, "id" | "tool" | "status" | "failure">[]): Problem[] {
  const looks = nodes.filter(({ tool }) => !JUDGES.has(tool));
  if (looks.some(({ status }) => status === "succeeded")) return [];
  return looks.flatMap(({ id, failure }): Problem[] =>
    failure === undefined ? [] : [{ code: failure.code, at: id, message: failure.message, hint: failure.hint }],
  );
}
