/** The lab's part of docs/evaluation.md: a scorecard, and a row for each question. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

export const MARK = "<!-- Below: npm run lab -->";

/** Figures of all questions, as lines. */
export function cardOf(rows) {
  const faults = rows.filter(({ quiet }) => !quiet);
  const quiet = rows.filter((row) => row.quiet);
  const share = (list, test) => (list.length === 0 ? "-" : (list.filter(test).length / list.length).toFixed(2));
  const seconds = rows.map((row) => row.seconds).sort((a, b) => a - b);
  return [
    ["asked", `${rows.length} (${new Set(faults.map(({ id }) => id)).size} faults, ${quiet.length} quiet cases)`],
    ["plan made", share(rows, ({ planned }) => planned)],
    ["right at first guess", share(faults, ({ first }) => first)],
    ["in the first three", share(faults, ({ three }) => three)],
    ["likely or confirmed, and wrong", String(rows.filter(({ surelyWrong }) => surelyWrong).length)],
    ["likely or confirmed, and right", share(faults, ({ first, certainty }) => first && certainty !== "inconclusive")],
    ["quiet cases quiet", `${quiet.filter(({ first }) => first).length} of ${quiet.length}`],
    ["seconds", `median ${(seconds[seconds.length >> 1] ?? 0).toFixed(1)}, most ${(seconds.at(-1) ?? 0).toFixed(1)}`],
  ];
}

/** Rewrites what stands below the mark; what `npm run eval` writes stays. */
export function writePage(file, rows, remark) {
  const page = existsSync(file) ? readFileSync(file, "utf8") : "";
  const at = page.indexOf(MARK);
  const head = at < 0 ? page : page.slice(0, at);
  writeFileSync(file, `${head.trimEnd()}\n\n${sectionOf(rows, remark)}`);
}

function sectionOf(rows, remark) {
  const verdict = ({ first, three }) => (first ? "yes" : three ? "in three" : "no");
  const lines = rows.map(
    (row) =>
      `| ${row.id} | ${row.way} | ${row.said} | ${verdict(row)} | ${row.certainty} | ${row.seconds.toFixed(1)} |`,
  );
  return `${MARK}

## An own stack: the lab

\`npm run lab -- --write\` writes this part: real parts out of packages, broken in one way after another, asked in plain words and by the alert that
really fired (\`scripts/lab/faults.mjs\`). ${remark}

| | |
| --- | --- |
${cardOf(rows)
  .map(([name, value]) => `| ${name} | ${value} |`)
  .join("\n")}

| Fault | Asked by | Named first | Right | Certainty | Seconds |
| --- | --- | --- | --- | --- | --- |
${lines.join("\n")}
`;
}
