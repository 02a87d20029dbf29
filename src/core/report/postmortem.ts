/**
 * The draft of a post-mortem from a report: what the run saw and did, with room for what only people know.
 * Imports no package and reads no clock.
 */
import type { Answer } from "../answer/answer.js";
import { answerMarkdown } from "../answer/markdown.js";
import { type Clock, localTimes } from "../answer/times.js";
import { iso } from "../answer/words.js";
import type { ReportBody } from "./body.js";
import { plain } from "./plain.js";

const BY_PEOPLE = "*(to be filled in)*";

export function postmortemMarkdown(report: ReportBody, answer: Answer, clock: Clock): string {
  const { name, goal, runId, endedAtMs } = report;
  const local = localTimes(clock, endedAtMs);
  const lines = [
    `# Post-mortem: ${plain(name)}`,
    "",
    `*Draft, from run \`${runId}\`. It holds what the run saw and no more; check it and fill in the rest.*`,
    "",
    `**Asked:** ${plain(goal)}`,
  ];
  const section = (title: string, body: readonly string[]) => lines.push("", `## ${title}`, "", ...body);
  section("Summary", answerMarkdown(answer, clock, endedAtMs).split("\n"));
  section("Impact", ["- Users affected: *(to be filled in)*", "- Ended: *(to be filled in)*"]);
  section(
    "Timeline",
    timeline(report, answer).map(({ atMs, text }) => `- ${local(iso(atMs))}: ${plain(local(text))}`),
  );
  for (const title of ["What went well", "What went badly", "Where we were lucky"]) section(title, [BY_PEOPLE]);
  section(
    "Action items",
    [...answer.next, "…"].map((step) => `- [ ] ${plain(local(step))} (owner: , due: )`),
  );
  return `${lines.join("\n")}\n`;
}

interface Happening {
  atMs: number;
  text: string;
}

/** In order of time: what is marked in the chart, gates, votes, and what was done. */
function timeline({ startedAtMs, endedAtMs, gates, nodes }: ReportBody, { chart }: Answer): Happening[] {
  const asked = gates.flatMap(({ nodeName, openedAtMs, votes }): Happening[] => [
    { atMs: openedAtMs, text: `people were asked: ${nodeName}` },
    ...votes.map(({ atMs, approver, decision, comment }) => ({
      atMs,
      text: `${approver}: ${decision}${comment ? `, "${comment}"` : ""}`,
    })),
  ]);
  const acted = nodes.flatMap(({ name, effect, status, endedAtMs: atMs }): Happening[] =>
    effect === undefined || atMs === undefined || status === "skipped" ? [] : [{ atMs, text: `${name}: ${status}` }],
  );
  const seen = (chart?.marks ?? [])
    .filter(({ kind }) => kind !== "action")
    .map(({ atMs, label }) => ({ atMs, text: label }));
  const run = [
    { atMs: startedAtMs, text: "the run began" },
    { atMs: endedAtMs, text: "the run ended" },
  ];
  return [...seen, ...run, ...asked, ...acted].sort((a, b) => a.atMs - b.atMs);
}
