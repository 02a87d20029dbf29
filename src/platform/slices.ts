/**
 * Long work on text in slices, so that heartbeats, probes and time-outs hold whatever the text: the work says by `yield`
 * where it may pause, and between slices the process does what else there is to do.
 */
import { setImmediate } from "node:timers/promises";
import { toolFailure } from "./failure.js";

/** Work that may pause. */
export type Sliced<T> = Generator<void, T>;

/** Milliseconds of work in one go: a probe that waits so long still answers at once. */
const SLICE_MS = 25;

/** Does the work with pauses; where `signal` aborts, it ends as cancelled at the next one. */
export async function inSlices<T>(work: Sliced<T>, signal: AbortSignal): Promise<T> {
  for (let since = performance.now(); ; ) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (performance.now() - since < SLICE_MS) continue;
    await setImmediate();
    if (signal.aborted) throw toolFailure("cancelled", "the work was cancelled");
    since = performance.now();
  }
}

/** Does the work in one go. */
export function unsliced<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** What `map` does, with a pause after any item. */
export function* mapped<T, R>(items: Iterable<T>, of: (item: T) => R): Sliced<R[]> {
  const all: R[] = [];
  for (const item of items) {
    all.push(of(item));
    yield;
  }
  return all;
}
