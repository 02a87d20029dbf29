/** On a terminal, the demo's pages stay open for a moment after its end. */
import { askLine } from "../ask.js";
import type { Session } from "../session.js";

const LINGER_MS = 30_000;

/** Waits for Enter, Ctrl-C or the end of the time; at once where nobody sits at a terminal. */
export async function linger(session: Session, pages: ReadonlyArray<string | undefined>): Promise<void> {
  const open = pages.filter((page) => page !== undefined);
  if (!session.canAsk || open.length === 0) return;
  session.print.say();
  session.print.say("Look at it while it stands:");
  for (const page of open) session.print.say(`  ${page}`);
  await askLine(
    session,
    `Enter ends the demo (so does waiting ${LINGER_MS / 1_000} s) `,
    AbortSignal.timeout(LINGER_MS),
  );
}
