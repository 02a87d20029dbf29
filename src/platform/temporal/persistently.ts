/** Asks a workflow again until a deadline: after a worker was lost the server refuses questions for some seconds. */
import { setTimeout as pause } from "node:timers/promises";

const PAUSE_MS = 250;

/** The answer, or the last error once `deadlineMs` (since the epoch) is near. `isFinal` tells what no repetition mends. */
export async function persistently<T>(
  deadlineMs: number,
  ask: () => Promise<T>,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (isFinal(error) || Date.now() + PAUSE_MS >= deadlineMs) throw error;
      await pause(PAUSE_MS);
    }
  }
}
