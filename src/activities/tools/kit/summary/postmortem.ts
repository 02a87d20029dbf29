/** A post-mortem as a draft: what the run has, and empty places for what only people know. Nothing is made up. */
import type { RunContext } from "../../../../core/run/context.js";
import { DECIDED } from "../../../../vocabulary/decisions.js";
import { isoMs, isoText, spanText } from "../instant.js";
import { escapeMarkdown } from "./markdown.js";
import type { Cause } from "./run-facts.js";
import { bullet, causeLines, section, timelineLines } from "./sections.js";
import { type Happening, proofOf } from "./timeline.js";

const BY_PEOPLE = "*(to be written by the people who were there)*";

export interface PostmortemParts {
  title: string;
  goal: string | undefined;
  run: RunContext | undefined;
  runId: string;
  cause: Cause | undefined;
  happenings: readonly Happening[];
  findings: readonly string[];
  facts: readonly string[];
  chart: string;
  narrative: string;
  nextSteps: readonly string[] | undefined;
  nowMs: number;
}

export function postmortemBlocks(parts: PostmortemParts): string[] {
  const { cause, run, goal } = parts;
  return [
    `# Post-mortem: ${escapeMarkdown(parts.title)}`,
    `*Draft from run ${escapeMarkdown(parts.runId)}, ${isoText(parts.nowMs)}. It holds what the run saw and no more; check it and fill in the rest.*`,
    section("Summary", summaryLines(goal, cause, run)),
    parts.narrative,
    section("Impact", impactLines(cause)),
    section("Timeline", timelineLines(parts.happenings)),
    parts.chart,
    section("Root cause", cause === undefined ? ["The run made no search for a cause."] : causeLines(cause)),
    section("Actions and approvals", run === undefined ? [] : actionLines(run)),
    section("What went well", [BY_PEOPLE]),
    section("What went badly", [BY_PEOPLE]),
    section("Where we were lucky", [BY_PEOPLE]),
    section("Action items", itemLines(parts.nextSteps, cause)),
    section("Findings", parts.findings),
    section("Facts", parts.facts),
  ];
}

function summaryLines(goal: string | undefined, cause: Cause | undefined, run: RunContext | undefined): string[] {
  const lines: string[] = [];
  if (goal !== undefined && goal !== "") lines.push(bullet(`Asked: ${goal}`));
  const [best] = cause?.causes ?? [];
  if (cause?.trouble != null) lines.push(bullet(`Seen: ${cause.trouble.text}`));
  if (cause !== undefined) {
    const named = best === undefined || cause.certainty === "inconclusive" ? "not found" : best.cause;
    lines.push(bullet(`Cause: ${named} (${cause.certainty})`));
  }
  const writes = (run?.nodes ?? []).filter(({ effect }) => effect === "write");
  const done = writes.filter(({ status }) => status === "succeeded").map(({ name }) => name);
  lines.push(bullet(done.length === 0 ? "Changed by this run: nothing" : `Changed by this run: ${done.join(", ")}`));
  return lines;
}

/** Only how long, as far as that was seen: what it meant for users no run can know. */
function impactLines(cause: Cause | undefined): string[] {
  const { trouble } = cause ?? {};
  const began = trouble?.began == null ? undefined : isoMs(trouble.began);
  const lines = trouble == null ? [] : [bullet(`Measured: ${trouble.text} (node ${trouble.node})`)];
  lines.push(began === undefined ? "- Began: not seen by this run" : `- Began: ${isoText(began)}`);
  return [
    ...lines,
    "- Ended: *(to be filled in)*",
    "- Users affected: *(to be filled in)*",
    "- Other damage: *(to be filled in)*",
  ];
}

function actionLines(run: RunContext): string[] {
  const decided = new Map(run.decisions.map((decision) => [decision.node, decision]));
  const acted = run.nodes.filter(({ effect, id }) => effect !== undefined || decided.has(id));
  if (acted.length === 0) return ["- None."];
  return acted.map(({ id, name, status, verification, startedAtMs, endedAtMs }) => {
    const decision = decided.get(id);
    const votes = (decision?.votes ?? []).map(
      ({ approver, decision: word, verified }) =>
        `${DECIDED[word]} by ${approver} (${verified ? "signature verified" : "unverified"})`,
    );
    const asked =
      decision === undefined ? "no gate" : votes.length === 0 ? `gate ${decision.status}, no votes` : votes.join(", ");
    const took =
      startedAtMs === undefined || endedAtMs === undefined ? "" : `, took ${spanText(endedAtMs - startedAtMs)}`;
    return bullet(`${name} (node ${id}): ${status}; ${asked}${took}${proofOf(verification)}`);
  });
}

function itemLines(steps: readonly string[] | undefined, cause: Cause | undefined): string[] {
  const open = cause === undefined || cause.certainty === "confirmed" ? [] : cause.next;
  const items = [...(steps ?? []), ...open.map(({ tool, why }) => `${tool}: ${why}`)];
  return [...items, "…"].map((item) => `- [ ] ${escapeMarkdown(item)} (owner: , due: )`);
}
