/**
 * What the Temporal Web UI shows of a run: one line a node, the open gates with the line that answers them, and the
 * search attributes. Loaded by the workflow sandbox: imports only what the bundle test lists.
 */
import { defineSearchAttributeKey, type SearchAttributePair } from "@temporalio/common";
import { setCurrentDetails, upsertSearchAttributes } from "@temporalio/workflow";
import { answerMarkdown } from "../core/answer/markdown.js";
import { UTC } from "../core/answer/times.js";
import type { CheckedGraph, CheckedNode } from "../core/check.js";
import { plain } from "../core/report/plain.js";
import { statusOf, viewOf } from "../core/report/view.js";
import type { Report } from "../core/report.js";
import { type Run, stateOf } from "../core/run/run.js";
import { DECISION_WORDS } from "../vocabulary/decisions.js";
import { DETAILS_MAX_CHARS, DETAILS_MAX_NODES, KEYWORD_LIST_MAX_BYTES } from "../vocabulary/limits.js";
import { EFFECTS } from "../vocabulary/node-types.js";

const STATUS = defineSearchAttributeKey("AutoopsStatus", "KEYWORD");
const ENVIRONMENT = defineSearchAttributeKey("AutoopsEnvironment", "KEYWORD");
const RISK = defineSearchAttributeKey("AutoopsRisk", "KEYWORD");
const TARGETS = defineSearchAttributeKey("AutoopsTargets", "KEYWORD_LIST");
const PENDING = defineSearchAttributeKey("AutoopsPendingApprovals", "INT");

/** The Web UI measures the page without its outer margins: what stands last is cut off, so a blank line does. */
const LAST = "\n\n\u00a0";

/** Names as Markdown, made once a run: the details are written anew whenever a node ends. */
const titles = new WeakMap<CheckedGraph, string[]>();

function titlesOf(graph: CheckedGraph): string[] {
  let known = titles.get(graph);
  if (known === undefined) {
    known = graph.nodes.slice(0, DETAILS_MAX_NODES).map((node) => plain(node.name));
    titles.set(graph, known);
  }
  return known;
}

/** Those of the graph, up to the cap, and the undo nodes that have come into play. */
function shownNodes({ plan }: Run): Array<{ node: CheckedNode; title: string }> {
  const shown = titlesOf(plan.graph).map((title, position) => ({
    node: plan.graph.nodes[position] as CheckedNode,
    title,
  }));
  if (plan.nodes.size === plan.graph.nodes.length) return shown;
  const undoing = [...plan.nodes.values()].slice(plan.graph.nodes.length);
  return [...shown, ...undoing.map(({ node }) => ({ node, title: plain(node.name) }))];
}

/** Markdown bullets: the page of a run in the Web UI. */
export function showDetails(run: Run, workflowId: string): void {
  const { graph } = run.plan;
  const lines = [
    `**${graph.verdict.dryRun ? "dry run, nothing is executed" : statusOf(run)}** · ${plain(graph.name)}`,
    "",
  ];
  lines.push(...answerLines(run, workflowId));
  const asking: string[] = [];
  for (const { node, title } of shownNodes(run)) {
    const own = stateOf(run, node.id);
    const why = own.reason ?? own.failure?.message;
    const status = own.status === "asking" ? "waits for approval" : own.status;
    lines.push(`- ${status} · ${title} (${node.id})${why === undefined ? "" : `: ${plain(why)}`}`);
    if (own.gate?.status !== "open" && own.gate?.status !== "asking") continue;
    const until = new Date(own.gate.deadlineMs).toISOString().replace("T", " ").slice(0, 19);
    asking.push(`- ${title}, until ${until} UTC`);
    // Each on a line of its own: a long one is cut, and this is the one to be copied.
    for (const answer of DECISION_WORDS) asking.push(`  - \`autoops ${answer} ${workflowId} ${node.id}\``);
  }
  const left = graph.nodes.length - DETAILS_MAX_NODES;
  if (left > 0) lines.push(`- and ${left} more nodes`);
  if (asking.length > 0) lines.push("", "**Open gates**", "", ...asking);
  setCurrentDetails(lines.join("\n") + LAST);
}

/** What is wrong and why, as soon as a search for the cause has said so. */
function answerLines(run: Run, workflowId: string): string[] {
  const { graph } = run.plan;
  const judged = graph.nodes.length <= DETAILS_MAX_NODES && graph.nodes.some(({ id }) => isJudgement(run, id));
  const { answer } = judged ? viewOf(run, { runId: workflowId, runKey: "", requester: "" }) : {};
  return answer === undefined ? [] : [answerMarkdown(answer, UTC, run.state.startedAtMs), ""];
}

function isJudgement(run: Run, node: string): boolean {
  const { output } = stateOf(run, node);
  return typeof output === "object" && output !== null && "certainty" in output && "causes" in output;
}

/** At the end the page is the report. */
export function showReport({ text }: Report): void {
  const isLong = text.length > DETAILS_MAX_CHARS;
  setCurrentDetails((isLong ? `${text.slice(0, DETAILS_MAX_CHARS)}…\n\nThe rest is in the result.` : text) + LAST);
}

/** One upsert when a gate opens or closes, and one at the end; what the check found rides along. */
export function showAttributes(run: Run): void {
  const { graph } = run.plan;
  const worst = graph.nodes.reduce((risk, node) => Math.max(risk, EFFECTS.indexOf(node.effect)), 0);
  const pairs: SearchAttributePair[] = [
    { key: STATUS, value: graph.verdict.dryRun ? "dry_run" : statusOf(run) },
    { key: ENVIRONMENT, value: graph.verdict.environment },
    { key: RISK, value: EFFECTS[worst] ?? "none" },
    { key: PENDING, value: run.gates },
  ];
  const targets = withinBytes(graph.verdict.targets);
  if (targets.length > 0) pairs.push({ key: TARGETS, value: targets });
  upsertSearchAttributes(pairs);
}

function withinBytes(names: string[]): string[] {
  let room = KEYWORD_LIST_MAX_BYTES;
  return names.filter((name) => {
    room -= name.length * 3;
    return room >= 0;
  });
}
