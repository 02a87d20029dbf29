/** Every decision that waits, over all runs, the one that closes first on top. */
import { useRef, useState } from "preact/hooks";
import type { OpenGate } from "../runs/contract.js";
import { GateCard, Outcome } from "./gate-card.js";
import { type GateOutcome, useOutcomes } from "./gate-outcome.js";
import { html } from "./html.js";
import { type Loaded, ProblemBox, useNow } from "./parts.js";
import { hrefOf } from "./route.js";
import { span } from "./words.js";

const keyOf = (gate: OpenGate): string => `${gate.runId} ${gate.nodeId}`;

export function InboxPage({ inbox }: { inbox: Loaded<{ gates: OpenGate[]; unreadable?: string[] }> }) {
  const { value, error, reload } = inbox;
  const [outcomes, note] = useOutcomes();
  const gates = value?.gates ?? [];
  const unreadable = value?.unreadable ?? [];
  const gone = useGone(gates);
  return html`
    <h1>Inbox</h1>
    <div role="status">${gone.map((gate) => html`<${Closed} key=${keyOf(gate)} gate=${gate} outcome=${outcomes.get(keyOf(gate))} />`)}</div>
    ${error === undefined ? null : html`<${ProblemBox} error=${error} title=${value === undefined ? undefined : "This list may be old:"} />`}
    ${value === undefined && error === undefined ? html`<p class="muted">Loading…</p>` : null}
    ${unreadable.map((runId) => html`<p><a href=${hrefOf(runId)}>${runId}</a> waits for a decision and could not be read in time.</p>`)}
    ${value !== undefined && gates.length + unreadable.length === 0 ? html`<p class="empty">Nothing waits for a decision.</p>` : null}
    <ul class="inbox">
      ${gates.map(
        (gate, index) => html`<${Row}
          key=${keyOf(gate)}
          gate=${gate}
          isFirst=${index === 0}
          outcome=${outcomes.get(keyOf(gate))}
          onAnswered=${(outcome: GateOutcome) => {
            note(keyOf(gate), outcome);
            reload();
          }}
        />`,
      )}
    </ul>
  `;
}

/** Gates that stood here and wait no more. */
function useGone(gates: readonly OpenGate[]): OpenGate[] {
  const seen = useRef(new Map<string, OpenGate>());
  for (const gate of gates) seen.current.set(keyOf(gate), gate);
  const shown = new Set(gates.map(keyOf));
  return [...seen.current].filter(([key]) => !shown.has(key)).map(([, gate]) => gate);
}

const ELSEWHERE = "The gate no longer waits: somebody else decided, its time ran out, or the run ended.";

/** What became of a gate, as far as this page knows. */
function Closed({ gate, outcome }: { gate: OpenGate; outcome?: GateOutcome }) {
  const told = outcome ?? { gateName: gate.nodeName, says: ELSEWHERE, tone: "ask" as const, isOver: true };
  return html`<div class="closed">
    <${Outcome} outcome=${told} names />
    <p><a href=${hrefOf(gate.runId)}>See the run</a></p>
  </div>`;
}

interface RowProps {
  gate: OpenGate;
  isFirst: boolean;
  outcome?: GateOutcome;
  onAnswered(outcome: GateOutcome): void;
}

/** One line a gate; the first one lies open, for most often it is the only one. */
function Row({ gate, isFirst, outcome, onAnswered }: RowProps) {
  const [isOpen, setOpen] = useState(isFirst);
  const left = gate.deadlineMs - useNow();
  const { runId, runName, goal, requester, findings } = gate;
  return html`<li>
    <div class="inbox-line">
      <button type="button" class="plain" aria-expanded=${isOpen ? "true" : "false"} onClick=${() => setOpen(!isOpen)}>
        <span aria-hidden="true">${isOpen ? "▾" : "▸"}</span> ${gate.nodeName}
      </button>
      ${
        isOpen
          ? null
          : html`<span class="status ask">${left > 0 ? `closes in ${span(left)}` : "is closing"}</span><span class="muted run-facts">
              ${gate.tool ?? gate.nodeType}${gate.target === undefined ? "" : ` on ${gate.target}`} · ${gate.environment} · run
              ${" "}<a href=${hrefOf(runId)}>${runName}</a> · asked for by ${requester}
            </span>`
      }
    </div>
    ${
      isOpen
        ? html`<${GateCard}
            gate=${gate}
            run=${{ runId, name: runName, goal, requester, findings }}
            namesRun
            outcome=${outcome}
            onAnswered=${onAnswered}
          />`
        : null
    }
  </li>`;
}
