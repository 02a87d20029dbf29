/** The one way to ask a person on the terminal: Ctrl-C leaves the whole command, the end of input answers nothing. */
import { createInterface } from "node:readline/promises";
import { Left } from "./leave.js";
import type { Session } from "./session.js";

/** One line; undefined at the end of input, or where `withdrawn` takes the question back. Throws `Left` at Ctrl-C. */
export async function askLine(session: Session, text: string, withdrawn?: AbortSignal): Promise<string | undefined> {
  if (session.interrupt.aborted) throw new Left();
  const lines = createInterface({ input: session.stdin, output: session.stdout });
  const ended = new AbortController();
  // The line editor takes Ctrl-C for itself; it is meant for the program.
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  lines.once("close", () => ended.abort());
  const signals = [session.interrupt, ended.signal, ...(withdrawn === undefined ? [] : [withdrawn])];
  try {
    return await lines.question(text, { signal: AbortSignal.any(signals) });
  } catch (error) {
    session.print.say();
    if (session.interrupt.aborted) throw new Left();
    if (ended.signal.aborted || withdrawn?.aborted) return undefined;
    throw error;
  } finally {
    lines.close();
  }
}

/** Whether the answer is y or yes; all else is no. */
export async function isConfirmed(session: Session, text: string): Promise<boolean> {
  return /^y(es)?$/i.test(((await askLine(session, text)) ?? "").trim());
}
