/** The scorecard as a page of Markdown. */
import type { Band, CauseCard, Figure } from "./causes.js";
import type { Certain } from "./certainty.js";
import type { LogFigure } from "./logs.js";

export interface Scorecard {
  causes: CauseCard;
  certainty: Certain[];
  /** The same with logs and releases, by who was released. */
  released: Certain[];
  /** First guesses over recorded states of clusters. */
  clusters: Figure[];
  logs: LogFigure[];
  skipped: string[];
}

const share = (right: number, of: number): string => (of === 0 ? "–" : (right / of).toFixed(2));

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const table = (head: readonly string[], rows: ReadonlyArray<readonly string[]>): string =>
  [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");

const figures = (rows: readonly Figure[], what: string): string =>
  table(
    ["Set", what, "Cases", "Top-1", "Top-3"],
    rows.map(({ set, method, cases, first, three }) => [
      set,
      method,
      String(cases),
      share(first, cases),
      share(three, cases),
    ]),
  );

const bands = (rows: readonly Band[]): string =>
  table(
    ["Set", "Score of the first", "Cases", "Right"],
    rows.map(({ set, from, cases, right }) => [set, `from ${from}`, String(cases), share(right, cases)]),
  );

const grouping = (rows: readonly LogFigure[]): string =>
  table(
    ["Log", "Lines", "clusterLogs", "Drain", "Clusters", "True"],
    rows.map(({ log, lines, ours, drain, clusters, truth }) => [
      log,
      String(lines),
      ours.toFixed(3),
      drain.toFixed(3),
      String(clusters),
      String(truth),
    ]),
  );

const certain = (rows: readonly Certain[]): string =>
  table(
    ["Set", "Called", "Cases", "Right"],
    rows.map(({ set, certainty, cases, right }) => [set, certainty, String(cases), share(right, cases)]),
  );

export function pageOf({ causes, certainty, released, clusters, logs, skipped }: Scorecard): string {
  return `# Evaluation

\`npm run eval\` writes this page: no model, no network. \`--json\` prints the figures, \`--small\` takes only what a clone
has, \`--check\` compares with the floors in \`bench/eval/floors.json\`, which the tests hold as well.
${skipped.length === 0 ? "" : `\nNot measured:\n\n${skipped.map((one) => `- ${one}`).join("\n")}\n`}
PetShop and Nezha are real systems with faults that people put into them; the made sets come from
\`test/support/made-incidents.ts\`, drawn at random with bystanders that spike, drift and wake up, and outages of load tests from
\`test/support/made-outages.ts\`: ten calm minutes and ten of a fault, a value a second. What the made sets say of other
systems is only as good as they are like them.

## Causes

${figures(causes.figures, "Ranking")}

### What each kind of evidence adds

${figures(causes.ablations, "Given")}

### One family of sets left out

The weights of \`src/activities/tools/rca/ranking/odds.ts\` are chosen with the other families and judged on the one left out. The
floors of deviations and the share given beforehand are the same in both rows.

${figures(causes.leftOut, "Weights")}

### By category

${figures(causes.categories, "Category")}

### What a score means

${bands(causes.bands)}

### What certainty means

What \`autoRCA\` says of the same cases, given metrics, the graph and what was noticed, and nothing else: logs and changes are what confirms.
Quiet cases are the same systems before their fault; right means that no cause is called likely or confirmed.

${certain(certainty)}

So nothing is confirmed there. The made systems once more, with a log of each service that complains and a release of somebody 20 seconds before,
of the cause or of somebody who has nothing to do with it (\`bench/eval/released.ts\`):

${certain(released)}

## Clusters

Which object is to mend, over recorded states: pods, services, events, nodes, logs. The made ones are in
\`test/support/cluster-incidents.ts\` (sufferers are louder than the cause) and \`cluster-quiet.ts\` (right is to name nothing). They were
written with the analysers and mended until all were right: they say what holds, and not how well states are judged that nobody has seen.

${figures(clusters, "Guess")}

## Log grouping

Grouping accuracy: the share of lines whose cluster has exactly the lines of their true template.

${logs.length === 0 ? "Not measured." : grouping(logs)}
`;
}
