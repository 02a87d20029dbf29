/** Parameters that no goal, configuration or default tells: asked for by name where somebody can answer. */
import type { DraftResult } from "../../activities/contract.js";
import type { GoalInput } from "../../schema/run-input.js";
import type { Problem } from "../../vocabulary/problems.js";
import { askLine } from "./ask.js";
import type { Session } from "./session.js";
import { oneLine, style } from "./text.js";

/** Answers that are refused are asked for again, so often. */
const ROUNDS_MAX = 3;

/** Drafts; where only parameters are missing and a person sits there, asks for each and drafts again. */
export async function askingFor(
  session: Session,
  input: GoalInput,
  draft: (input: GoalInput) => Promise<DraftResult>,
): Promise<DraftResult> {
  let drafted = await draft(input);
  let params = { ...input.params };
  for (let round = 0; round < ROUNDS_MAX && session.canAsk && !drafted.ok; round++) {
    const names = drafted.problems.map(nameOf);
    if (names.length === 0 || names.includes(undefined)) break;
    const answers = await answersTo(session, drafted.problems);
    if (answers === undefined) break;
    params = { ...params, ...answers };
    drafted = await draft({ ...input, params });
  }
  return drafted;
}

function nameOf({ code, at }: Problem): string | undefined {
  return code === "parameter-missing" || code === "parameter-invalid" ? /^params\.(\w+)$/.exec(at)?.[1] : undefined;
}

/** Undefined where the person said nothing. */
async function answersTo(session: Session, problems: readonly Problem[]): Promise<Record<string, string> | undefined> {
  const answers: Record<string, string> = {};
  for (const problem of problems) {
    const name = nameOf(problem) ?? "";
    session.print.say(`${style.bold(name)}: ${oneLine(problem.message)}`);
    const declared = /; declared: .*$/.exec(problem.hint ?? "")?.[0].slice(2);
    if (declared !== undefined) session.print.say(`  ${oneLine(declared)}`);
    const answer = ((await askLine(session, `${name}> `)) ?? "").trim();
    if (answer === "") return undefined;
    answers[name] = answer;
  }
  return answers;
}
