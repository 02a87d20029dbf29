/**
 * What the audit log is told when a run ends: one function, used by the activity that writes the lines and by whoever
 * compares the log with the run's history. Imports no package and reads no clock.
 */
import type { AuditEntry } from "../../schema/audit.js";
import { DECISIONS_MAX_PER_GATE } from "../../vocabulary/limits.js";
import type { Problem, ProblemCode } from "../../vocabulary/problems.js";
import type { Report } from "../report.js";
import type { DecisionResult } from "../run/state.js";

/** What was planned, by whom; also where nothing could be. */
type Planned =
  | {
      ok: true;
      planner?: string;
      playbook?: string;
      nodes: number;
      notices: readonly Problem[];
      removed?: readonly { at: string; what: string; taken: readonly string[] }[];
    }
  | { ok: false; problems: readonly Problem[] };

/** The plan that was made of a goal, and what was taken out of the goal, or refused, because it looked like an order to a machine. */
export function planLines(planned: Planned, about: Partial<AuditEntry>): AuditEntry[] {
  if (!planned.ok) {
    const refused = planned.problems.filter(({ code }) => code === "goal-invalid");
    return refused.map(({ code, message }) => ({
      ...about,
      event: "goal-refused",
      code,
      details: { reason: message },
    }));
  }
  const signs = planned.notices.filter(({ code }) => code === "goal-suspicious").map(({ message }) => message);
  const { planner = "playbook", playbook = "", nodes, removed = [] } = planned;
  const details = {
    planner,
    playbook,
    nodes,
    ...(removed.length === 0
      ? {}
      : { removed: removed.map(({ at, what, taken }) => ({ at, what, taken: [...taken] })) }),
  };
  return [
    ...(signs.length === 0
      ? []
      : [{ ...about, event: "goal-cleaned" as const, code: "goal-suspicious", details: { signs } }]),
    { ...about, event: "plan-made", details },
  ];
}

type GateOfReport = Report["gates"][number];

type Refusal = Exclude<DecisionResult, "accepted">;
const CODES: Partial<Record<Refusal, ProblemCode>> = {
  late: "decision-late",
  "stale-digest": "decision-stale",
  "already-decided": "already-decided",
  "gate-not-open": "gate-not-open",
  "node-not-found": "node-not-found",
  "comment-required": "decision-comment-required",
  "edit-refused": "edit-refused",
};

/** Each gate's closing with its votes and refusals, the votes that no signature proved, and the end of the run. */
export function endingLines(report: Report): AuditEntry[] {
  return [...report.gates.flatMap((gate) => gateLines(report, gate)), ...strayLines(report), endOf(report)];
}

function gateLines({ runId, runKey }: Report, gate: GateOfReport): AuditEntry[] {
  const { nodeId: node, digest, status, votes, refused, closedAtMs } = gate;
  const about = { run: runId, runKey, node, digest };
  const unverified = votes.filter(({ verified }) => !verified);
  const closed = closedAtMs === undefined ? undefined : iso(closedAtMs);
  return [
    ...unverified.map(({ approver, channel, ...vote }): AuditEntry => {
      return { ...about, event: "vote-recorded", actor: approver, channel, details: vote };
    }),
    ...refusalLines(about, gate),
    { ...about, event: "gate-closed", details: { status, closed, votes, refused } },
  ];
}

/** One line a refused decision: in detail as far as the run kept it, else by number; many beyond the cap share one. */
function refusalLines(about: Partial<AuditEntry>, gate: GateOfReport): AuditEntry[] {
  const { refusals = [], refused } = gate;
  const line = (result: string, more: Partial<AuditEntry>): AuditEntry => {
    const code = CODES[result as Refusal] ?? "decision-not-allowed";
    return { ...about, event: "decision-refused", code, ...more };
  };
  const detailed = refusals
    .filter(({ signatureRefused }) => signatureRefused !== true)
    .map(({ approver: actor, channel, decision, atMs, result }) =>
      line(result, { actor, channel, details: { decision, result, at: iso(atMs) } }),
    );
  const rest = Object.entries(refused).flatMap(([result, count]) => {
    const left = count - refusals.filter((one) => one.result === result).length;
    const single = Math.min(left, DECISIONS_MAX_PER_GATE);
    const lines = Array.from({ length: Math.max(0, single) }, (_, index) =>
      line(result, { details: { result, number: index + 1 } }),
    );
    return left > single ? [...lines, line(result, { details: { result, more: left - single } })] : lines;
  });
  return [...detailed, ...rest];
}

/** Decisions that met no gate: nothing else tells who sent them. */
function strayLines({ runId: run, runKey, strays = [] }: Report): AuditEntry[] {
  return strays.map(({ node, approver: actor, channel, decision, atMs, result, why }) => ({
    run,
    runKey,
    ...(node === undefined ? {} : { node }),
    ...(actor === undefined ? {} : { actor }),
    ...(channel === undefined ? {} : { channel }),
    event: "decision-refused",
    code: result === "unreadable" ? "field-invalid" : result,
    details: { decision, result, why, at: iso(atMs) },
  }));
}

/** Characters of node ids that the last line lists; beyond that it counts. */
const IDS_MAX_CHARS = 3_000;

function endOf({ runId, runKey, requester, outcome, dryRun, nodes, strayDecisions }: Report): AuditEntry {
  const writes = nodes.filter(({ effect }) => effect === "write").map(({ id, status }) => ({ node: id, status }));
  const byStatus: Record<string, string[]> = {};
  for (const { id, status } of nodes) byStatus[status] = [...(byStatus[status] ?? []), id];
  const isLong = nodes.reduce((sum, { id }) => sum + id.length + 3, 0) > IDS_MAX_CHARS;
  const counts = Object.entries(byStatus).map(([status, ids]) => [status, isLong ? ids.length : ids]);
  const details = {
    outcome,
    dry_run: dryRun,
    writes,
    nodes: Object.fromEntries(counts),
    ...(strayDecisions ? { stray_decisions: strayDecisions } : {}),
  };
  return { event: "run-ended", actor: requester, channel: "worker", run: runId, runKey, details };
}

const iso = (ms: number): string => new Date(ms).toISOString();
