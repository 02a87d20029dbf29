/** When a server command ends: the user leaves, or the process that started it is gone. */
import { interrupted, type Session } from "./session.js";

export async function leave(session: Session, options: { endWithParent?: boolean }): Promise<undefined> {
  if (!options.endWithParent) return void (await interrupted(session));
  // The pipe from the parent closes in whatever way the parent ends, also by SIGKILL.
  const closed = new Promise<void>((resolve) => {
    session.stdin
      .once("end", resolve)
      .once("close", resolve)
      .once("error", () => resolve());
    session.stdin.resume();
  });
  return void (await Promise.race([closed, interrupted(session)]));
}

/** Thrown where a person leaves a question by Ctrl-C: the program ends as interrupted, whatever it was about to do. */
export class Left extends Error {
  override readonly name = "Left";
}
