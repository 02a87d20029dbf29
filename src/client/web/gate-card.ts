/** One gate: what will be done, why it is asked, on what evidence, until when, and the two answers. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { GateView, RunView } from "../../core/view.js";
import { COMMENT_MAX_CHARS } from "../../vocabulary/limits.js";
import { decide } from "./api.js";
import { html } from "./html.js";
import { ProblemBox, Status, useNow } from "./parts.js";
import { clock, shown, span } from "./words.js";

type Choice = "approve" | "reject";

interface Props {
  gate: GateView;
  view: RunView;
  onDecided(): void;
}

export function GateCard({ gate, view, onDecided }: Props) {
  const isOpen = gate.status === "open";
  const what = gate.tool ?? gate.nodeType;
  return html`<section class=${`card gate ${isOpen ? "open" : ""}`} aria-labelledby=${`gate-${gate.nodeId}`} data-gate=${gate.nodeId}>
    <h2 id=${`gate-${gate.nodeId}`}>${gate.nodeName}</h2>
    <p><${Status} status=${gate.status} /> ${isOpen ? html`<${Countdown} deadlineMs=${gate.deadlineMs} />` : null}</p>
    <h3>What will be done</h3>
    <p>
      <code>${what}</code>${gate.target === undefined ? "" : html` on <strong>${gate.target}</strong>`} in
      <strong> ${gate.environment}</strong>
    </p>
    <dl class="params">
      ${Object.entries(gate.params).map(([key, value]) => html`<dt>${key}</dt><dd>${shown(value)}</dd>`)}
    </dl>
    <h3>Why it is asked</h3>
    <p>${gate.reason}. The run was asked for by ${view.requester}.</p>
    <${Evidence} view=${view} />
    <${Votes} gate=${gate} />
    ${isOpen ? html`<${Answer} key=${gate.digest} gate=${gate} runId=${view.runId} onDecided=${onDecided} />` : null}
  </section>`;
}

function Countdown({ deadlineMs }: { deadlineMs: number }) {
  const left = deadlineMs - useNow();
  const text = left > 0 ? `closes in ${span(left)}, at ${clock(deadlineMs)}` : "the deadline has passed";
  return html`<span class="muted">${text}; silence never approves</span>`;
}

function Evidence({ view }: { view: RunView }) {
  if (view.findings.length === 0) return html`<h3>Evidence so far</h3><p class="muted">Nothing has been found yet.</p>`;
  return html`<h3>Evidence so far</h3>
    <ul class="findings">
      ${view.findings.map(
        (finding) => html`<li>
          ${finding.statement} <span class="muted">(${finding.node})</span>
          ${finding.evidence.map((piece) => html`<div class="muted evidence">${piece}</div>`)}
        </li>`,
      )}
    </ul>`;
}

function Votes({ gate }: { gate: GateView }) {
  const needs = `${gate.required} approval${gate.required === 1 ? "" : "s"} needed${gate.signed ? ", signed" : ""}`;
  const refused = Object.entries(gate.refused);
  return html`<h3>Votes</h3>
    ${gate.votes.length === 0 ? html`<p class="muted">None yet; ${needs}.</p>` : null}
    <ul class="votes">
      ${gate.votes.map(
        (vote) => html`<li>
          <strong>${vote.approver}</strong> ${vote.decision === "approve" ? "approved" : "rejected"} at ${clock(vote.atMs)}
          <span class="muted"> (${vote.verified ? "signature verified" : "unverified"})</span>
          ${vote.comment ? html`<div class="comment">${vote.comment}</div>` : null}
        </li>`,
      )}
      ${refused.map(([result, count]) => html`<li class="muted">${count} refused: ${result}</li>`)}
    </ul>`;
}

function Answer({ gate, runId, onDecided }: { gate: GateView; runId: string; onDecided(): void }) {
  const [choice, setChoice] = useState<Choice>();
  const [comment, setComment] = useState("");
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<unknown>();
  const [said, setSaid] = useState("");

  async function send(decision: Choice): Promise<void> {
    setSending(true);
    setError(undefined);
    try {
      const text = comment.trim();
      const answer = await decide(runId, gate.nodeId, {
        decision,
        digest: gate.digest,
        ...(text ? { comment: text } : {}),
      });
      setChoice(undefined);
      setSaid(answer.counted ? "Your decision counts." : "Recorded. It counts as soon as a worker runs.");
    } catch (problem) {
      setError(problem);
    }
    setSending(false);
    onDecided();
  }

  const back = () => setChoice(undefined);
  return html`<div class="answer">
    ${error === undefined ? null : html`<${ProblemBox} error=${error} />`}
    <p role="status">${said}</p>
    ${
      said !== ""
        ? null
        : choice === undefined
          ? html`<div class="buttons">
            <button type="button" class="primary" onClick=${() => setChoice("approve")}>Approve…</button>
            <button type="button" class="danger" onClick=${() => setChoice("reject")}>Reject…</button>
          </div>`
          : html`<${Confirm}
            gate=${gate}
            choice=${choice}
            comment=${comment}
            sending=${sending}
            onComment=${setComment}
            onSend=${() => send(choice)}
            onBack=${back}
          />`
    }
  </div>`;
}

interface ConfirmProps {
  gate: GateView;
  choice: Choice;
  comment: string;
  sending: boolean;
  onComment(text: string): void;
  onSend(): void;
  onBack(): void;
}

/** The second step names the action, so that no single click or key decides. */
function Confirm({ gate, choice, comment, sending, onComment, onSend, onBack }: ConfirmProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const verb = choice === "approve" ? "Approve" : "Reject";
  const target = gate.target === undefined ? "" : ` on ${gate.target}`;
  const id = `comment-${gate.nodeId}`;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !sending) onBack();
  };
  return html`<div class="confirm" role="group" aria-label=${`${verb} ${gate.nodeName}?`} onKeyDown=${onKeyDown}>
    <p>
      ${verb} <strong>${gate.nodeName}</strong>: <code>${gate.tool ?? gate.nodeType}</code>${target} in ${gate.environment}?
    </p>
    <label for=${id}>Comment (optional, goes into the report)</label>
    <textarea
      id=${id}
      ref=${field}
      rows="2"
      maxlength=${COMMENT_MAX_CHARS}
      value=${comment}
      onInput=${(event: Event) => onComment((event.target as HTMLTextAreaElement).value)}
    ></textarea>
    <div class="buttons">
      <button type="button" class=${choice === "approve" ? "primary" : "danger"} disabled=${sending} onClick=${onSend}>
        ${sending ? "Sending…" : `${verb} “${gate.nodeName}”`}
      </button>
      <button type="button" disabled=${sending} onClick=${onBack}>Back</button>
    </div>
  </div>`;
}
