/** Runs as a table, one line each. */
import { span } from "../../core/report/plain.js";
import type { RunSummary } from "../runs.js";
import { statusText } from "./run-text.js";
import { clock, columns, oneLine, style } from "./text.js";

export function runTable(runs: readonly RunSummary[], nowMs: number): string[] {
  if (runs.length === 0) return [];
  const rows = runs.map((run) => [
    style.bold(run.runId),
    statusText(run.status),
    run.pendingApprovals > 0 ? style.yellow(`${run.pendingApprovals} gate(s)`) : "",
    clock(run.startedAtMs),
    span((run.endedAtMs ?? nowMs) - run.startedAtMs),
    oneLine(run.requester ?? "", 20),
    oneLine(run.name, 60),
  ]);
  const heads = ["run", "status", "waits", "started", "took", "by", "name"].map(style.dim);
  return columns([heads, ...rows]);
}
