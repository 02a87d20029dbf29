/** Tool `summary`: what a run found and did so far, as Markdown, with a chart; or the draft of a post-mortem. */
import { z } from "zod";
import { answerOf } from "../../core/answer/build.js";
import { answerMarkdown } from "../../core/answer/markdown.js";
import { UTC } from "../../core/answer/times.js";
import type { RunContext } from "../../core/run/context.js";
import type { Finding } from "../../core/run/state.js";
import { jsonObjectSchema, jsonSchema } from "../../schema/json.js";
import { GOAL_MAX_CHARS, NAME_MAX_CHARS } from "../../vocabulary/limits.js";
import { defineTool, type ToolContext } from "../define-tool.js";
import { findingsSchema } from "./kit/finding.js";
import { chartOf } from "./kit/summary/chart-of-run.js";
import { type Cited, citedText, flatten } from "./kit/summary/cited-findings.js";
import { escapeMarkdown } from "./kit/summary/markdown.js";
import { postmortemBlocks } from "./kit/summary/postmortem.js";
import { type Cause, causeOf, changesOf } from "./kit/summary/run-facts.js";
import {
  causeLines,
  factLines,
  narrativeText,
  nextLines,
  nodeLines,
  section,
  timelineLines,
} from "./kit/summary/sections.js";
import { timelineOf } from "./kit/summary/timeline.js";

/** Characters of the whole text: readable, and well under what history carries. */
const MARKDOWN_MAX_CHARS = 40_000;

const paramsSchema = z.strictObject({
  title: z.string().min(1).max(NAME_MAX_CHARS).optional(),
  goal: z.string().max(GOAL_MAX_CHARS).optional(),
  /** Findings in any nesting; a mapping's keys name the nodes. Without it, all that the run has found so far. */
  findings: jsonSchema.optional(),
  facts: jsonObjectSchema.optional(),
  next_steps: z.array(z.string().min(1).max(1_000)).max(20).optional(),
  format: z.enum(["summary", "postmortem"]).optional(),
  /** The node whose metric is drawn; without it the metric in trouble, else the first over a range. `none`: no chart. */
  chart: z
    .string()
    .regex(/^[a-zA-Z0-9_-]{1,64}$/, "a node's id, or none")
    .optional(),
});
type Params = z.output<typeof paramsSchema>;

/** `findings` stays empty: a summary finds nothing of its own, and the report would list everything twice. */
const outputSchema = z.strictObject({
  markdown: z.string(),
  truncated: z.boolean(),
  /** The key metric as SVG, with the changes marked; null where the run has no metric over time. */
  chart: z
    .strictObject({
      blob: z.string(),
      node: z.string(),
      query: z.string(),
      title: z.string(),
      marks: z.array(z.string()),
    })
    .nullable(),
  findings: findingsSchema,
});
type Output = z.infer<typeof outputSchema>;

export const summary = defineTool({
  name: "summary",
  description:
    "Writes in Markdown what the run found and did so far, with the evidence for each finding and a chart; also as a post-mortem draft.",
  nodeTypes: ["summary"],
  effect: "none",
  seesRun: true,
  params: paramsSchema,
  output: outputSchema,
  run: summarise,
});

async function summarise(params: Params, context: ToolContext): Promise<Output> {
  const run = context.soFar;
  const cited = params.findings === undefined ? (run?.findings ?? []) : flatten(params.findings);
  const cause = run === undefined ? undefined : causeOf(run);
  const chart = run === undefined || params.chart === "none" ? undefined : chartOf(run, params.chart, cause);
  const blob = chart === undefined ? undefined : await context.blobs.put(chart.svg);
  const narrative = narrativeText(await context.narrate?.(cited.map(findingOf)));
  const text = textOf(params, { run, cited, cause, narrative, chart: chartText(chart?.title, blob, context) }, context);
  const truncated = text.length > MARKDOWN_MAX_CHARS;
  const markdown = truncated ? `${wholeLines(text)}\n\n*The rest was left out: the summary is too long.*\n` : text;
  return {
    markdown,
    truncated,
    chart: chart === undefined || blob === undefined ? null : { blob, ...chart.told },
    findings: [],
  };
}

interface Parts {
  run: RunContext | undefined;
  cited: readonly Cited[];
  cause: Cause | undefined;
  narrative: string;
  chart: string;
}

function textOf(params: Params, { run, cited, cause, narrative, chart }: Parts, context: ToolContext): string {
  const names = new Map(run?.nodes.map(({ id, name }) => [id, name]));
  const title = params.title ?? "Summary";
  const goal = params.goal ?? run?.goal;
  const happenings = run === undefined ? [] : timelineOf(run, cause, changesOf(run));
  // What the cause's own part tells is not told twice; where sentences cite findings by number, all of them stand.
  const listed = narrative === "" ? cited.filter(({ node }) => node === undefined || node !== cause?.node) : cited;
  const findings = cited.length === 0 ? ["Nothing was found."] : listed.map((item) => citedText(item, names));
  const facts = factLines(params.facts);
  const blocks =
    params.format === "postmortem"
      ? postmortemBlocks({
          ...{ title, goal, run, cause, happenings, findings, facts, chart, narrative },
          runId: context.runId,
          nextSteps: params.next_steps,
          nowMs: context.now(),
        })
      : [
          `# ${escapeMarkdown(title)}`,
          goal === undefined || goal === "" ? "" : `**Goal:** ${escapeMarkdown(goal)}`,
          run === undefined || cause === undefined ? "" : answerBlock(run, context),
          narrative,
          section("Cause", causeLines(cause)),
          chart,
          section("Findings", findings),
          section("Facts", facts),
          section("Timeline", timelineLines(happenings)),
          section("What was done", run === undefined ? [] : nodeLines(run, context.nodeId)),
          section("Next", nextLines(params.next_steps, cause)),
        ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** What a ticket or a message that carries the summary shows first. */
function answerBlock(run: RunContext, { runId, now }: ToolContext): string {
  const outputs = new Map(run.outputs.map(({ node, output }) => [node, output]));
  const source = {
    ...{ runId, goal: run.goal, dryRun: false, startedAtMs: run.startedAtMs, edges: [], findings: run.findings },
    nodes: run.nodes.map((node) => ({ ...node, output: outputs.get(node.id) })),
    gates: run.decisions.map(({ node: nodeId, status, votes, closedAtMs }) => ({ nodeId, status, votes, closedAtMs })),
  };
  return answerMarkdown(answerOf(source), UTC, now());
}

const findingOf = ({ node = "", ...rest }: Cited): Finding => ({ node, ...rest });
const wholeLines = (text: string): string => text.slice(0, text.lastIndexOf("\n", MARKDOWN_MAX_CHARS));

/** Named and not embedded: no reader of Markdown knows our store. */
function chartText(title: string | undefined, blob: string | undefined, { runId }: ToolContext): string {
  if (title === undefined || blob === undefined) return "";
  const way = `autoops report ${/^[A-Za-z0-9._-]+$/.test(runId) ? runId : "RUN"} --chart FILE.svg`;
  return section("Chart", [`- ${escapeMarkdown(title)}: \`${way}\` writes it once the run has ended (${blob})`]);
}
