/** How a command is declared: words, options and examples, and where its code is loaded from. */
import type { Option } from "commander";
import type { Ending } from "./ending.js";
import type { Session } from "./session.js";

type Words = readonly string[];
/** `options` are what the declared options give, under their camel-case names. */
type Run = (session: Session, words: Words, options: never) => Promise<Ending>;

export interface Declared {
  usage: string;
  says: string;
  examples: readonly string[];
  options?: readonly Option[];
  commands?: readonly Declared[];
  load?(): Promise<(session: Session, words: Words, options: Record<string, unknown>) => Promise<Ending>>;
}

/** For the loaded code of a command, whose options have types of their own. */
export const as = (run: Run) => run as unknown as Awaited<ReturnType<NonNullable<Declared["load"]>>>;
