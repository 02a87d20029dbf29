/** One gate: what will be done, why it is asked, on what evidence, until when, and the two answers. */
import type { Answer } from "../../core/answer/answer.js";
import type { Finding } from "../../core/run/state.js";
import { AnswerView } from "./answer-view.js";
import { DiffView } from "./diff-view.js";
import type { Gate } from "./gate.js";
import { GateAnswer } from "./gate-answer.js";
import type { GateOutcome } from "./gate-outcome.js";
import { GateVotes } from "./gate-votes.js";
import { html } from "./html.js";
import { ProblemText, Status, useNow } from "./parts.js";
import { hrefOf } from "./route.js";
import { clock, shown, span } from "./words.js";

/** The run that a gate belongs to. */
export interface GateRun {
  runId: string;
  name: string;
  goal: string;
  requester: string;
  findings: readonly Finding[];
  answer?: Answer;
}

interface Props {
  gate: Gate;
  run: GateRun;
  /** Outside its run's own page it says whose gate it is. */
  namesRun?: boolean;
  outcome?: GateOutcome;
  onAnswered(outcome: GateOutcome): void;
}

export function GateCard({ gate, run, namesRun, outcome, onAnswered }: Props) {
  const isOpen = gate.status === "open";
  const id = `gate-${run.runId}-${gate.nodeId}`;
  const { preview, undo, edited } = gate;
  return html`<article class=${`card gate ${isOpen ? "open" : ""}`} aria-labelledby=${id} data-gate=${gate.nodeId}>
    <h2 id=${id}>${gate.nodeName}</h2>
    <p><${Status} status=${gate.status} /> ${isOpen ? html`<${Countdown} gate=${gate} />` : null}</p>
    ${run.answer === undefined || !namesRun ? null : html`<${AnswerView} answer=${run.answer} aroundMs=${gate.openedAtMs} atGate />`}
    ${namesRun ? html`<p>In the run <a href=${hrefOf(run.runId)}>${run.name}</a>: ${run.goal}</p>` : null}
    <h3>What will be done</h3>
    <p>
      <code>${gate.tool ?? gate.nodeType}</code>${gate.target === undefined ? "" : html` on <strong>${gate.target}</strong>`} in
      <strong> ${gate.environment}</strong>
    </p>
    <dl class="params">
      ${Object.entries(gate.params).map(([key, value]) => html`<dt>${key}</dt><dd>${shown(value)}</dd>`)}
    </dl>
    ${edited === undefined ? null : html`<h3>Changed by ${edited.by}</h3><${DiffView} before=${edited.before} after=${gate.params} />`}
    ${hasChange(preview) ? html`<h3>What it would change</h3>` : null}
    ${preview?.problem === undefined ? null : html`<p>It could not be read: ${preview.problem}</p>`}
    ${!hasChange(preview) || preview.problem !== undefined ? null : html`<${DiffView} before=${preview.before} after=${preview.after} />`}
    ${gate.target === undefined ? null : html`<h3>What it reaches</h3><p><strong>${gate.target}</strong> in ${gate.environment}</p>`}
    <h3>What hangs on it</h3>
    <p>${preview?.affects === undefined ? "It is not declared." : preview.affects.join(", ")}</p>
    ${undo === undefined ? null : html`<${Undo} undo=${undo} />`}
    <h3>Why it is asked</h3>
    <p>
      ${gate.reason}${gate.rule === undefined ? "" : ` (rule ${gate.rule})`}. The run was asked for by ${run.requester}.
    </p>
    ${run.answer === undefined ? html`<${Evidence} findings=${run.findings} />` : html`<details><summary>Evidence so far (${run.findings.length})</summary><${Findings} findings=${run.findings} /></details>`}
    <${GateVotes} gate=${gate} requester=${run.requester} />
    <${Untold} gate=${gate} />
    <div role="status">${outcome?.problem === undefined && outcome !== undefined ? html`<${Outcome} outcome=${outcome} />` : null}</div>
    ${outcome?.problem === undefined ? null : html`<div role="alert"><${Outcome} outcome=${outcome} /></div>`}
    ${isOpen && outcome?.isOver !== true ? html`<${GateAnswer} key=${gate.digest} gate=${gate} runId=${run.runId} onAnswered=${onAnswered} />` : null}
  </article>`;
}

const hasChange = (preview: Gate["preview"]): preview is NonNullable<Gate["preview"]> =>
  preview !== undefined && (preview.problem !== undefined || preview.before !== null || preview.after !== null);

/** The approval covers it too: it may follow without another question. */
function Undo({ undo }: { undo: NonNullable<Gate["undo"]> }) {
  return html`<h3>How it would be taken back</h3>
    <p><code>${undo.tool}</code></p>
    <dl class="params">
      ${Object.entries(undo.params).map(([key, value]) => html`<dt>${key}</dt><dd>${shown(value)}</dd>`)}
    </dl>`;
}

export function Outcome({ outcome, names }: { outcome: GateOutcome; names?: boolean }) {
  const { gateName, says, tone, problem } = outcome;
  return html`<div class=${`outcome ${tone}`}>
    <p>${names ? html`<strong>${gateName}</strong>: ` : null}${says}</p>
    ${problem === undefined ? null : html`<${ProblemText} problem=${problem} />`}
  </div>`;
}

function Countdown({ gate }: { gate: Gate }) {
  const left = gate.deadlineMs - useNow();
  const then = gate.onTimeout === "skip" ? "then it is left out" : "silence never approves";
  if (left <= 0) return html`<strong>The deadline has passed: a decision would come too late.</strong>`;
  return html`<span class="muted">closes in ${span(left)}, at ${clock(gate.deadlineMs)}; ${then}</span>`;
}

const SHOWN_FINDINGS = 6;

function Evidence({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return html`<h3>Evidence so far</h3><p class="muted">Nothing has been found yet.</p>`;
  const rest = findings.slice(SHOWN_FINDINGS);
  return html`<h3>Evidence so far</h3>
    <${Findings} findings=${findings.slice(0, SHOWN_FINDINGS)} />
    ${rest.length === 0 ? null : html`<details><summary>${rest.length} more</summary><${Findings} findings=${rest} /></details>`}`;
}

export function Findings({ findings }: { findings: readonly Finding[] }) {
  return html`<ul class="findings">
    ${findings.map(
      (finding) => html`<li>
        ${finding.statement} <span class="muted">(${finding.node})</span>
        ${finding.evidence.map((piece) => html`<div class="muted evidence">${piece}</div>`)}
      </li>`,
    )}
  </ul>`;
}

/** Channels that could not be told: who waits for them waits in vain. */
function Untold({ gate }: { gate: Gate }) {
  const failed = gate.notices.filter((notice) => !notice.ok);
  if (failed.length === 0) return null;
  return html`<ul class="votes">
    ${failed.map((notice) => html`<li>Nobody was told by ${notice.channel}: ${notice.problem ?? "it failed"}</li>`)}
  </ul>`;
}
