/** What memory keeps, for people. */

import type { SimilarRun } from "../../app/memory.js";
import { span } from "../../core/report/plain.js";
import type { KeptWhole } from "../../platform/memory/contents.js";
import type { Kept } from "../../platform/memory/rows.js";
import { statusText } from "./run-text.js";
import { clock, columns, oneLine, style } from "./text.js";

export function entryTable(kept: readonly Kept[]): string[] {
  if (kept.length === 0) return [];
  const rows = kept.map(({ entry, origin }) => [
    style.bold(entry.run),
    statusText(entry.outcome),
    entry.verification.status === "none" ? "" : entry.verification.status,
    clock(Date.parse(entry.ended_at)),
    oneLine(entry.service ?? "", 20),
    `${oneLine(entry.goal, 60)}${origin === "import" ? style.dim(" (imported)") : ""}`,
  ]);
  return columns([["run", "outcome", "verified", "ended", "service", "goal"].map(style.dim), ...rows]);
}

export function entryText({ entry, origin, graph }: KeptWhole): string[] {
  const lines = [
    style.bold(entry.run) + (origin === "import" ? style.dim("  imported: nobody here saw this run") : ""),
    `  goal       ${oneLine(entry.goal)}`,
    `  outcome    ${statusText(entry.outcome)}, verification: ${entry.verification.status}`,
    `  when       ${clock(Date.parse(entry.started_at))}, took ${span(entry.duration_ms)}`,
    `  asked by   ${oneLine(entry.requester, 60)}`,
    `  where      ${entry.environment}${entry.service === undefined ? "" : `, ${oneLine(entry.service, 60)}`}`,
  ];
  const { playbook } = entry;
  if (playbook !== undefined) lines.push(`  playbook   ${oneLine(`${playbook.id} ${playbook.version ?? ""}`, 80)}`);
  if (entry.graph_digest !== undefined) {
    lines.push(`  graph      ${entry.graph_digest}${graph === undefined ? " (not kept)" : ""}`);
  }
  for (const write of entry.writes)
    lines.push(`  changed    ${oneLine(write.name, 80)} [${write.node}]: ${write.status}`);
  for (const { node, status, votes } of entry.decisions) {
    const by = votes.map(({ decision, approver }) => `${decision} by ${oneLine(approver, 40)}`).join(", ");
    lines.push(`  gate       [${node}] ${status}${by === "" ? "" : `: ${by}`}`);
  }
  for (const { node, statement } of entry.findings) lines.push(`  found      ${oneLine(statement)} [${node}]`);
  return lines;
}

/** Below a plan: what happened before in cases like this. */
export function similarText(runs: readonly SimilarRun[]): string[] {
  if (runs.length === 0) return [];
  const lines = runs.map(({ run, outcome, verification, endedAt, goal }) => {
    const proved = verification === "none" ? "" : `, ${verification === "verified" ? "verified" : "not recovered"}`;
    return `  ${run}  ${statusText(outcome)}${proved}  ${style.dim(endedAt.slice(0, 10))}  ${oneLine(goal, 60)}`;
  });
  return ["similar past runs (autoops memory show RUN):", ...lines];
}
