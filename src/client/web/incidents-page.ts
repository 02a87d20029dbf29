/** Groups of alerts: what fires, what was started for it, how that stands, and what it found. */
import type { IncidentView } from "../../core/incident/incident.js";
import type { ListedIncident } from "../incidents.js";
import { listIncidents, readIncident } from "./api.js";
import { html } from "./html.js";
import { ProblemBox, Status, useLoaded } from "./parts.js";
import { hrefOf, hrefOfIncident } from "./route.js";
import { day, span } from "./words.js";

const EVERY_MS = 5_000;

const NOT_STARTED: Record<NonNullable<IncidentView["notStarted"]>, string> = {
  resolved: "resolved by itself; nothing was started",
  unmatched: "no rule fits; nothing was started",
  suppressed: "not started: as many runs as may be started in an hour were started",
  planned: "planned; the rule starts nothing",
  "not-planned": "could not be planned",
};

export function IncidentsPage() {
  const { value, error } = useLoaded(listIncidents, EVERY_MS);
  const incidents = value?.incidents ?? [];
  return html`
    <h1>Incidents</h1>
    ${error === undefined ? null : html`<${ProblemBox} error=${error} title=${value === undefined ? undefined : "This list may be old:"} />`}
    ${value === undefined && error === undefined ? html`<p class="muted">Loading the incidents…</p>` : null}
    ${
      value !== undefined && incidents.length === 0
        ? html`<p class="empty">No alert has come in. Hooks are declared in <code>config.yaml</code>; <code>autoops hooks list</code> shows them.</p>`
        : null
    }
    ${incidents.length === 0 ? null : html`<ul class="runs">${incidents.map((one) => html`<${Row} key=${`${one.id} ${one.startedAtMs}`} incident=${one} />`)}</ul>`}
  `;
}

function Row({ incident }: { incident: ListedIncident }) {
  const { id, startedAtMs, view } = incident;
  return html`<li>
    <a class="run-name" href=${hrefOfIncident(id)}>${view === undefined ? id : titleOf(view)}</a>
    ${view === undefined ? html`<span class="muted">its details cannot be read</span>` : html`<${State} view=${view} />`}
    <span class="muted run-facts">${day(startedAtMs)}${view === undefined ? "" : ` · ${countsOf(view)} · hook ${view.hook}`}</span>
    ${view?.run?.answer === undefined ? null : html`<span class="run-facts">${view.run.answer}</span>`}
    <code class="run-id">${id}</code>
  </li>`;
}

const titleOf = ({ key, hook }: IncidentView): string =>
  Object.values(key)
    .filter((value) => value !== "")
    .join(" · ") || hook;

function countsOf({ firing, alerts, kept, taken, beyond, flapping }: IncidentView): string {
  const more = [
    `${firing} of ${alerts} alerts fire`,
    `${taken} ${taken === 1 ? "message" : "messages"}`,
    ...(beyond === 0 ? [] : [`${beyond} of them about further alerts`]),
    ...(kept === undefined ? [] : [`${kept} of the alerts are listed`]),
    ...(flapping === 0 ? [] : [`${flapping} flapping`]),
  ];
  return more.join(", ");
}

/** How its run stands, or why there is none. */
function State({ view }: { view: IncidentView }) {
  const { run, notStarted, phase } = view;
  if (run !== undefined) return html`<${Status} status=${run.outcome ?? "running"} /> <${Over} view=${view} />`;
  if (notStarted !== undefined) return html`<span class="status quiet long">${NOT_STARTED[notStarted]}</span>`;
  return html`<span class="status busy long">${phase === "gathering" ? "waits for more alerts of its group" : "is being planned"}</span>`;
}

function Over({ view: { resolvedMs, startedMs } }: { view: IncidentView }) {
  if (resolvedMs === undefined) return null;
  return html`<span class="status good long">· resolved by itself ${span(resolvedMs - startedMs)} after the first alert</span>`;
}

export function IncidentPage({ id }: { id: string }) {
  const { value, error } = useLoaded(() => readIncident(id), EVERY_MS);
  const view = value?.view;
  return html`
    <p><a href="#/incidents">All incidents</a></p>
    <h1>${view === undefined ? id : titleOf(view)}</h1>
    ${error === undefined ? null : html`<${ProblemBox} error=${error} title=${value === undefined ? undefined : "This may be old:"} />`}
    ${value === undefined && error === undefined ? html`<p class="muted">Loading the incident…</p>` : null}
    ${value !== undefined && view === undefined ? html`<p class="empty">Its details cannot be read.</p>` : null}
    ${view === undefined ? null : html`<${Details} id=${id} view=${view} />`}
  `;
}

function Details({ id, view }: { id: string; view: IncidentView }) {
  const { run, notes, key, hook } = view;
  return html`
    <p><${State} view=${view} /></p>
    <p class="muted">${countsOf(view)} · hook ${hook} · by ${Object.keys(key).join(", ")} · <code>${id}</code></p>
    ${run === undefined ? null : html`<p>Run <a href=${hrefOf(run.id)}>${run.id}</a>, ${run.mode === "run" ? "with a remedy behind its gate" : "which only looks"}</p>`}
    ${run?.answer === undefined ? null : html`<p><strong>${run.answer}</strong></p>`}
    ${notes.length === 0 ? null : html`<ul>${notes.map((note) => html`<li class="muted">${note}</li>`)}</ul>`}
    <h2>Alerts</h2>
    <div class="wide" tabindex="0" role="region" aria-label="Alerts">
      <table>
        <thead><tr><th scope="col">Alert</th><th scope="col">State</th><th scope="col">Messages</th><th scope="col">Last</th><th scope="col">Labels</th></tr></thead>
        <tbody>${view.members.map((member) => html`<${Member} member=${member} />`)}</tbody>
      </table>
    </div>
  `;
}

function Member({ member }: { member: IncidentView["members"][number] }) {
  const { name, status, count, lastMs, labels } = member;
  const shown = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  return html`<tr>
    <td>${name}</td>
    <td><span class=${`status ${status === "firing" ? "bad" : "good"}`}>${status === "firing" ? "fires" : "resolved"}</span></td>
    <td>${count}</td>
    <td>${day(lastMs)}</td>
    <td class="muted">${shown.join(" ")}</td>
  </tr>`;
}
