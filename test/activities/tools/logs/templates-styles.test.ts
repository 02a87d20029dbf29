/** Log templates on lines in the styles of further systems, written from their formats with values made up at random. */
import { expect, test } from "vitest";
import { clusterLogs } from "../../../../src/activities/tools/logs/templates.js";
import { CLUSTER_STYLES } from "../../../support/log-styles-of-clusters.js";
import { DEVICE_STYLES } from "../../../support/log-styles-of-devices.js";
import { random, type Statement } from "../../../support/log-values.js";

function accuracy(statements: readonly Statement[]): number {
  const rows = statements
    .flatMap(([weight, write], event) => Array.from({ length: weight }, () => ({ line: write(), event, at: random() })))
    .sort((a, b) => a.at - b.at);
  const sizes = statements.map(([weight]) => weight);
  let right = 0;
  for (const { lines } of clusterLogs(rows.map(({ line }) => line))) {
    const events = new Set(lines.map((line) => rows[line]?.event));
    const [only = -1] = events;
    if (events.size === 1 && sizes[only] === lines.length) right += lines.length;
  }
  return right / rows.length;
}

test("statements in the styles of eleven further systems are told apart with the one setting", () => {
  const accuracies = Object.entries({ ...CLUSTER_STYLES, ...DEVICE_STYLES }).map(([name, statements]) => ({
    name,
    accuracy: accuracy(statements),
  }));
  for (const { name, accuracy: reached } of accuracies) expect.soft(reached, name).toBeGreaterThan(0.85);
  const mean = accuracies.reduce((sum, { accuracy: reached }) => sum + reached, 0) / accuracies.length;
  expect(mean).toBeGreaterThan(0.96);
});
