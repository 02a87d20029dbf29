/** The parts of a summary as Markdown; every text of the run is escaped, and every part is empty where the run has nothing for it. */
import type { DecisionContext, NodeContext, RunContext } from "../../../../core/run/context.js";
import type { Narrative } from "../../../contract.js";
import { shortened } from "../finding.js";
import { isoText } from "../instant.js";
import { escapeMarkdown } from "./markdown.js";
import type { Cause } from "./run-facts.js";
import { type Happening, proofOf } from "./timeline.js";

const NODES_MAX = 100;
const HAPPENINGS_MAX = 60;
const FACTS_MAX = 50;

export const bullet = (text: string): string => `- ${escapeMarkdown(text)}`;

export function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `## ${title}\n\n${lines.join("\n")}`;
}

/** Beside the findings, never in their place: what the model says of them, each sentence with their numbers. */
export function narrativeText(narrative: Narrative | undefined): string {
  if (narrative === undefined || narrative.sentences.length === 0) return "";
  const lines = narrative.sentences.map(
    ({ text, citations }) => `- ${escapeMarkdown(text)} (finding ${citations.join(", ")})`,
  );
  return section("In short", ["*By the model, over the findings below, numbered in their order.*", "", ...lines]);
}

/** The cause with its certainty, what it stands on, and what was set aside. */
export function causeLines(cause: Cause | undefined): string[] {
  if (cause === undefined) return [];
  const [best] = cause.causes;
  const why = `${escapeMarkdown(cause.rule)} (node ${escapeMarkdown(cause.node)})`;
  const head =
    best === undefined || cause.certainty === "inconclusive"
      ? `- **Inconclusive**: ${why}`
      : `- **${cause.certainty === "confirmed" ? "Confirmed" : "Likely"}: ${escapeMarkdown(best.cause)}**: ${why}`;
  const evidence = (best?.evidence ?? []).map((one) => cited(one.text, one));
  const aside = cause.set_aside.slice(0, 6).map((one) => cited(`${one.what}: ${one.why}`, one));
  return [head, ...evidence, ...(aside.length === 0 ? [] : ["- Set aside:", ...aside])];
}

const cited = (text: string, { node, query }: { node: string; query: string }): string =>
  `  - ${escapeMarkdown(text)} (node ${escapeMarkdown(node)}, ${escapeMarkdown(shortened(query, 160))})`;

export function timelineLines(happenings: readonly Happening[]): string[] {
  return happenings.slice(0, HAPPENINGS_MAX).map(({ atMs, text }) => `- ${isoText(atMs)}: ${escapeMarkdown(text)}`);
}

export function factLines(facts: Readonly<Record<string, unknown>> | undefined): string[] {
  return Object.entries(facts ?? {})
    .slice(0, FACTS_MAX)
    .map(([key, value]) => {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      return `- ${escapeMarkdown(key.replaceAll("_", " "))}: ${escapeMarkdown(shortened(text))}`;
    });
}

/** How each node went until now; the summary itself is left out. */
export function nodeLines(run: RunContext, self: string): string[] {
  const decided = new Map(run.decisions.map((decision) => [decision.node, decision]));
  return run.nodes
    .filter(({ id }) => id !== self)
    .slice(0, NODES_MAX)
    .map((node) => nodeLine(node, decided.get(node.id)));
}

function nodeLine(
  { id, name, status, reason, verification }: NodeContext,
  decision: DecisionContext | undefined,
): string {
  const by =
    decision === undefined || decision.by.length === 0 ? "" : ` by ${decision.by.map(escapeMarkdown).join(", ")}`;
  const gate = decision === undefined ? "" : `; its gate was ${decision.status}${by}`;
  const why = reason === undefined ? "" : `: ${escapeMarkdown(shortened(reason))}`;
  const proof = escapeMarkdown(proofOf(verification));
  return `- ${escapeMarkdown(name)} (node ${escapeMarkdown(id)}): ${status}${gate}${why}${proof}`;
}

/** What the caller wants done next, then what would confirm the cause. */
export function nextLines(steps: readonly string[] | undefined, cause: Cause | undefined): string[] {
  const asked = (cause?.next ?? []).slice(0, 4).map(({ tool, why }) => bullet(`${tool}: ${why}`));
  return [...(steps ?? []).map(bullet), ...asked];
}
