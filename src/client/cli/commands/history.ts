/** `autoops history`: runs, the newest first. */

import { cursorProblem } from "../../runs/list.js";
import type { RunSummary } from "../../runs.js";
import { withRuns } from "../backend.js";
import { done, type Ending, failed } from "../ending.js";
import { runTable } from "../run-list.js";
import type { Session } from "../session.js";

interface Options {
  limit: number;
  cursor?: string;
  search?: string;
}

export async function history(session: Session, _: readonly string[], options: Options): Promise<Ending> {
  const damaged = cursorProblem(options.cursor);
  if (damaged !== undefined) return failed([damaged]);
  return withRuns(session, async (runs) => {
    const answer = await runs.list({ limit: options.limit, cursor: options.cursor });
    if (!answer.ok) return failed(answer.problems);
    const { runs: listed, next } = answer.value;
    const list = listed.filter((run) => has(run, options.search));
    if (list.length === 0) session.print.result(listed.length === 0 ? "no runs" : "no run of these has the text");
    for (const line of runTable(list, Date.now())) session.print.result(line);
    if (next !== undefined) session.print.result(`next: autoops history --limit ${options.limit} --cursor ${next}`);
    return done({ runs: list, next });
  });
}

function has({ name, playbook = "", requester = "", runId }: RunSummary, text = ""): boolean {
  const wanted = text.toLowerCase();
  return [name, playbook, requester, runId].some((field) => field.toLowerCase().includes(wanted));
}
