/** The answer where nothing ran: the check refused the plan. Imports no package and reads no clock. */
import type { Problem } from "../../vocabulary/problems.js";
import { type Answer, FACTS_MAX, NEXT_MAX } from "./answer.js";
import { capital, readable, shortened, unended } from "./words.js";

const TEXT_MAX = 240;

export function refusalAnswer(problems: readonly Problem[]): Answer {
  const [first, ...others] = problems;
  const facts = others.slice(0, FACTS_MAX).map(({ message, code }) => ({
    text: shortened(readable(message), TEXT_MAX),
    source: code,
    node: "",
    query: "",
  }));
  const hints = [...new Set(problems.flatMap(({ hint }) => (hint === undefined ? [] : [hint])))];
  const why = first === undefined ? "it has problems" : unended(shortened(readable(first.message), TEXT_MAX));
  return {
    headline: `Refused, and nothing was run: ${why}.`,
    mood: "bad",
    cause: facts.length === 0 ? undefined : { sureness: "none", text: "Also", facts },
    actions: [],
    next: hints.slice(0, NEXT_MAX).map((hint) => `${unended(capital(shortened(readable(hint), TEXT_MAX)))}.`),
    missing: [],
  };
}
