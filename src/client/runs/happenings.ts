/** What happens in a run, from its history: no worker is needed, and a stream can be taken up where it broke off. */
import type { RunHappening } from "./contract.js";
import { Fold } from "./fold.js";
import type { Histories } from "./histories.js";

/** Ends when the run has ended or `signal` aborts; throws what Temporal throws. */
export async function* happeningsOf(
  runId: string,
  histories: Histories,
  { after, signal = new AbortController().signal }: { after?: string; signal?: AbortSignal },
): AsyncGenerator<RunHappening> {
  const chain = (await histories.chain(runId)) ?? [];
  const executions = chain.map((execution) => execution.executionId);
  for (let position = 0; position < executions.length && !signal.aborted; position++) {
    const fold = new Fold(runId, position);
    for await (const events of histories.follow(runId, executions[position] as string, signal)) {
      const news = events.flatMap((event) => fold.add(event));
      for (const happening of [...news, ...fold.endTask()]) {
        if (after === undefined || compareIds(happening.id, after) > 0) yield happening;
      }
    }
    // Continued while we watched: the chain has grown.
    if (fold.ending?.kind === "continued" && position === executions.length - 1) executions.push(fold.ending.nextRunId);
  }
}

/** Ids are `<execution>.<event>[.<n>]`. */
export function compareIds(left: string, right: string): number {
  const [a, b] = [left, right].map((id) => id.split(".").map(Number)) as [number[], number[]];
  for (let index = 0; index < 3; index++) {
    const difference = (a[index] ?? -1) - (b[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
