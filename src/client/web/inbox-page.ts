/** Every decision that waits, the one that closes first on top. */
import type { OpenGate } from "../runs/contract.js";
import { html } from "./html.js";
import { type Loaded, ProblemBox, useNow } from "./parts.js";
import { hrefOf } from "./route.js";
import { span } from "./words.js";

export function InboxPage({ inbox }: { inbox: Loaded<{ gates: OpenGate[] }> }) {
  const now = useNow();
  const { value, error } = inbox;
  return html`
    <h1>Inbox</h1>
    ${error === undefined ? null : html`<${ProblemBox} error=${error} />`}
    ${value === undefined && error === undefined ? html`<p class="muted">Loading…</p>` : null}
    ${value?.gates.length === 0 ? html`<p class="empty">Nothing waits for a decision.</p>` : null}
    <ul class="runs">
      ${value?.gates.map((gate) => html`<${Row} key=${`${gate.runId} ${gate.nodeId}`} gate=${gate} now=${now} />`)}
    </ul>
  `;
}

function Row({ gate, now }: { gate: OpenGate; now: number }) {
  const left = gate.deadlineMs - now;
  return html`<li>
    <a class="run-name" href=${hrefOf(gate.runId)}>${gate.nodeName}</a>
    <span class="status ask">${left > 0 ? `closes in ${span(left)}` : "is closing"}</span>
    <span class="muted run-facts">
      ${gate.tool ?? gate.nodeType}${gate.target === undefined ? "" : ` on ${gate.target}`} · ${gate.environment} · run
      “${gate.runName}” · asked for by ${gate.requester}
    </span>
  </li>`;
}
