/**
 * The calls about runs, for many who look at once: one long poll a run however many watch it, one read of a kind at a
 * time, and its answer for a moment longer. What was done through this façade is seen at once.
 */
import { HTTP_SHARED_READ_MS, HTTP_SHARED_READS_MAX } from "../../vocabulary/facade-limits.js";
import type { Runs } from "../runs.js";
import type { Writes } from "../writes.js";
import type { FacadeOptions } from "./options.js";
import { shareHappenings } from "./shared-happenings.js";
import { createSharedReads } from "./shared-reads.js";

/** The options of a façade that many ask. What the machine's files say is read at most once a moment, too. */
export function shared<Options extends Pick<FacadeOptions, "runs" | "local" | "writes">>(options: Options): Options {
  const { runs, local, writes } = options;
  const files = createSharedReads(1, Date.now);
  const reading = local && (() => files.get("local", HTTP_SHARED_READ_MS, local));
  return {
    ...options,
    runs: sharedRuns(runs),
    ...(writes && { writes: sharedWrites(writes) }),
    ...(reading === undefined ? {} : { local: reading }),
  };
}

/** What was paused through this façade is seen at once. */
export function sharedWrites(writes: Writes, now: () => number = Date.now): Writes {
  const reads = createSharedReads(1, now);
  const afresh = <T>(act: () => Promise<T>): Promise<T> => {
    reads.drop();
    return act().finally(() => reads.drop());
  };
  return {
    view: () => reads.get("writes", HTTP_SHARED_READ_MS, writes.view),
    pause: (order) => afresh(() => writes.pause(order)),
    resume: (order) => afresh(() => writes.resume(order)),
    override: (order) => afresh(() => writes.override(order)),
  };
}

export function sharedRuns(runs: Runs, now: () => number = Date.now): Runs {
  const reads = createSharedReads(HTTP_SHARED_READS_MAX, now);
  const keep = HTTP_SHARED_READ_MS;

  /** Reads that are on their way while something is done may or may not know of it: dropped before and after. */
  async function afresh<T>(act: () => Promise<T>): Promise<T> {
    reads.drop();
    try {
      return await act();
    } finally {
      reads.drop();
    }
  }

  return {
    ...runs,
    view: (runId) => reads.get(`view ${runId}`, keep, () => runs.view(runId)),
    report: (runId, waitMs) =>
      waitMs > 0 ? runs.report(runId, waitMs) : reads.get(`report ${runId}`, keep, () => runs.report(runId, waitMs)),
    list: (options) => reads.get(`list ${JSON.stringify(options)}`, keep, () => runs.list(options)),
    inbox: () => reads.get("inbox", keep, () => runs.inbox()),
    // Whether it is there now is what is asked.
    hasWorker: () => reads.get("worker", 0, () => runs.hasWorker()),
    // Who is told that something happened, and looks, must see it.
    happenings: shareHappenings(runs.happenings, (runId) => {
      for (const key of [`view ${runId}`, `report ${runId}`, "inbox"]) reads.drop(key);
    }),
    start: (input) => afresh(() => runs.start(input)),
    decide: (input) => afresh(() => runs.decide(input)),
    cancel: (runId) => afresh(() => runs.cancel(runId)),
  };
}
