/** `autoops history`: runs, the newest first. */
import { withRuns } from "../backend.js";
import { done, type Ending, failed } from "../ending.js";
import { runTable } from "../run-list.js";
import type { Session } from "../session.js";

interface Options {
  limit: number;
  cursor?: string;
}

export function history(session: Session, _: readonly string[], options: Options): Promise<Ending> {
  return withRuns(session, async (runs) => {
    const answer = await runs.list({ limit: options.limit, cursor: options.cursor });
    if (!answer.ok) return failed(answer.problems);
    const { runs: list, next } = answer.value;
    if (list.length === 0) session.print.result("no runs");
    for (const line of runTable(list, Date.now())) session.print.result(line);
    if (next !== undefined) session.print.result(`next: autoops history --limit ${options.limit} --cursor ${next}`);
    return done({ runs: list, ...(next === undefined ? {} : { next }) });
  });
}
