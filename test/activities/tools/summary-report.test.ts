/** The summary of a run with a cause, changes and actions; its chart; and the draft of a post-mortem. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { autoRca } from "../../../src/activities/tools/auto-rca.js";
import { chartSvg, escapeXml } from "../../../src/activities/tools/kit/summary/chart-svg.js";
import { summary } from "../../../src/activities/tools/summary.js";
import type { RunContext } from "../../../src/core/run/context.js";
import type { Json } from "../../../src/schema/json.js";
import { configOf, contextOf, NOW } from "../../support/tool-context.js";
import { BEGAN, callsOf, deploymentsOf, iso, metricOf, noise, tracesOf } from "../../support/trouble.js";

const GATE = NOW - 600_000;

/** A run that found a cause, asked, and went back to the version before. */
async function runWithCause(): Promise<RunContext> {
  const inputs: Record<string, Json> = {
    errors: metricOf("checkout", (late) => (late ? 0.31 : 0.01) + 0.004 * noise()),
    payments: metricOf("payments", (late) => (late ? 0.62 : 0.01) + 0.004 * noise()),
    traces: tracesOf("checkout", "payments", callsOf(["checkout", "payments"])),
    deployments: deploymentsOf(["7", BEGAN - 60_000], ["6", BEGAN - 86_400_000]),
  };
  const about = { deployments: { service: "payments" } };
  const cause = await autoRca.run(autoRca.params.parse({ service: "checkout", inputs, about }), contextOf(configOf()));
  const outputs = Object.entries({ ...inputs, cause: JSON.parse(JSON.stringify(cause)) as Json }).map(
    ([node, output]) => ({
      node,
      tool: node === "cause" ? "autoRCA" : "metric_query",
      output,
    }),
  );
  return {
    goal: "checkout fails",
    startedAtMs: NOW - 900_000,
    findings: [{ node: "errors", statement: "the ratio is 0.31", evidence: ["e"] }],
    nodes: [
      { id: "errors", name: "Read errors", status: "succeeded", startedAtMs: NOW - 900_000, endedAtMs: NOW - 899_000 },
      {
        id: "back",
        name: "Roll payments back",
        status: "succeeded",
        effect: "write",
        startedAtMs: GATE + 60_000,
        endedAtMs: GATE + 65_000,
        verification: { verdict: "not_verified", why: "still 0.3" },
      },
    ],
    decisions: [
      {
        node: "back",
        status: "approved",
        by: ["amy"],
        openedAtMs: GATE,
        closedAtMs: GATE + 50_000,
        votes: [{ decision: "approve", approver: "amy", atMs: GATE + 50_000, verified: true, comment: "go" }],
      },
    ],
    outputs,
    leftOut: [],
  };
}

async function write(params: object, soFar?: RunContext) {
  const context = contextOf(configOf(), soFar === undefined ? {} : { soFar });
  const output = summary.output.parse(await summary.run(summary.params.parse(params), context));
  const svg = output.chart === null ? "" : await context.blobs.get(output.chart.blob);
  return { ...output, svg };
}

test("it tells the cause with its certainty, the timeline, who approved, and whether it was verified", async () => {
  const { markdown } = await write({ title: "Checkout", next_steps: ["tell support"] }, await runWithCause());
  const parts = [
    "## Cause\n\n- **Likely: version 7 of payments",
    `- ${iso(BEGAN - 60_000)}: version 7 (node deployments)`,
    "the trouble began: http\\_requests\\_total error ratio of checkout went from",
    `- ${iso(GATE)}: people were asked about Roll payments back (node back)`,
    'amy approved Roll payments back (node back) (signature verified): "go"',
    "Roll payments back (node back) was carried out; the check after it does not hold: not verified (still 0.3)",
    "; its gate was approved by amy; the check after it does not hold",
    "- tell support",
    "autoops report run --chart FILE.svg",
  ];
  for (const part of parts) expect(markdown.replaceAll("\\_", "_")).toContain(part.replaceAll("\\_", "_"));
  const order = [...markdown.matchAll(/^- (\d{4}-\S+Z): /gm)].map(([, time]) => time);
  expect(order).toEqual([...order].sort());
});

test("the chart draws the metric in trouble with the change, the beginning and the action marked", async () => {
  const { chart, svg } = await write({}, await runWithCause());
  expect(chart).toMatchObject({ node: "errors", title: "http_requests_total error ratio of checkout" });
  expect(chart?.marks).toEqual([
    `${iso(BEGAN - 60_000)}: version 7`,
    `${iso(BEGAN)}: the trouble began`,
    `${iso(GATE + 65_000)}: Roll payments back`,
  ]);
  expect(svg.match(/stroke-dasharray/g)).toHaveLength(3);
  expect(svg.match(/<path d="M[^M]*" /)).not.toBeNull();
});

test("another metric may be drawn, or none; a run without one has no chart", async () => {
  const run = await runWithCause();
  expect((await write({ chart: "payments" }, run)).chart?.node).toBe("payments");
  expect((await write({ chart: "none" }, run)).chart).toBeNull();
  expect((await write({ chart: "traces" }, run)).chart).toBeNull();
  expect((await write({ chart: "errors" })).chart).toBeNull();
});

test("a post-mortem holds what the run saw, and leaves to people what only they know", async () => {
  const { markdown } = await write({ title: "Checkout", format: "postmortem" }, await runWithCause());
  const titles = [...markdown.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  expect(titles).toEqual([
    "Summary",
    "Impact",
    "Timeline",
    "Chart",
    "Root cause",
    "Actions and approvals",
    "What went well",
    "What went badly",
    "Where we were lucky",
    "Action items",
    "Findings",
  ]);
  expect(markdown).toContain("- Users affected: *(to be filled in)*");
  expect(markdown).toContain("approved by amy (signature verified)");
  expect(markdown).toContain(`- Began: ${iso(BEGAN)}`);
  expect(markdown).toMatch(/^- \[ \] rollback: /m);
});

test("a post-mortem of a run without anything claims nothing", async () => {
  const { markdown } = await write({ format: "postmortem" });
  expect(markdown).toContain("The run made no search for a cause.");
  expect(markdown).toContain("- Began: not seen by this run");
  expect(markdown).toContain("Nothing was found.");
});

test("missing points break the line", () => {
  const timesMs = [0, 60, 120, 600, 660].map((seconds) => NOW + seconds * 1_000);
  const svg = chartSvg({ title: "t", description: "d", timesMs, values: [1, 2, 3, 4, 5], gapMs: 90_000, marks: [] });
  expect(/<path d="([^"]*)"/.exec(svg)?.[1]?.match(/M/g)).toHaveLength(2);
});

test("whatever text and numbers it is given, the SVG holds no markup of theirs and no number that is none", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constant('"><script>alert(1)</script>&\u0000'),
  );
  const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }), fc.constant(0));
  fc.assert(
    fc.property(anyText, anyText, fc.array(value, { maxLength: 30 }), (title, label, values) => {
      const timesMs = values.map((_, index) => NOW + index * 60_000);
      const marks = [{ atMs: NOW, label, kind: "change" as const }];
      const svg = chartSvg({ title, description: label, timesMs, values, gapMs: 90_000, marks });
      expect(svg).not.toMatch(/NaN|Infinity|<script|\u0000/);
      const known = /^<(?:\/?svg|\/?title|\/?desc|rect|\/?text|line|circle|path)\b/;
      expect((svg.match(/<[^>]*>?/g) ?? []).every((tag) => known.test(tag))).toBe(true);
      expect(escapeXml(label)).not.toMatch(/[<>"']/);
    }),
    { numRuns: 60 },
  );
});
