/** Ends what is open when its caller may no longer see it. */
import { STREAM_RECHECK_SECONDS } from "../../../vocabulary/facade-limits.js";
import type { Permission } from "../../../vocabulary/roles.js";
import type { Caller } from "./caller.js";

/** Calls `onLost` once, within seconds of the moment. Returns what stops the watch. */
export function watchCaller(caller: Caller, permission: Permission, onLost: () => void): () => void {
  let stopped = false;
  const timer = setInterval(async () => {
    // What cannot be found out counts as lost.
    const may = await caller.mayStill(permission).catch(() => false);
    if (may || stopped) return;
    stop();
    onLost();
  }, STREAM_RECHECK_SECONDS * 1_000);
  timer.unref();
  function stop(): void {
    stopped = true;
    clearInterval(timer);
  }
  return stop;
}
