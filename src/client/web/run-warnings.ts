/** What must be known of a run before its picture is believed: how it ended without a report, and who does not answer. */

import type { RunView } from "../../core/report/view.js";
import type { Report } from "../../core/report.js";
import type { RunAnswer } from "../runs/contract.js";
import { problemsOf } from "./api.js";
import { endedOutside, wasRefused } from "./endings.js";
import { html } from "./html.js";
import { ProblemBox, ProblemText } from "./parts.js";
import { ReportView } from "./report-view.js";
import { clock } from "./words.js";

export function RunWarnings({ answer, isCut }: { answer: RunAnswer; isCut: boolean }) {
  const { view, waitsForWorker, failing, source } = answer;
  return html`
    <${Ending} view=${view} />
    <div role="status">
      ${isCut ? html`<p class="notice">The connection broke off; trying to take it up again. What stands here may be old.</p>` : null}
      ${
        waitsForWorker
          ? html`<p class="notice">
              No worker answers: this is the run as its history tells it. It goes on, and decisions count, once one runs
              (<code>autoops worker</code>).
            </p>`
          : null
      }
      ${failing === undefined ? null : html`<p class="notice">A worker takes this run up and cannot go on: ${failing}</p>`}
      ${!waitsForWorker && source === "history" && view.endedAtMs === undefined ? html`<p class="muted">As its history tells it.</p>` : null}
    </div>
  `;
}

function Ending({ view }: { view: RunView }) {
  if (wasRefused(view)) {
    const title = "The worker's policy refused this plan. Nothing of it was carried out.";
    return html`<div class="problem" role="alert">
      <p><strong>${title}</strong></p>
      ${view.problems.map((problem) => html`<${ProblemText} problem=${problem} nodes=${view.nodes} />`)}
    </div>`;
  }
  const ending = endedOutside(view);
  if (ending === undefined) return null;
  const running = view.nodes.filter((node) => node.status === "running");
  return html`<div class="problem" role="alert">
    <p><strong>${ending.message}</strong></p>
    <p>
      ${
        running.length === 0
          ? "No node was running at that time."
          : `Was running at that time, and may or may not have finished: ${running.map((node) => node.name).join(", ")}.`
      }
    </p>
  </div>`;
}

/** No run to show: it does not exist, Temporal no longer keeps it, or nobody can be asked. */
export function NoRun({ runId, error, report }: { runId: string; error: unknown; report?: Report }) {
  if (report !== undefined) {
    return html`<h1>${report.name}</h1>
      <p class="notice">
        Temporal no longer keeps this run's history. This is its report, as it was stored when the run ended at
        ${" "}${clock(report.endedAtMs)}.
      </p>
      <${ReportView} report=${report} />`;
  }
  const isUnknown = problemsOf(error).some((problem) => problem.code === "run-not-found");
  return html`<h1>${isUnknown ? "No such run" : "The run cannot be shown now"}</h1>
    <${ProblemBox} error=${error} />
    ${
      isUnknown
        ? html`<p>Runs whose history has passed its retention are here only if their report was stored.</p>`
        : html`<p>This says nothing about the run <code>${runId}</code> itself: it may well be going on. Trying again…</p>`
    }
    <p><a href="#/">See the runs</a></p>`;
}
