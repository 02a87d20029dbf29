/** The report of a run that has ended: outcome first, then what was found, changed and decided. */
import { proofText } from "../../core/answer/lines.js";
import type { ReportNode } from "../../core/report/body.js";
import type { Report } from "../../core/report.js";
import type { Outcome } from "../../core/run/state.js";
import { wasCarriedOut } from "../../vocabulary/carried-out.js";
import { DECIDED } from "../../vocabulary/decisions.js";
import { Findings } from "./gate-card.js";
import { html } from "./html.js";
import { clock, proofOf, span, styleOf } from "./words.js";

const SAYS: Record<Outcome, string> = {
  succeeded: "The run succeeded.",
  failed: "The run failed.",
  rejected: "A person rejected an action; it was not carried out.",
  expired: "Nobody approved an action in time; it was not carried out.",
  cancelled: "The run was cancelled.",
  timed_out: "The run used up its working time.",
};

export function ReportView({ report }: { report: Report }) {
  const failed = report.nodes.filter((node) => node.failure !== undefined);
  const changes = report.nodes.filter((node) => node.effect === "write");
  return html`<section class="card report" aria-labelledby="report-title">
    <h2 id="report-title">Report</h2>
    <p>
      ${report.dryRun ? "Dry run: nothing was executed." : SAYS[report.outcome]}${" It took "}${span(report.endedAtMs - report.startedAtMs)}.
    </p>
    ${
      failed.length === 0
        ? null
        : html`<h3>What went wrong</h3>
          <ul>
            ${failed.map(
              (node) => html`<li>
                <strong>${node.name}</strong>: ${node.failure?.message} <code>${node.failure?.code}</code>
                ${node.failure?.hint === undefined ? null : html`<div class="muted">Way out: ${node.failure.hint}</div>`}
              </li>`,
            )}
          </ul>`
    }
    ${
      report.findings.length === 0
        ? null
        : html`<details><summary>What was found (${report.findings.length})</summary>
          <${Findings} findings=${report.findings} /></details>`
    }
    <h3>What was changed</h3>
    ${changes.length === 0 ? html`<p>Nothing: no action of this run changes production.</p>` : null}
    <ul>
      ${changes.map((node) => html`<li>${node.name}: ${whatBecame(node, report)}</li>`)}
    </ul>
    ${
      report.gates.length === 0
        ? null
        : html`<h3>Who decided</h3>
          <ul>
            ${report.gates.map(
              (gate) => html`<li>
                ${gate.nodeName}: ${styleOf(gate.status).word}
                ${gate.votes.map(
                  (vote) => html`<div class="muted">
                    ${DECIDED[vote.decision]} by ${vote.approver} at ${clock(vote.atMs)}
                    ${" "}(${vote.verified ? "signature verified" : "unverified"})${vote.comment ? `: “${vote.comment}”` : ""}
                  </div>`,
                )}
              </li>`,
            )}
          </ul>`
    }
    ${(report.documents ?? []).map(
      ({ node, markdown }) =>
        html`<details><summary>Written by ${node}</summary><pre tabindex="0">${markdown}</pre></details>`,
    )}
    <details>
      <summary>As Markdown</summary>
      <pre tabindex="0">${report.text}</pre>
    </details>
  </section>`;
}

function whatBecame({ id, status, failure, reason, verification }: ReportNode, { answer }: Report): string {
  const action = answer?.actions.find(({ node }) => node === id);
  if (status === "succeeded" || wasCarriedOut(failure?.code))
    return `carried out; ${action?.proof === undefined ? proofOf(verification) : proofText(action)}`;
  if (failure?.code === "outcome-unknown") return "may or may not have happened: look";
  return `not carried out (${reason ?? styleOf(status).word})`;
}
