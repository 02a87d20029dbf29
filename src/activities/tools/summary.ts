/** Tool `summary`: what a run found and did so far, as Markdown; each finding names its node and its evidence. */
import { z } from "zod";
import type { SoFar } from "../../core/run/so-far.js";
import type { Finding } from "../../core/run/state.js";
import { type Json, jsonObjectSchema, jsonSchema } from "../../schema/json.js";
import { FINDINGS_MAX, GOAL_MAX_CHARS, NAME_MAX_CHARS } from "../../vocabulary/limits.js";
import type { Narrative } from "../contract.js";
import { defineTool, type ToolContext } from "../define-tool.js";
import { EVIDENCE_MAX, findingsSchema, shortened } from "./finding.js";
import { escapeMarkdown } from "./summary-markdown.js";

/** Characters of the whole text: readable, and well under what history carries. */
const MARKDOWN_MAX_CHARS = 40_000;
const FACTS_MAX = 50;
const NODES_MAX = 100;

const paramsSchema = z.strictObject({
  title: z.string().min(1).max(NAME_MAX_CHARS).optional(),
  goal: z.string().max(GOAL_MAX_CHARS).optional(),
  /** Findings in any nesting; a mapping's keys name the nodes. Without it, all that the run has found so far. */
  findings: jsonSchema.optional(),
  facts: jsonObjectSchema.optional(),
  next_steps: z.array(z.string().min(1).max(1_000)).max(20).optional(),
});
type Params = z.output<typeof paramsSchema>;

/** `findings` stays empty: a summary finds nothing of its own, and the report would list everything twice. */
const outputSchema = z.strictObject({ markdown: z.string(), truncated: z.boolean(), findings: findingsSchema });

export const summary = defineTool({
  name: "summary",
  description: "Writes a summary in Markdown of what the run found and did so far, with the evidence for each finding.",
  nodeTypes: ["summary"],
  effect: "none",
  seesRun: true,
  params: paramsSchema,
  output: outputSchema,
  run: summarise,
});

interface Cited {
  node: string | undefined;
  statement: string;
  evidence: string[];
}

async function summarise(params: Params, context: ToolContext): Promise<z.infer<typeof outputSchema>> {
  const run = context.soFar;
  const cited = params.findings === undefined ? (run?.findings ?? []) : flatten(params.findings);
  const names = new Map(run?.nodes.map(({ id, name }) => [id, name]));
  const goal = params.goal ?? run?.goal;
  const blocks = [
    `# ${escapeMarkdown(params.title ?? "Summary")}`,
    goal === undefined || goal === "" ? "" : `**Goal:** ${escapeMarkdown(goal)}`,
    narrativeText(await context.narrate?.(cited.map(findingOf))),
    `## Findings\n\n${cited.length === 0 ? "Nothing was found." : cited.map((item) => citedText(item, names)).join("\n")}`,
    factsText(params.facts),
    run === undefined ? "" : nodesText(run, context.nodeId),
    params.next_steps === undefined ? "" : `## Next\n\n${params.next_steps.map(bullet).join("\n")}`,
  ];
  const whole = `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
  const truncated = whole.length > MARKDOWN_MAX_CHARS;
  const markdown = truncated ? `${wholeLines(whole)}\n\n*The rest was left out: the summary is too long.*\n` : whole;
  return { markdown, truncated, findings: [] };
}

const findingOf = ({ node = "", ...rest }: Cited): Finding => ({ node, ...rest });

/** Beside the findings, never in their place: what the model says of them, each sentence with their numbers. */
function narrativeText(narrative: Narrative | undefined): string {
  if (narrative === undefined || narrative.sentences.length === 0) return "";
  const lines = narrative.sentences.map(
    ({ text, citations }) => `- ${escapeMarkdown(text)} (finding ${citations.join(", ")})`,
  );
  return `## In short\n\n*By the model, over the findings below, numbered in their order.*\n\n${lines.join("\n")}`;
}

const bullet = (text: string): string => `- ${escapeMarkdown(text)}`;
const wholeLines = (text: string): string => text.slice(0, text.lastIndexOf("\n", MARKDOWN_MAX_CHARS));

function citedText({ node, statement, evidence }: Cited, names: ReadonlyMap<string, string>): string {
  const name = node === undefined ? undefined : names.get(node);
  const source =
    node === undefined ? "" : ` (node ${escapeMarkdown(node)}${name === undefined ? "" : `, ${escapeMarkdown(name)}`})`;
  const lines = evidence.slice(0, EVIDENCE_MAX).map((text) => `  - ${escapeMarkdown(text)}`);
  return [`- **${escapeMarkdown(statement)}**${source}`, ...lines].join("\n");
}

/** Findings in lists, under `findings`, or in a mapping by node; anything else holds none. */
function flatten(value: Json): Cited[] {
  const found: Cited[] = [];
  const visit = (item: Json, node: string | undefined): void => {
    if (found.length >= FINDINGS_MAX || typeof item !== "object" || item === null) return;
    if (Array.isArray(item)) {
      for (const each of item) visit(each, node);
      return;
    }
    const own = typeof item.node === "string" ? item.node : node;
    if (typeof item.statement === "string") {
      const evidence = Array.isArray(item.evidence) ? item.evidence.filter((text) => typeof text === "string") : [];
      found.push({ node: own, statement: item.statement, evidence });
    } else if (item.findings !== undefined) visit(item.findings, own);
    else for (const [key, each] of Object.entries(item)) visit(each, key);
  };
  visit(value, undefined);
  return found;
}

function factsText(facts: Params["facts"]): string {
  const entries = Object.entries(facts ?? {}).slice(0, FACTS_MAX);
  if (entries.length === 0) return "";
  const lines = entries.map(([key, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `- ${escapeMarkdown(key.replaceAll("_", " "))}: ${escapeMarkdown(shortened(text))}`;
  });
  return `## Facts\n\n${lines.join("\n")}`;
}

/** How each node went until now; the summary itself is left out. */
function nodesText(run: SoFar, self: string): string {
  const others = run.nodes.filter(({ id }) => id !== self).slice(0, NODES_MAX);
  if (others.length === 0) return "";
  const decided = new Map(run.decisions.map((decision) => [decision.node, decision]));
  const lines = others.map(({ id, name, status, reason }) => {
    const decision = decided.get(id);
    const by =
      decision === undefined || decision.by.length === 0 ? "" : ` by ${decision.by.map(escapeMarkdown).join(", ")}`;
    const gate = decision === undefined ? "" : `; its gate was ${decision.status}${by}`;
    const why = reason === undefined ? "" : `: ${escapeMarkdown(shortened(reason))}`;
    return `- ${escapeMarkdown(name)} (node ${escapeMarkdown(id)}): ${status}${gate}${why}`;
  });
  return `## What was done\n\n${lines.join("\n")}`;
}
