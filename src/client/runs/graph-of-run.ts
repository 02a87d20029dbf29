/** The graph that a run was started with, as its document was sent. */

import type { Result } from "../../vocabulary/result.js";
import type { RunsOptions } from "./context.js";
import { Histories } from "./histories.js";
import { attempt, refusal, runNotFound } from "./temporal-errors.js";

export function graphOfRun(
  runId: string,
  options: Pick<RunsOptions, "client" | "namespace">,
): Promise<Result<unknown>> {
  return attempt(runId, async () => {
    const chain = await new Histories(options).chain(runId);
    const newest = chain?.at(-1);
    return newest === undefined ? refusal(runNotFound(runId)) : { ok: true, value: newest.start.given };
  });
}
