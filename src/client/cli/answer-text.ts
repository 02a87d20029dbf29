/** The answer of a run on a terminal: what is wrong, why, what was done, what next. Times are the machine's own. */
import type { Answer } from "../../core/answer/answer.js";
import { type AnswerLine, answerLines } from "../../core/answer/lines.js";
import type { Clock } from "../../core/answer/times.js";
import { restMarkdown } from "../../core/report/markdown.js";
import { answerIn, type Report } from "../../core/report.js";
import { readable, type StyleName, style } from "./text.js";

/** Made when a time is shown: most commands show none, and the words of all languages are loaded with the first. */
let dayFormat: Intl.DateTimeFormat | undefined;
let zoneFormat: Intl.DateTimeFormat | undefined;
const two = (value: number): string => String(value).padStart(2, "0");

/** The zone of this machine. */
export const LOCAL: Clock = {
  time(ms) {
    const date = new Date(ms);
    return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  },
  day: (ms) => {
    dayFormat ??= new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
    return dayFormat.format(ms);
  },
  zone: (ms) => {
    zoneFormat ??= new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });
    return zoneFormat.formatToParts(ms).find(({ type }) => type === "timeZoneName")?.value ?? "";
  },
};

const MOODS: Record<Answer["mood"], StyleName> = { bad: "red", good: "green", open: "yellow", quiet: "bold" };

/** At most fifteen lines with `more`, which says where the rest is. */
export function answerText(report: Report, more?: string): string[] {
  const answer = answerIn(report);
  const lines = answerLines(answer, {
    clock: LOCAL,
    aroundMs: report.endedAtMs,
    linesMax: more === undefined ? undefined : 14,
  });
  return [...lines.map((line) => styled(line, answer)), ...(more === undefined ? [] : [style.dim(`  ${more}`)])];
}

export function styled({ text, role }: AnswerLine, { mood }: Pick<Answer, "mood">): string {
  if (role === "headline") return style[MOODS[mood]](text);
  if (role !== "label") return text;
  return text.replace(
    /^( *)([A-Z][\w ,]{1,40}:)/,
    (_, indent: string, label: string) => `${indent}${style.bold(label)}`,
  );
}

/** The answer, all that it rests on, and what nodes of the run wrote. */
export function fullText(report: Report): string[] {
  const documents = (report.documents ?? []).flatMap(({ node, markdown }) => [
    "",
    style.bold(`Written by ${node}`),
    readable(markdown.trimEnd()),
  ]);
  return [...answerText(report), "", readable(restMarkdown(report, answerIn(report)).join("\n")), ...documents];
}
