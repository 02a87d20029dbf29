/** The three answers of a gate, each in two steps, for exactly the action that is shown. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { DecisionWord } from "../../vocabulary/decisions.js";
import { COMMENT_MAX_CHARS } from "../../vocabulary/limits.js";
import { decide } from "./api.js";
import type { Gate } from "./gate.js";
import { counted, type GateOutcome, refused } from "./gate-outcome.js";
import { html } from "./html.js";
import { missing, useMay } from "./session.js";

const VERBS: Record<DecisionWord, string> = { approve: "Approve", reject: "Reject", skip: "Skip" };

interface Props {
  gate: Gate;
  runId: string;
  onAnswered(outcome: GateOutcome): void;
}

export function GateAnswer({ gate, runId, onAnswered }: Props) {
  const [choice, setChoice] = useState<DecisionWord>();
  const [comment, setComment] = useState("");
  const [sending, setSending] = useState(false);
  const mayDecide = useMay("gates.decide");

  async function send(decision: DecisionWord): Promise<void> {
    setSending(true);
    const text = comment.trim();
    const { digest, nodeId, nodeName } = gate;
    const sent = { decision, digest, ...(text ? { comment: text } : {}) };
    const outcome = await decide(runId, nodeId, sent).then(
      (answer) => counted(nodeName, decision, answer),
      (error) => refused(nodeName, error),
    );
    setSending(false);
    setChoice(undefined);
    onAnswered(outcome);
  }

  if (!mayDecide) return html`<p class="muted">${missing("gates.decide")}</p>`;
  if (choice === undefined) {
    return html`<div class="answer buttons">
      <button type="button" class="primary" onClick=${() => setChoice("approve")}>Approve…</button>
      <button type="button" class="danger" onClick=${() => setChoice("reject")}>Reject…</button>
      <button type="button" onClick=${() => setChoice("skip")}>Skip…</button>
    </div>`;
  }
  return html`<div class="answer">
    <${Confirm}
      gate=${gate}
      choice=${choice}
      comment=${comment}
      sending=${sending}
      onComment=${setComment}
      onSend=${() => send(choice)}
      onBack=${() => setChoice(undefined)}
    />
  </div>`;
}

interface ConfirmProps {
  gate: Gate;
  choice: DecisionWord;
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
  const verb = VERBS[choice];
  const target = gate.target === undefined ? "" : ` on ${gate.target}`;
  const { commentRequired } = gate;
  const isNeeded = commentRequired === "always" || (commentRequired === "reject" && choice !== "approve");
  const lacks = isNeeded && comment.trim() === "";
  const id = `comment-${gate.nodeId}`;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !sending) onBack();
  };
  return html`<div class="confirm" role="group" aria-label=${`${verb} ${gate.nodeName}?`} onKeyDown=${onKeyDown}>
    <p>
      ${verb} <strong>${gate.nodeName}</strong>: <code>${gate.tool ?? gate.nodeType}</code>${target} in ${gate.environment}?
      ${choice === "skip" ? html` It is left out, and the run goes on without it.` : null}
    </p>
    <label for=${id}>Comment (${isNeeded ? "the policy asks for one" : "optional"}; goes into the report)</label>
    <textarea
      id=${id}
      ref=${field}
      rows="2"
      maxlength=${COMMENT_MAX_CHARS}
      required=${isNeeded}
      value=${comment}
      onInput=${(event: Event) => onComment((event.target as HTMLTextAreaElement).value)}
    ></textarea>
    <div class="buttons">
      <button
        type="button"
        class=${choice === "approve" ? "primary" : "danger"}
        disabled=${sending || lacks}
        onClick=${onSend}
      >
        ${sending ? "Sending…" : `${verb} “${gate.nodeName}”`}
      </button>
      <button type="button" disabled=${sending} onClick=${onBack}>Back</button>
    </div>
  </div>`;
}
