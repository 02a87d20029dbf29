/**
 * The report of a run: what was found, what was done, who decided, whether it worked.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { wasCarriedOut } from "../vocabulary/carried-out.js";
import { REPORT_MAX_NODES } from "../vocabulary/limits.js";
import type { Effect } from "../vocabulary/node-types.js";
import { visible } from "../vocabulary/visible.js";
import type { GateView, NodeView, RunView } from "./report/view.js";
import type { Outcome, StrayDecision } from "./run/state.js";

/** How one node went. What it is stands in the graph, what it returned in history: a report must not grow with them. */
export interface ReportNode
  extends Pick<
    NodeView,
    "id" | "name" | "status" | "startedAtMs" | "endedAtMs" | "reason" | "failure" | "verification" | "undoes"
  > {
  /** Absent where running the node told nobody and changed nothing. */
  effect?: Extract<Effect, "notify" | "write">;
}

export interface Report extends Omit<RunView, "status" | "nodes" | "edges"> {
  outcome: Outcome;
  endedAtMs: number;
  nodes: ReportNode[];
  /** Markdown, for people. */
  text: string;
}

/** Makes the report of a run that has ended. */
export function reportOf(view: RunView, outcome: Outcome, endedAtMs: number): Report {
  const { status: _, nodes, edges: _edges, ...rest } = view;
  // The outcome stands first: the Web UI shows the beginning.
  const report = { outcome, ...rest, endedAtMs, nodes: nodes.map(reportNode), text: "" };
  return { ...report, text: textOf(report) };
}

function reportNode({ effect, ...node }: NodeView): ReportNode {
  const { id, name, status, startedAtMs, endedAtMs, reason, failure, verification, undoes } = node;
  const told = effect === "notify" || effect === "write" ? { effect } : {};
  const checked = { ...(verification ? { verification } : {}), ...(undoes ? { undoes } : {}) };
  return { id, name, status, startedAtMs, endedAtMs, reason, failure, ...told, ...checked };
}

const VERDICTS: Record<Outcome, string> = {
  succeeded: "The run succeeded.",
  failed: "The run failed.",
  rejected: "A person rejected an action; it was not carried out.",
  expired: "Nobody approved an action in time; it was not carried out.",
  cancelled: "The run was cancelled.",
  timed_out: "The run used up its working time.",
};

function textOf(report: Report): string {
  const lines = [`# ${plain(report.name)}`, "", `**Goal:** ${plain(report.goal)}`, ""];
  lines.push(report.dryRun ? "Dry run: nothing was executed and no backend was contacted." : VERDICTS[report.outcome]);
  lines.push("", `Run \`${report.runId}\` · asked for by ${plain(report.requester)} · ${report.environment}`);
  lines.push(
    "",
    `${iso(report.startedAtMs)} to ${iso(report.endedAtMs)} (${span(report.endedAtMs - report.startedAtMs)})`,
  );
  section(lines, "What was found", report.findings.map(findingLine));
  section(lines, "What was changed", changes(report.nodes));
  section(lines, "Who decided", report.gates.flatMap(gateLines));
  section(lines, "Decisions that did not count", (report.strays ?? []).map(strayLine));
  section(lines, "What went wrong", failures(report.nodes));
  section(lines, "Nodes", nodeLines(report.nodes));
  section(
    lines,
    "Notices",
    report.problems.map((problem) => `- ${plain(problem.message)} (\`${problem.code}\`)`),
  );
  return `${lines.join("\n")}\n`;
}

function section(lines: string[], title: string, body: string[]): void {
  if (body.length > 0) lines.push("", `## ${title}`, "", ...body);
}

function findingLine(finding: Report["findings"][number]): string {
  const evidence = finding.evidence.length === 0 ? "" : ` Evidence: ${finding.evidence.map(plain).join("; ")}.`;
  return `- ${plain(finding.statement)} [${finding.node}]${evidence}`;
}

function changes(nodes: ReportNode[]): string[] {
  const writes = nodes.filter((node) => node.effect === "write");
  if (writes.length === 0) return ["- Nothing: the graph held no action that changes production."];
  return writes.map((node) => {
    if (node.status === "succeeded" || wasCarriedOut(node.failure?.code)) {
      const when = iso(node.endedAtMs ?? 0);
      return `- ${plain(node.name)} [${node.id}] was carried out at ${when}. ${proof(node)}`;
    }
    if (node.failure?.code === "outcome-unknown")
      return `- ${plain(node.name)} [${node.id}] may or may not have happened: look.`;
    return `- ${plain(node.name)} [${node.id}] was not carried out: ${plain(node.reason ?? node.status)}.`;
  });
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
    const word = vote.decision === "approve" ? "approved" : "rejected";
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

/** Data in Markdown: no markup of its own, one line. */
export function plain(text: string): string {
  return visible(text.replace(/\s+/g, " ")).replace(/[\\`*_[\]<>|#]/g, (char) => `\\${char}`);
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** A duration for people: `850 ms`, `12 s`, `3 min 5 s`. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}
