/** One run: its graph with live states, what waits for a decision, what happened, and the report. */
import { useEffect, useState } from "preact/hooks";
import type { RunView } from "../../core/view.js";
import type { RunAnswer, RunHappening } from "../runs/contract.js";
import { cancelRun } from "./api.js";
import { GateCard } from "./gate-card.js";
import { GraphView } from "./graph-view.js";
import { html } from "./html.js";
import { useLiveRun } from "./live-run.js";
import { NodeDetails } from "./node-details.js";
import { ProblemBox, Status } from "./parts.js";
import { ReportView } from "./report-view.js";
import { clock, day } from "./words.js";

export function RunPage({ runId, onDecided }: { runId: string; onDecided(): void }) {
  const { answer, happenings, report, error, isCut, reload } = useLiveRun(runId);
  const [chosen, setChosen] = useState<string>();
  useEffect(() => {
    document.title = answer === undefined ? "AutoOps Architect" : `${answer.view.name} · AutoOps Architect`;
  }, [answer?.view.name]);
  if (answer === undefined) {
    return error === undefined ? html`<p class="muted">Loading the run…</p>` : html`<${ProblemBox} error=${error} />`;
  }
  const { view } = answer;
  const selected = view.nodes.find((node) => node.id === (chosen ?? interesting(view)));
  const own = view.gates.find((one) => one.nodeId === selected?.id);
  const gate = own?.status === "open" || own?.status === "asking" ? undefined : own;
  // Until somebody looks at another node, the open gate says all of it.
  const isAsked = chosen === undefined && own?.status === "open";
  const decided = () => {
    reload();
    onDecided();
  };
  return html`
    <${Head} answer=${answer} onCancelled=${reload} />
    ${error === undefined ? null : html`<${ProblemBox} error=${error} />`}
    <${Notice} answer=${answer} isCut=${isCut} />
    <div class="run">
      <div class="side">
        <div class="gates">
          ${view.gates
            .filter((one) => one.status === "open")
            .map((one) => html`<${GateCard} key=${one.nodeId} gate=${one} view=${view} onDecided=${decided} />`)}
        </div>
        <div class="aside">
          ${report === undefined ? null : html`<${ReportView} report=${report} />`}
          ${selected === undefined || isAsked ? null : html`<${NodeDetails} node=${selected} />`}
          ${gate === undefined ? null : html`<${GateCard} key=${gate.nodeId} gate=${gate} view=${view} onDecided=${decided} />`}
        </div>
      </div>
      <div class="picture"><${GraphView} view=${view} selected=${selected?.id} onSelect=${setChosen} /></div>
      <div class="below">
        <${Problems} view=${view} />
        <${Timeline} happenings=${happenings} />
      </div>
    </div>
  `;
}

/** Failure first, then what waits, then what runs. */
function interesting(view: RunView): string | undefined {
  for (const status of ["failed", "asking", "running"]) {
    const found = view.nodes.find((node) => node.status === status);
    if (found !== undefined) return found.id;
  }
  return view.nodes[0]?.id;
}

function Head({ answer, onCancelled }: { answer: RunAnswer; onCancelled(): void }) {
  const { view, webUrl } = answer;
  return html`<div class="head">
    <h1>${view.name}</h1>
    <p>${view.goal}</p>
    <p>
      <${Status} status=${view.status} /> ${view.dryRun ? html`<${Status} status="dry_run" />` : null}
      <span class="muted">
        ${view.environment} · asked for by ${view.requester} · started ${day(view.startedAtMs)} · <code>${view.runId}</code>
      </span>
      ${webUrl === undefined ? null : html` <a href=${webUrl} target="_blank" rel="noreferrer">Temporal Web UI</a>`}
    </p>
    ${view.endedAtMs === undefined ? html`<${Cancel} view=${view} onCancelled=${onCancelled} />` : null}
  </div>`;
}

function Cancel({ view, onCancelled }: { view: RunView; onCancelled(): void }) {
  const [asks, setAsks] = useState(false);
  const [error, setError] = useState<unknown>();
  const cancel = async () => {
    setAsks(false);
    await cancelRun(view.runId).then(onCancelled, setError);
  };
  if (!asks) {
    return html`${error === undefined ? null : html`<${ProblemBox} error=${error} />`}
      <button type="button" onClick=${() => setAsks(true)}>Cancel the run…</button>`;
  }
  return html`<div class="buttons" role="group" aria-label="Cancel the run?">
    <button type="button" class="danger" onClick=${cancel}>Cancel “${view.name}”</button>
    <button type="button" onClick=${() => setAsks(false)}>Let it run</button>
  </div>`;
}

function Notice({ answer, isCut }: { answer: RunAnswer; isCut: boolean }) {
  if (isCut) return html`<p class="notice" role="status">The connection broke off; trying to take it up again.</p>`;
  if (!answer.waitsForWorker) return null;
  return html`<p class="notice" role="status">
    No worker answers: this is the run as its history tells it. Decisions are recorded and count once one runs
    (<code>autoops worker</code>).
  </p>`;
}

function Problems({ view }: { view: RunView }) {
  if (view.problems.length === 0) return null;
  return html`<section class="card">
    <h2>Notices</h2>
    <ul>${view.problems.map((problem) => html`<li>${problem.message} <code>${problem.code}</code></li>`)}</ul>
  </section>`;
}

function Timeline({ happenings }: { happenings: RunHappening[] }) {
  return html`<section class="card">
    <h2>What happened</h2>
    <ol class="timeline">
      ${happenings.map((one) => html`<li key=${one.id}><time>${clock(one.atMs)}</time> <span>${one.text}</span></li>`)}
    </ol>
  </section>`;
}
