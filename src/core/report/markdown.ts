/**
 * A report as Markdown: the answer first, then all that it rests on.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */

import { wasCarriedOut } from "../../vocabulary/carried-out.js";
import { DECIDED } from "../../vocabulary/decisions.js";
import { REPORT_MAX_NODES } from "../../vocabulary/limits.js";
import type { Answer } from "../answer/answer.js";
import { proofText } from "../answer/lines.js";
import { answerMarkdown } from "../answer/markdown.js";
import { type Clock, UTC } from "../answer/times.js";
import type { Outcome, StrayDecision } from "../run/state.js";
import type { ReportBody, ReportNode } from "./body.js";
import { plain, span } from "./plain.js";
import type { GateView } from "./view.js";

export const OUTCOME_WORDS: Record<Outcome, string> = {
  succeeded: "The run succeeded.",
  failed: "The run failed.",
  rejected: "A person rejected an action; it was not carried out.",
  expired: "Nobody approved an action in time; it was not carried out.",
  cancelled: "The run was cancelled.",
  timed_out: "The run used up its working time.",
};

/** Times of the answer are the clock's; those of the evidence stay as they were given, to be looked up. */
export function reportMarkdown(report: ReportBody, answer: Answer, clock: Clock = UTC): string {
  const head = [`# ${plain(report.name)}`, "", answerMarkdown(answer, clock, report.endedAtMs), ""];
  return `${[...head, ...restMarkdown(report, answer)].join("\n")}\n`;
}

/** All that the answer rests on. */
export function restMarkdown(report: ReportBody, answer: Answer): string[] {
  const { startedAtMs, endedAtMs, nodes } = report;
  const lines: string[] = [];
  lines.push(
    report.dryRun ? "Dry run: nothing was executed and no backend was contacted." : OUTCOME_WORDS[report.outcome],
  );
  lines.push("", `**Goal:** ${plain(report.goal)}`);
  lines.push("", `Run \`${report.runId}\` · asked for by ${plain(report.requester)} · ${report.environment}`);
  lines.push("", `${iso(startedAtMs)} to ${iso(endedAtMs)} (${span(endedAtMs - startedAtMs)})`);
  section(lines, "What was found", evidenceLines(report));
  section(lines, "What was changed", changes(nodes, answer));
  section(lines, "Who decided", report.gates.flatMap(gateLines));
  section(lines, "Decisions that did not count", (report.strays ?? []).map(strayLine));
  section(lines, "What went wrong", failures(nodes));
  section(lines, "Nodes", nodeLines(nodes));
  section(
    lines,
    "Notices",
    report.problems.map((problem) => `- ${plain(problem.message)} (\`${problem.code}\`)`),
  );
  return lines;
}

function section(lines: string[], title: string, body: string[]): void {
  if (body.length > 0) lines.push("", `## ${title}`, "", ...body);
}

/** By node, in the order in which things were found. */
function evidenceLines({ findings, nodes }: Pick<ReportBody, "findings" | "nodes">): string[] {
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  return [...new Set(findings.map(({ node }) => node))].flatMap((node) => [
    `- **${plain(names.get(node) ?? node)}** [${node}]`,
    ...findings
      .filter((finding) => finding.node === node)
      .flatMap(({ statement, evidence }) => [
        `  - ${plain(statement)}`,
        ...evidence.map((piece) => `    - ${plain(piece)}`),
      ]),
  ]);
}

function changes(nodes: ReportNode[], { actions }: Answer): string[] {
  const writes = nodes.filter((node) => node.effect === "write");
  if (writes.length === 0) return ["- Nothing: the graph held no action that changes production."];
  return writes.map((node) => {
    if (node.status === "succeeded" || wasCarriedOut(node.failure?.code)) {
      const when = iso(node.endedAtMs ?? 0);
      return `- ${plain(node.name)} [${node.id}] was carried out at ${when}. ${shownProof(node, actions)}`;
    }
    if (node.failure?.code === "outcome-unknown")
      return `- ${plain(node.name)} [${node.id}] may or may not have happened: look.`;
    return `- ${plain(node.name)} [${node.id}] was not carried out: ${plain(node.reason ?? node.status)}.`;
  });
}

/** Its own check, else what was measured after it. */
function shownProof(node: ReportNode, actions: Answer["actions"]): string {
  const action = actions.find((one) => one.node === node.id);
  if (node.verification !== undefined || action?.shown === undefined) return proof(node);
  return `Measured afterwards, ${plain(proofText(action))}.`;
}

/** Nothing is said to have worked unless a check after it showed that. */
function proof({ verification }: ReportNode): string {
  if (verification === undefined) return "It has no check of its own.";
  const why = verification.why === undefined ? "" : ` (${plain(verification.why)})`;
  if (verification.verdict === "verified") return "The check after it holds: **verified**.";
  if (verification.verdict === "not_verified") return `The check after it does not hold: **not verified**${why}.`;
  return `Whether it worked could not be told: **inconclusive**${why}.`;
}

function gateLines(gate: GateView): string[] {
  const votes = gate.votes.map((vote) => {
    const word = DECIDED[vote.decision];
    const comment = vote.comment ? `, "${plain(vote.comment)}"` : "";
    const proof = vote.verified ? "signature verified" : "unverified";
    return `  - ${word} by ${plain(vote.approver)} at ${iso(vote.atMs)} (${proof})${comment}`;
  });
  const refused = Object.entries(gate.refused).map(([result, count]) => `  - ${count} refused: ${result}`);
  const untold = gate.notices
    .filter(({ ok }) => !ok)
    .map(({ channel, problem = "it failed" }) => `  - ${plain(channel)} could not be told: ${plain(problem)}`);
  return [`- ${plain(gate.nodeName)} [${gate.nodeId}]: **${gate.status}**`, ...votes, ...refused, ...untold];
}

function strayLine({ decision, node, approver = "somebody", atMs, why }: StrayDecision): string {
  const about = node === undefined ? "" : ` about [${node}]`;
  return `- ${decision} by ${plain(approver)}${about} at ${iso(atMs)}: ${plain(why)}`;
}

function failures(nodes: ReportNode[]): string[] {
  return nodes.flatMap((node) => {
    if (node.failure === undefined) return [];
    const hint = node.failure.hint === undefined ? "" : ` Way out: ${plain(node.failure.hint)}.`;
    return [`- ${plain(node.name)} [${node.id}]: ${plain(node.failure.message)} (\`${node.failure.code}\`).${hint}`];
  });
}

/** Of a large graph only what did not simply succeed: the rest would bury it. */
function nodeLines(nodes: ReportNode[]): string[] {
  if (nodes.length <= REPORT_MAX_NODES) return nodes.map(nodeLine);
  const others = nodes.filter((node) => node.status !== "succeeded").slice(0, REPORT_MAX_NODES);
  return [...others.map(nodeLine), `- and ${nodes.length - others.length} more`];
}

/** No bracket follows the id: some readers of Markdown would take the two for a link. */
function nodeLine(node: ReportNode): string {
  const why = node.reason === undefined ? "" : `: ${plain(node.reason)}`;
  const took =
    node.startedAtMs === undefined || node.endedAtMs === undefined
      ? ""
      : `, ${span(node.endedAtMs - node.startedAtMs)}`;
  return `- ${node.status} · ${plain(node.name)} [${node.id}]${took}${why}`;
}

const iso = (ms: number): string => new Date(ms).toISOString();
