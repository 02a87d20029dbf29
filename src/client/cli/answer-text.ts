/** The answer of an investigation for people: what is wrong with what, since when; how sure; the facts that decide; what next. */
import type { Report } from "../../core/report.js";
import { oneLine, style } from "./text.js";

/** What the node `diagnosis` returned, as far as it is shown. */
export interface Answer {
  trouble: boolean;
  headline: string;
  certainty: string;
  rule: string;
  began: string | null;
  causes: Array<{
    service: string;
    cause: string;
    score: number;
    evidence: Array<{ text: string; node: string; kind: string }>;
  }>;
  suffers: string[];
  next: string[];
  not_looked_at: Array<{ node: string; why: string }>;
}

const FACTS_SHOWN = 4;
const NEXT_SHOWN = 2;
const OTHERS_SHOWN = 2;
const LINE_MAX = 200;

/** The newest answer among what the nodes of a run returned. */
export function answerOf(outputs: readonly unknown[]): Answer | undefined {
  const answers = outputs.filter(isAnswer);
  return answers.at(-1);
}

function isAnswer(value: unknown): value is Answer {
  return (
    typeof value === "object" && value !== null && "headline" in value && "certainty" in value && "causes" in value
  );
}

interface Shown {
  seconds: number;
  runId: string;
  all: boolean;
  report: Report;
}

/** At most fifteen lines, unless all is wanted. */
export function answerLines(answer: Answer | undefined, { seconds, runId, all, report }: Shown): string[] {
  if (answer === undefined) {
    const failures = report.nodes.flatMap(({ id, failure }) =>
      failure === undefined ? [] : [`${id}: ${failure.message}`],
    );
    return [
      style.red("No answer: the looks failed."),
      ...failures.slice(0, 5).map((line) => `  ${oneLine(line, LINE_MAX)}`),
    ];
  }
  const [best, ...others] = answer.causes;
  const lines = [style.bold(oneLine(answer.headline, 400))];
  if (answer.trouble) lines.push(`  ${sureness(answer.certainty)}: ${answer.rule}`);
  if (best !== undefined) {
    const facts = all ? best.evidence : best.evidence.slice(0, FACTS_SHOWN);
    lines.push("  What says so:", ...facts.map(({ text, kind }) => `    - ${kind}: ${oneLine(text, LINE_MAX)}`));
  }
  if (answer.next.length > 0) {
    lines.push("  Next:", ...answer.next.slice(0, NEXT_SHOWN).map((text) => `    - ${oneLine(text, LINE_MAX)}`));
  }
  for (const other of others.slice(0, all ? others.length : OTHERS_SHOWN)) {
    lines.push(style.dim(`  Less likely (${other.score}): ${oneLine(other.cause, LINE_MAX)}`));
  }
  for (const { node, why } of answer.not_looked_at.slice(0, all ? 20 : 2)) {
    lines.push(style.yellow(`  Not looked at: ${node}: ${oneLine(why, LINE_MAX)}`));
  }
  lines.push(style.dim(`  ${seconds} s; everything that was read: autoops report ${runId}`));
  return lines;
}

const SURE: Readonly<Record<string, (text: string) => string>> = {
  confirmed: style.green,
  likely: style.cyan,
  possible: style.yellow,
};

const sureness = (certainty: string): string => (SURE[certainty] ?? style.dim)(certainty);
