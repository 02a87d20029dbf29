/** The nodes of a run, one line each; what failed stands first. */
import type { ShownNode } from "./endings.js";
import { html } from "./html.js";
import { Status, Took } from "./parts.js";

interface Props {
  nodes: readonly ShownNode[];
  selected?: string;
  onSelect(node: string): void;
}

export function NodeList({ nodes, selected, onSelect }: Props) {
  const failed = nodes.filter((node) => node.failure !== undefined);
  const rest = nodes.filter((node) => node.failure === undefined);
  return html`<section class="card" aria-labelledby="nodes-title">
    <h2 id="nodes-title">Nodes</h2>
    <ul class="nodes">
      ${[...failed, ...rest].map(
        (node) => html`<${Row} key=${node.id} node=${node} isSelected=${node.id === selected} onSelect=${onSelect} />`,
      )}
    </ul>
  </section>`;
}

function Row({ node, isSelected, onSelect }: { node: ShownNode; isSelected: boolean; onSelect(node: string): void }) {
  const { id, name, status, startedAtMs, endedAtMs, failure, reason } = node;
  const hasTime = startedAtMs !== undefined && (endedAtMs !== undefined || status === "running");
  const why = failure?.message ?? reason;
  return html`<li class=${isSelected ? "chosen" : ""}>
    <button type="button" class="plain" aria-pressed=${isSelected ? "true" : "false"} onClick=${() => onSelect(id)}>
      ${name}
    </button>
    <span class="node-facts">
      <${Status} status=${status} />
      ${hasTime ? html`<span class="muted"> · <${Took} fromMs=${startedAtMs} toMs=${endedAtMs} /></span>` : null}
    </span>
    ${why === undefined ? null : html`<span class=${failure === undefined ? "muted why" : "why bad"}>${why}</span>`}
  </li>`;
}
