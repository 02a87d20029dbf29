/** What happened and when, from the run alone: changes, the beginning of the trouble, gates, decisions, actions, checks. */
import type { DecisionContext, NodeContext, RunContext } from "../../../../core/run/context.js";
import { DECIDED } from "../../../../vocabulary/decisions.js";
import { isoMs } from "../instant.js";
import type { Cause, ReportedChange } from "./run-facts.js";

export interface Happening {
  atMs: number;
  text: string;
  kind: "change" | "began" | "run" | "gate" | "action";
}

/** Of the changes, the newest: a history may reach far back. */
const CHANGES_MAX = 10;

/** In order of time; of several at once, in the order of their kinds. */
export function timelineOf(run: RunContext, cause: Cause | undefined, changes: readonly ReportedChange[]): Happening[] {
  const names = new Map(run.nodes.map(({ id, name }) => [id, name]));
  const began = cause?.trouble?.began == null ? undefined : isoMs(cause.trouble.began);
  const happenings: Happening[] = changes
    .slice(-CHANGES_MAX)
    .map(({ atMs, what, node }) => ({ atMs, kind: "change", text: `${what} (node ${node})` }));
  if (began !== undefined && cause?.trouble != null) {
    happenings.push({
      atMs: began,
      kind: "began",
      text: `the trouble began: ${cause.trouble.text} (node ${cause.node})`,
    });
  }
  happenings.push({ atMs: run.startedAtMs, kind: "run", text: "this run began" });
  for (const decision of run.decisions) happenings.push(...gateOf(decision, names.get(decision.node) ?? decision.node));
  for (const node of run.nodes) happenings.push(...actionOf(node));
  return happenings.sort((a, b) => a.atMs - b.atMs);
}

function gateOf({ node, status, openedAtMs, closedAtMs, votes }: DecisionContext, name: string): Happening[] {
  const of = `${name} (node ${node})`;
  const asked: Happening = { atMs: openedAtMs, kind: "gate", text: `people were asked about ${of}` };
  const answers = votes.map(({ atMs, decision, approver, verified, comment }): Happening => {
    const word = DECIDED[decision];
    const proof = verified ? "signature verified" : "unverified";
    const said = comment === undefined || comment === "" ? "" : `: "${comment}"`;
    return { atMs, kind: "gate", text: `${approver} ${word} ${of} (${proof})${said}` };
  });
  const ended =
    closedAtMs === undefined
      ? []
      : [{ atMs: closedAtMs, kind: "gate" as const, text: `the gate of ${of} closed: ${status}` }];
  return [asked, ...answers, ...ended];
}

function actionOf({ id, name, status, effect, endedAtMs, verification, reason }: NodeContext): Happening[] {
  if (effect === undefined || endedAtMs === undefined || status === "skipped") return [];
  const why = reason === undefined ? "" : `: ${reason}`;
  const done = effect === "notify" ? "told people" : "was carried out";
  const text =
    status === "succeeded" ? `${name} (node ${id}) ${done}` : `${name} (node ${id}) ended as ${status}${why}`;
  return [{ atMs: endedAtMs, kind: "action", text: `${text}${proofOf(verification)}` }];
}

/** Nothing is said to have worked unless a check after it showed that. */
export function proofOf(verification: NodeContext["verification"]): string {
  if (verification === undefined) return "";
  const why = verification.why === undefined ? "" : ` (${verification.why})`;
  if (verification.verdict === "verified") return "; the check after it holds: verified";
  if (verification.verdict === "not_verified") return `; the check after it does not hold: not verified${why}`;
  return `; whether it worked could not be told: inconclusive${why}`;
}
