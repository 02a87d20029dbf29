/** `autoops watch RUN`: follows a run to its end. */
import { loadLocal } from "../../../app/local.js";
import { withRuns } from "../backend.js";
import { type Ending, failed } from "../ending.js";
import { follow } from "../follow.js";
import type { Session } from "../session.js";
import { endingOf, pageOf } from "../start.js";

interface Options {
  waitSeconds?: number;
}

export function watch(session: Session, [runId = ""]: readonly string[], options: Options): Promise<Ending> {
  return withRuns(session, async (runs) => {
    // A run that does not exist, or whose server is away, is told before anything is drawn.
    const answer = await runs.view(runId);
    if (!answer.ok) return failed(answer.problems);
    const { view, webUrl } = answer.value;
    const local = await loadLocal(session.environment);
    const facadeUrl = local.ok ? local.config.facadeUrl : undefined;
    const pageUrl = facadeUrl === undefined ? undefined : pageOf(facadeUrl, runId);
    const waitMs = options.waitSeconds === undefined ? undefined : options.waitSeconds * 1_000;
    const followed = await follow(session, runs, { runId, waitMs, program: "autoops", pageUrl });
    return endingOf(session, followed, { runId: runId, runKey: view.runKey, webUrl: webUrl });
  });
}
