/** One run: its graph with live states, what waits for a decision, what happened, and the report. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { RunView } from "../../core/report/view.js";
import { peopleOf } from "../../vocabulary/person.js";
import type { RunAnswer, RunHappening } from "../runs/contract.js";
import { AnswerView } from "./answer-view.js";
import { cancelRun } from "./api.js";
import { ChartView } from "./chart-view.js";
import { endedOutside, type ShownNode, shownNodes, wasRefused } from "./endings.js";
import { GateCard } from "./gate-card.js";
import { type GateOutcome, useOutcomes } from "./gate-outcome.js";
import { type BoxStyle, GraphView } from "./graph-view.js";
import { html } from "./html.js";
import { type LiveRun, useLiveRun } from "./live-run.js";
import { NodeDetails } from "./node-details.js";
import { NodeList } from "./node-list.js";
import { Notice, ProblemBox, Status, Took } from "./parts.js";
import { ReportView } from "./report-view.js";
import { webAddress } from "./route.js";
import { NoRun, RunWarnings } from "./run-warnings.js";
import { useMay } from "./session.js";
import { clock, day, span, styleOf } from "./words.js";

export function RunPage({ runId, onDecided }: { runId: string; onDecided(): void }) {
  const live = useLiveRun(runId);
  const { answer, report, error } = live;
  useEffect(() => {
    document.title = `${answer === undefined ? "Run" : answer.view.name} · AutoOps Architect`;
  }, [answer?.view.name]);
  if (answer === undefined) {
    if (error === undefined) return html`<p class="muted" role="status">Loading the run…</p>`;
    return html`<${NoRun} runId=${runId} error=${error} report=${report} />`;
  }
  return html`<${Run} live=${live} answer=${answer} onDecided=${onDecided} />`;
}

function Run({ live, answer, onDecided }: { live: LiveRun; answer: RunAnswer; onDecided(): void }) {
  const { happenings, report, error, isCut, reload } = live;
  const [chosen, setChosen] = useState<string>();
  const [outcomes, note] = useOutcomes();
  const { view } = answer;
  const nodes = shownNodes(view);
  const open = view.gates.filter((gate) => gate.status === "open");
  const selected = nodes.find((node) => node.id === (chosen ?? interesting(nodes)));
  const own = view.gates.find((gate) => gate.nodeId === selected?.id);
  const closed = own?.status === "open" || own?.status === "asking" ? undefined : own;
  // Until somebody looks at another node, the open gate says all of it.
  const isAsked = chosen === undefined && own?.status === "open";
  const cardOf = (gate: RunView["gates"][number]) => html`<${GateCard}
    key=${gate.nodeId}
    gate=${gate}
    run=${view}
    outcome=${outcomes.get(gate.nodeId)}
    onAnswered=${(outcome: GateOutcome) => {
      note(gate.nodeId, outcome);
      reload();
      onDecided();
    }}
  />`;
  const gone = useClosed(view.gates).filter((gate) => gate.nodeId !== closed?.nodeId || !outcomes.has(gate.nodeId));
  return html`
    <${Head} answer=${answer} onCancelled=${reload} />
    ${error === undefined ? null : html`<${ProblemBox} error=${error} title="What stands here may be old:" />`}
    ${view.answer === undefined || (view.endedAtMs === undefined && view.answer.cause === undefined) ? null : html`<${First} view=${view} />`}
    <${RunWarnings} answer=${answer} isCut=${isCut} />
    <div role="status">
      ${gone.map((gate) => html`<${ClosedGate} key=${gate.nodeId} gate=${gate} outcome=${outcomes.get(gate.nodeId)} />`)}
    </div>
    <div class="run">
      <div class="side">
        <div class="gates">
          ${open.map(cardOf)} ${report === undefined ? null : html`<${ReportView} report=${report} />`}
        </div>
        <div class="aside">
          ${selected === undefined || isAsked ? null : html`<${NodeDetails} node=${selected} />`}
          ${closed === undefined ? null : cardOf(closed)}
        </div>
      </div>
      <div class="picture">
        <${GraphView}
          label="Graph of the run"
          shape=${`${view.runId} ${view.policyDigest}`}
          boxes=${nodes.map(boxOf)}
          edges=${view.edges}
          selected=${selected?.id}
          onSelect=${setChosen}
        />
      </div>
      <div class="below">
        <${NodeList} nodes=${nodes} selected=${selected?.id} onSelect=${setChosen} />
        <${Warnings} view=${view} />
        <${Timeline} happenings=${happenings} />
      </div>
    </div>
  `;
}

/** What a person reads first: the cause on top, the key metric beside it. */
function First({ view }: { view: RunView }) {
  const { answer, endedAtMs, startedAtMs, nodes } = view;
  if (answer === undefined || wasRefused(view)) return null;
  return html`<section class="card first" aria-label="Answer">
    <${AnswerView} answer=${answer} aroundMs=${endedAtMs ?? startedAtMs} />
    ${answer.chart === undefined ? null : html`<${ChartView} chart=${answer.chart} nodes=${nodes} />`}
  </section>`;
}

