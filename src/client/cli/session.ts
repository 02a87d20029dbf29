/** What every command is given: the printer, the environment, and how it learns that the user wants to leave. */
import { userInfo } from "node:os";
import type { Printer } from "./print.js";

/** Environment variables, handed in by main. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Session {
  environment: Environment;
  print: Printer;
  /** Whether questions may be asked: standard input and output are terminals, without `--json` and `--no-input`. */
  canAsk: boolean;
  /** Aborted by the first Ctrl-C (or SIGTERM); the second ends the program at once. */
  interrupt: AbortSignal;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
}

/** Who asks and decides: the name that the operating system gives the user, never a flag. */
export function ownName(): string {
  try {
    return userInfo().username || "unknown";
  } catch {
    // A container may run under a number that has no name.
    return `uid-${process.getuid?.() ?? "unknown"}`;
  }
}

/** Resolves when the user wants to leave. */
export function interrupted(session: Session): Promise<void> {
  return new Promise((resolve) => {
    if (session.interrupt.aborted) resolve();
    else session.interrupt.addEventListener("abort", () => resolve(), { once: true });
  });
}
