/**
 * The report of a run: what was found, what was done, who decided, whether it worked.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { DOCUMENTS_MAX_CHARS } from "../vocabulary/limits.js";
import type { Answer } from "./answer/answer.js";
import { answerOf } from "./answer/build.js";
import type { ReportBody, ReportNode } from "./report/body.js";
import { reportMarkdown } from "./report/markdown.js";
import type { NodeView, RunView } from "./report/view.js";
import type { Outcome } from "./run/state.js";

/** A document in Markdown that a node of the run wrote. */
export interface ReportDocument {
  node: string;
  markdown: string;
}

export interface Report extends ReportBody {
  /** What nodes wrote for people: summaries and drafts of post-mortems. */
  documents?: ReportDocument[];
  /** Markdown, for people. */
  text: string;
}

/** Makes the report of a run that has ended. */
export function reportOf(view: RunView, outcome: Outcome, endedAtMs: number): Report {
  const { status: _, nodes, edges: _edges, ...rest } = view;
  // The outcome stands first: the Web UI shows the beginning.
  const report = { outcome, ...rest, endedAtMs, nodes: nodes.map(reportNode) };
  const answer = view.answer ?? answerOf({ ...view, outcome });
  const documents = documentsOf(nodes);
  const told = documents.length === 0 ? {} : { documents };
  return { ...report, answer, ...told, text: reportMarkdown(report, answer) };
}

/** The answer of a report, also of one that earlier versions kept without it. */
export function answerIn(report: Report): Answer {
  return report.answer ?? answerOf({ ...report, edges: [] });
}

function documentsOf(nodes: readonly NodeView[]): ReportDocument[] {
  let room = DOCUMENTS_MAX_CHARS;
  return nodes.flatMap(({ id, type, output }) => {
    if (type !== "summary" || typeof output !== "object" || output === null || Array.isArray(output)) return [];
    const { markdown } = output;
    if (typeof markdown !== "string" || markdown.length > room) return [];
    room -= markdown.length;
    return [{ node: id, markdown }];
  });
}

function reportNode({ effect, ...node }: NodeView): ReportNode {
  const { id, name, status, startedAtMs, endedAtMs, reason, failure, verification, undoes } = node;
  const told = effect === "notify" || effect === "write" ? { effect } : {};
  const checked = { verification, undoes: undoes || undefined };
  return { id, name, status, startedAtMs, endedAtMs, reason, failure, ...told, ...checked };
}
