/** What was found in the texts that a plan is made from, as its notices and its audit line tell it. */
import type { GoalFinding } from "../../goal/goal.js";
import type { TakenOut } from "../../goal/prompt-text.js";
import type { Problem } from "../../vocabulary/problems.js";

export function suspicious(at: string, { code, message }: Pick<GoalFinding, "code" | "message">): Problem {
  return { code: "goal-suspicious", at, message: `the ${at}: ${message} (${code})` };
}

export function takenOut(findings: readonly GoalFinding[]): TakenOut[] {
  return findings.flatMap(({ code, taken }) => {
    return taken === undefined ? [] : [{ at: "goal", what: code as TakenOut["what"], taken }];
  });
}
