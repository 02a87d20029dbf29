/** Signs of life while an activity waits: a worker that is lost is noticed by their absence. */
import { Context } from "@temporalio/activity";

const HEARTBEAT_EVERY_MS = 2_000;

/** What `work` gives; `said`: what stays to be read of how far it came, for a bare sign of life would take it away. */
export async function whileHeartbeating<T>(work: () => Promise<T>, said?: () => string | undefined): Promise<T> {
  const activity = Context.current();
  const beat = setInterval(() => activity.heartbeat(said?.()), HEARTBEAT_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}
