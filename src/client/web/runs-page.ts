/** The list of runs, newest first. */
import { useState } from "preact/hooks";
import type { RunSummary } from "../runs/contract.js";
import { listRuns } from "./api.js";
import { html } from "./html.js";
import { ProblemBox, Status, useLoaded } from "./parts.js";
import { hrefOf } from "./route.js";
import { day, span } from "./words.js";

const EVERY_MS = 5_000;

export function RunsPage() {
  const first = useLoaded(() => listRuns(), EVERY_MS);
  const [more, setMore] = useState<{ runs: RunSummary[]; next?: string } | undefined>();
  const [error, setError] = useState<unknown>();
  const next = more === undefined ? first.value?.next : more.next;
  const known = new Set(first.value?.runs.map((run) => run.runId));
  const runs = [...(first.value?.runs ?? []), ...(more?.runs ?? []).filter((run) => !known.has(run.runId))];

  async function loadMore(): Promise<void> {
    try {
      const page = await listRuns(next);
      setMore({ runs: [...(more?.runs ?? []), ...page.runs], next: page.next });
    } catch (problem) {
      setError(problem);
    }
  }

  const trouble = first.error ?? error;
  return html`
    <h1>Runs</h1>
    ${trouble === undefined ? null : html`<${ProblemBox} error=${trouble} />`}
    ${first.value === undefined && trouble === undefined ? html`<p class="muted">Loading the runs…</p>` : null}
    ${first.value !== undefined && runs.length === 0 ? html`<${Empty} />` : null}
    <ul class="runs">${runs.map((run) => html`<${Row} key=${run.runId} run=${run} />`)}</ul>
    ${next === undefined ? null : html`<button type="button" onClick=${loadMore}>Show older runs</button>`}
  `;
}

function Row({ run }: { run: RunSummary }) {
  const { runId, name, status, requester, environment, pendingApprovals, startedAtMs, endedAtMs } = run;
  const took = endedAtMs === undefined ? "" : ` · took ${span(endedAtMs - startedAtMs)}`;
  const asks = pendingApprovals === 1 ? "1 decision waits" : `${pendingApprovals} decisions wait`;
  return html`<li>
    <a class="run-name" href=${hrefOf(runId)}>${name}</a>
    <${Status} status=${status} />
    ${pendingApprovals > 1 || (pendingApprovals === 1 && status !== "waiting") ? html`<span class="status ask">${asks}</span>` : null}
    <span class="muted run-facts">
      ${day(startedAtMs)}${took}${environment === undefined ? "" : ` · ${environment}`}
      ${requester === undefined ? "" : ` · asked for by ${requester}`}
    </span>
    <code class="run-id">${runId}</code>
  </li>`;
}

function Empty() {
  return html`<div class="empty">
    <p>No run has been started yet.</p>
    <p>Start one with <code>autoops run workflow.yaml</code>, or from a goal with <code>autoops plan-and-run "…"</code>.</p>
  </div>`;
}
