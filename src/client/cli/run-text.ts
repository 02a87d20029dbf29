/** A run for people: a table of its nodes, its happenings as lines, and how it ended. */

import { span } from "../../core/report/plain.js";
import type { NodeView, RunStatus, RunView } from "../../core/report/view.js";
import type { Report } from "../../core/report.js";
import type { NodeStatus, Outcome } from "../../core/run/state.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { RunHappening } from "../runs.js";
import { clock, columns, oneLine, type StyleName, style } from "./text.js";

const NODE_SIGNS: Record<NodeStatus, [string, StyleName]> = {
  pending: ["·", "dim"],
  asking: ["⛔", "yellow"],
  approved: ["✔", "cyan"],
  running: ["▶", "cyan"],
  succeeded: ["✔", "green"],
  failed: ["✘", "red"],
  rejected: ["✘", "yellow"],
  expired: ["✘", "yellow"],
  skipped: ["-", "dim"],
  cancelled: ["■", "yellow"],
  planned: ["○", "dim"],
};
const NODE_WORDS: Partial<Record<NodeStatus, string>> = { asking: "waits for approval", planned: "not run (dry run)" };

/** One line a node in the graph's order, below a line for the run. */
export function nodeTable(view: RunView, nowMs: number): string[] {
  const rows = view.nodes.map((node) => {
    const [sign, colour] = NODE_SIGNS[node.status];
    const word = NODE_WORDS[node.status] ?? node.status;
    const why = oneLine(node.failure?.message ?? node.reason ?? "", 160);
    return [`  ${style[colour](sign)}`, node.id, oneLine(node.name, 48), style[colour](word), tookOf(node, nowMs), why];
  });
  const took = span((view.endedAtMs ?? nowMs) - view.startedAtMs);
  const head = `${style.bold(oneLine(view.name, 60))}  ${statusText(view.status)}  ${style.dim(took)}`;
  return [view.dryRun ? `${head}  ${style.dim("dry run")}` : head, ...columns(rows)];
}

function tookOf(node: NodeView, nowMs: number): string {
  if (node.startedAtMs === undefined) return "";
  if (node.endedAtMs === undefined && node.status !== "running") return "";
  return style.dim(span((node.endedAtMs ?? nowMs) - node.startedAtMs));
}

const STATUS_STYLES: Record<RunStatus | "dry_run" | "terminated", StyleName> = {
  running: "cyan",
  waiting: "yellow",
  succeeded: "green",
  failed: "red",
  timed_out: "red",
  rejected: "yellow",
  expired: "yellow",
  cancelled: "yellow",
  dry_run: "dim",
  terminated: "red",
};

export function statusText(status: RunStatus | "dry_run" | "terminated"): string {
  return style[STATUS_STYLES[status]](status.replace("_", " "));
}

const HAPPENING_SIGNS: Partial<Record<RunHappening["kind"], [string, StyleName]>> = {
  "node-started": ["▶", "cyan"],
  "node-succeeded": ["✔", "green"],
  "node-failed": ["✘", "red"],
  "node-retried": ["↻", "yellow"],
  "gate-opened": ["⛔", "yellow"],
  "gate-asked": ["⛔", "yellow"],
};

/** One line: the time of day, a sign, what happened. */
export function happeningLine(happening: RunHappening): string {
  const [sign, colour] = HAPPENING_SIGNS[happening.kind] ?? ["·", "dim"];
  return `${style.dim(clock(happening.atMs).slice(11))} ${style[colour](sign)} ${oneLine(happening.text)}`;
}

const ENDINGS: Record<Outcome, string> = {
  succeeded: "the run succeeded",
  failed: "the run failed",
  rejected: "a person rejected an action; it was not carried out",
  expired: "nobody approved an action in time; it was not carried out",
  cancelled: "the run was cancelled",
  timed_out: "the run used up its working time",
};

export function endingLine(report: Report): string {
  const outcome = report.outcome;
  return `${style[STATUS_STYLES[outcome]](outcome.replace("_", " "))}: ${report.dryRun ? "dry run, nothing was executed" : ENDINGS[outcome]}`;
}

/** What failed in a run, as problems whose place is the node. */
export function failuresOf(report: Report): Problem[] {
  return report.nodes.flatMap((node) => (node.failure === undefined ? [] : [{ at: node.id, ...node.failure }]));
}
