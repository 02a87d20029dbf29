/** Problems in a list, word for word, each with its code and its way out. */
import { problemsOf, type ShownProblem } from "./api.js";
import { html } from "./html.js";
import { ProblemText } from "./parts.js";

export function ProblemList({ problems, title }: { problems: readonly ShownProblem[]; title?: string }) {
  return html`<div class="problem" role="alert">
    ${title === undefined ? null : html`<p><strong>${title}</strong></p>`}
    ${problems.map((problem) => html`<${ProblemText} problem=${problem} />`)}
  </div>`;
}

/** The problems of an error, but those that stand beside the field of a form that they are about. */
export function FormProblems({ error, beside = [] }: { error: unknown; beside?: readonly string[] }) {
  if (error === undefined) return null;
  const problems = problemsOf(error).filter((problem) => !beside.includes(problem.at ?? ""));
  return problems.length === 0 ? null : html`<${ProblemList} problems=${problems} />`;
}
