/** One node: what it is, what it found, or the error word for word with its way out. */
import type { ShownNode } from "./endings.js";
import { html } from "./html.js";
import { Output } from "./output.js";
import { ProblemText, Status, Took } from "./parts.js";
import { clock, EFFECT_WORDS, proofOf } from "./words.js";

export function NodeDetails({ node }: { node: ShownNode }) {
  const { startedAtMs, endedAtMs, failure } = node;
  const isRunning = node.status === "running";
  return html`<section class="card" aria-labelledby="node-title">
    <h2 id="node-title">${node.name}</h2>
    <p><${Status} status=${node.status} /></p>
    ${failure === undefined ? null : html`<div class="problem"><${ProblemText} problem=${failure} /></div>`}
    ${node.reason === undefined ? null : html`<p>${node.reason}</p>`}
    <dl class="params">
      <dt>Node</dt><dd>${node.id}</dd>
      <dt>Type</dt><dd>${node.type}</dd>
      ${node.tool === undefined ? null : html`<dt>Tool</dt><dd>${node.tool}</dd>`}
      <dt>Effect</dt><dd>${EFFECT_WORDS[node.effect]}${node.gated ? ", behind a gate" : ""}</dd>
      ${node.undoes === undefined ? null : html`<dt>Takes back</dt><dd>${node.undoes}</dd>`}
      ${node.verification === undefined ? null : html`<dt>Checked</dt><dd>${proofOf(node.verification)}</dd>`}
      ${startedAtMs === undefined ? null : html`<dt>Started</dt><dd>${clock(startedAtMs)}</dd>`}
      ${
        startedAtMs === undefined || (endedAtMs === undefined && !isRunning)
          ? null
          : html`<dt>${isRunning ? "Runs for" : "Took"}</dt><dd><${Took} fromMs=${startedAtMs} toMs=${endedAtMs} /></dd>`
      }
    </dl>
    ${
      node.output === undefined
        ? null
        : html`<h3>Output</h3><${Output} key=${node.id} value=${node.output} label=${`Output of ${node.name}`} />`
    }
  </section>`;
}
