/** Waiting inside a tool: ends at once when the run wants the tool to stop, and shows that the worker is alive. */
import { setTimeout as sleep } from "node:timers/promises";
import { type ToolContext, toolFailure } from "../../define-tool.js";

/** Milliseconds between two signs of life. */
const HEARTBEAT_MS = 5_000;

/** Waits `ms` milliseconds; throws `ToolFailure("cancelled")` when the context's signal aborts. */
export async function pause(
  ms: number,
  context: Pick<ToolContext, "signal" | "heartbeat">,
  doing: string,
): Promise<void> {
  for (let left = ms; left > 0; left -= HEARTBEAT_MS) {
    context.heartbeat(doing);
    try {
      await sleep(Math.min(left, HEARTBEAT_MS), undefined, { signal: context.signal });
    } catch {
      throw toolFailure("cancelled", `${doing} was cancelled`);
    }
  }
}