/** Gates that were open here and are no more: whoever was about to answer must learn why the buttons went. */
function useClosed(gates: RunView["gates"]): RunView["gates"] {
  const seen = useRef(new Set<string>());
  for (const gate of gates) if (gate.status === "open") seen.current.add(gate.nodeId);
  return gates.filter((gate) => seen.current.has(gate.nodeId) && gate.status !== "open" && gate.status !== "asking");
}

function ClosedGate({ gate, outcome }: { gate: RunView["gates"][number]; outcome?: GateOutcome }) {
  const who = peopleOf(gate.votes.map(({ approver }) => approver)).join(", ");
  const by = who === "" || gate.status === "withdrawn" ? "" : ` by ${who}`;
  return html`<p class="notice">
    <strong>${gate.nodeName}</strong>: ${styleOf(gate.status).word}${by}.${outcome === undefined ? "" : ` ${outcome.says}`}
  </p>`;
}

function boxOf({ id, name, status, gated, startedAtMs, endedAtMs }: ShownNode): BoxStyle {
  const look = styleOf(status);
  const hasTime = startedAtMs !== undefined && (endedAtMs !== undefined || status === "running");
  const took = hasTime && endedAtMs !== undefined ? `, took ${span(endedAtMs - startedAtMs)}` : "";
  return {
    id,
    name,
    ...look,
    ...(hasTime ? { more: html`<${Took} fromMs=${startedAtMs} toMs=${endedAtMs} />` } : {}),
    gated,
    says: `${look.word}${took}${gated && status === "pending" ? ", needs an approval" : ""}`,
  };
}

/** Failure first, then what waits, then what runs. */
function interesting(nodes: readonly ShownNode[]): string | undefined {
  for (const status of ["failed", "cut_off", "asking", "running"]) {
    const found = nodes.find((node) => node.status === status);
    if (found !== undefined) return found.id;
  }
  return nodes[0]?.id;
}

function Head({ answer, onCancelled }: { answer: RunAnswer; onCancelled(): void }) {
  const { view, webUrl } = answer;
  const { startedAtMs, endedAtMs } = view;
  const mayCancel = useMay("runs.cancel");
  const address = webAddress(webUrl);
  // Temporal's own word for how it ended says more than the nearest outcome.
  const isTerminated = endedOutside(view)?.message.includes("terminated in Temporal") === true;
  return html`<div class="head">
    <h1>${view.name}</h1>
    <p>${view.goal}</p>
    <p>
      <span role="status"><${Status} status=${isTerminated ? "terminated" : view.status} /></span>
      ${view.dryRun ? html` <${Status} status="dry_run" />` : null}
      <span class="muted">
        ${" · "}<${Took} fromMs=${startedAtMs} toMs=${endedAtMs} /> · ${view.environment} · asked for by ${view.requester} ·
        started ${day(startedAtMs)} · <code>${view.runId}</code>
      </span>
      ${address === undefined ? null : html` <a href=${address} target="_blank" rel="noreferrer">Temporal Web UI</a>`}
    </p>
    ${endedAtMs === undefined && mayCancel ? html`<${Cancel} view=${view} onCancelled=${onCancelled} />` : null}
  </div>`;
}

function Cancel({ view, onCancelled }: { view: RunView; onCancelled(): void }) {
  const [asks, setAsks] = useState(false);
  const [error, setError] = useState<unknown>();
  const [isAsked, setAsked] = useState(false);
  const cancel = async () => {
    setAsks(false);
    setError(undefined);
    await cancelRun(view.runId).then(() => {
      setAsked(true);
      onCancelled();
    }, setError);
  };
  if (isAsked) return html`<p role="status">Cancelling: running nodes are being stopped, and the report follows.</p>`;
  if (!asks) {
    return html`${error === undefined ? null : html`<${ProblemBox} error=${error} />`}
      <button type="button" onClick=${() => setAsks(true)}>Cancel the run…</button>`;
  }
  return html`<div class="buttons" role="group" aria-label="Cancel the run?">
    <button type="button" class="danger" onClick=${cancel}>Cancel “${view.name}”</button>
    <button type="button" onClick=${() => setAsks(false)}>Let it run</button>
  </div>`;
}

function Warnings({ view }: { view: RunView }) {
  const ending = endedOutside(view);
  const notices = wasRefused(view) ? [] : view.problems.filter((problem) => problem !== ending);
  if (notices.length === 0) return null;
  return html`<section class="card">
    <h2>Notices</h2>
    <ul>${notices.map((notice) => html`<${Notice} notice=${notice} nodes=${view.nodes} />`)}</ul>
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
