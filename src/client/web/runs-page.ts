/** The list of runs, newest first, all or those of one status. */
import { useState } from "preact/hooks";
import type { RunSummary } from "../runs/contract.js";
import { listRuns } from "./api.js";
import { html } from "./html.js";
import { ProblemBox, Status, useLoaded } from "./parts.js";
import { hrefOf } from "./route.js";
import { day, span, styleOf } from "./words.js";

const EVERY_MS = 5_000;
/** In the order in which somebody who was woken looks. */
const STATUSES: ReadonlyArray<RunSummary["status"]> = [
  "waiting",
  "running",
  "failed",
  "timed_out",
  "rejected",
  "expired",
  "cancelled",
  "terminated",
  "succeeded",
  "dry_run",
];

export function RunsPage({ status }: { status?: string }) {
  const first = useLoaded(() => listRuns({ status }), EVERY_MS);
  const [more, setMore] = useState<{ runs: RunSummary[]; next?: string } | undefined>();
  const [error, setError] = useState<unknown>();
  const next = more === undefined ? first.value?.next : more.next;
  const known = new Set(first.value?.runs.map((run) => run.runId));
  const runs = [...(first.value?.runs ?? []), ...(more?.runs ?? []).filter((run) => !known.has(run.runId))];

  async function loadMore(): Promise<void> {
    try {
      const page = await listRuns({ cursor: next, status });
      setMore({ runs: [...(more?.runs ?? []), ...page.runs], next: page.next });
      setError(undefined);
    } catch (problem) {
      setError(problem);
    }
  }

  const trouble = first.error ?? error;
  const isOld = trouble !== undefined && first.value !== undefined;
  return html`
    <h1>Runs</h1>
    <${Filter} status=${status} />
    ${trouble === undefined ? null : html`<${ProblemBox} error=${trouble} title=${isOld ? "This list may be old:" : undefined} />`}
    ${first.value === undefined && trouble === undefined ? html`<p class="muted">Loading the runs…</p>` : null}
    ${first.value !== undefined && runs.length === 0 ? html`<${Empty} status=${status} />` : null}
    ${runs.length === 0 ? null : html`<ul class="runs">${runs.map((run) => html`<${Row} key=${run.runId} run=${run} />`)}</ul>`}
    ${next === undefined ? null : html`<button type="button" onClick=${loadMore}>Show older runs</button>`}
  `;
}

function Filter({ status }: { status?: string }) {
  const choose = (event: Event) => {
    const { value } = event.target as HTMLSelectElement;
    location.hash = value === "" ? "#/" : `#/?status=${encodeURIComponent(value)}`;
  };
  return html`<p class="filter">
    <label for="status-filter">Show</label>
    <select id="status-filter" value=${status ?? ""} onChange=${choose}>
      <option value="">all runs</option>
      ${STATUSES.map((one) => html`<option value=${one}>${styleOf(one).word}</option>`)}
    </select>
  </p>`;
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

function Empty({ status }: { status?: string }) {
  if (status !== undefined)
    return html`<p class="empty">No run is shown as “${styleOf(status).word}”. <a href="#/">See all runs</a></p>`;
  return html`<div class="empty">
    <p>No run has been started yet.</p>
    <p>
      <a href="#/new">Start one from a goal</a>, or from a shell with <code>autoops plan-and-run "…"</code> or
      ${" "}<code>autoops run workflow.yaml</code>.
    </p>
  </div>`;
}
