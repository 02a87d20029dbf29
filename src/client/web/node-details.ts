/** One node: what it is, what it found, or the error word for word with its way out. */
import type { NodeView } from "../../core/view.js";
import { html } from "./html.js";
import { Status } from "./parts.js";
import { clock, shown, span } from "./words.js";

export function NodeDetails({ node }: { node: NodeView }) {
  const { startedAtMs, endedAtMs, failure } = node;
  return html`<section class="card" aria-labelledby="node-title">
    <h2 id="node-title">${node.name}</h2>
    <p><${Status} status=${node.status} /></p>
    ${
      failure === undefined
        ? null
        : html`<div class="problem">
            <p>${failure.message} <code>${failure.code}</code></p>
            ${failure.hint === undefined ? null : html`<p class="muted">${failure.hint}</p>`}
          </div>`
    }
    ${node.reason === undefined ? null : html`<p>${node.reason}</p>`}
    <dl class="params">
      <dt>Node</dt><dd>${node.id}</dd>
      <dt>Type</dt><dd>${node.type}</dd>
      ${node.tool === undefined ? null : html`<dt>Tool</dt><dd>${node.tool}</dd>`}
      <dt>Effect</dt><dd>${node.effect}${node.gated ? ", behind a gate" : ""}</dd>
      ${startedAtMs === undefined ? null : html`<dt>Started</dt><dd>${clock(startedAtMs)}</dd>`}
      ${startedAtMs === undefined || endedAtMs === undefined ? null : html`<dt>Took</dt><dd>${span(endedAtMs - startedAtMs)}</dd>`}
    </dl>
    ${node.output === undefined ? null : html`<h3>Output</h3><pre tabindex="0">${shown(node.output)}</pre>`}
  </section>`;
}
