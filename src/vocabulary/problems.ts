/**
 * What a problem and a failure are, and what their codes mean.
 * Loaded by the workflow sandbox: imports the table of codes alone.
 */
import { CODES, type CodeFacts, EXIT, type ExitCode } from "./codes.js";

export type ProblemCode = keyof typeof CODES;

/** Something wrong with an input. `at` is a path such as `nodes[3].timeout_seconds`, or a file, line and key. */
export interface Problem {
  readonly code: ProblemCode;
  readonly at: string;
  readonly message: string;
  readonly hint?: string;
}

/** Something that went wrong in a run: what, where, and whether a retry was allowed. */
export interface Failure {
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint?: string;
}

export function isProblemCode(text: unknown): text is ProblemCode {
  return typeof text === "string" && Object.hasOwn(CODES, text);
}

export function factsOf(code: ProblemCode): CodeFacts {
  return CODES[code];
}

/** The exit code for several problems: refused (3) only if the policy alone objects. */
export function exitFor(problems: readonly Problem[]): ExitCode {
  if (problems.length === 0) return EXIT.done;
  const exits = new Set(problems.map((problem) => CODES[problem.code].exit));
  if (exits.size === 1) return [...exits][0] ?? EXIT.problems;
  return EXIT.problems;
}
