/** On a terminal, the demo's pages stay open for a moment after its end. */
import { createInterface } from "node:readline/promises";
import type { Session } from "../session.js";

const LINGER_MS = 30_000;

/** Waits for Enter, Ctrl-C or the end of the time; at once where nobody sits at a terminal. */
export async function linger(session: Session, pages: ReadonlyArray<string | undefined>): Promise<void> {
  const open = pages.filter((page) => page !== undefined);
  if (!session.canAsk || open.length === 0) return;
  session.print.say();
  session.print.say("Look at it while it stands:");
  for (const page of open) session.print.say(`  ${page}`);
  const lines = createInterface({ input: session.stdin, output: session.stdout });
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    const signal = AbortSignal.any([session.interrupt, AbortSignal.timeout(LINGER_MS)]);
    await lines.question(`Enter ends the demo (so does waiting ${LINGER_MS / 1_000} s) `, { signal });
  } catch {
    session.print.say();
  } finally {
    lines.close();
  }
}
