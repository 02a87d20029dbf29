/** A run's graph with the states it is in. Each node is a button that shows its details. */
import { useMemo } from "preact/hooks";
import type { NodeView, RunView } from "../../core/view.js";
import { html } from "./html.js";
import { BOX, type PlacedEdge, place } from "./layout.js";
import { lookOf } from "./words.js";

interface Props {
  view: RunView;
  selected?: string;
  onSelect(node: string): void;
}

const NAME_CHARS = 23;
const LABEL_CHARS = 30;

export function GraphView({ view, selected, onSelect }: Props) {
  // The shape never changes while a run goes on: only the states do.
  const placed = useMemo(() => place(view), [view.runId, view.policyDigest]);
  const { width, height } = placed;
  return html`<div class="graph">
    <svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} role="group" aria-label="Graph of the run">
      <defs>
        <marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0L8 4L0 8z" class="tip" />
        </marker>
      </defs>
      ${view.nodes.map((node) => {
        const { x, y } = placed.boxes.get(node.id) ?? { x: 0, y: 0 };
        const isSelected = node.id === selected;
        return html`<${Box} key=${node.id} node=${node} x=${x} y=${y} isSelected=${isSelected} onSelect=${onSelect} />`;
      })}
      ${placed.edges.map((edge, index) => html`<${Line} key=${index} edge=${edge} state=${view.edges[index]?.state} />`)}
    </svg>
  </div>`;
}

function Line({ edge, state }: { edge: PlacedEdge; state: string }) {
  const { x, y } = edge.labelAt;
  return html`<g class=${`edge ${state}`}>
    <path d=${edge.path} marker-end="url(#tip)"></path>
    ${edge.label === "" ? null : html`<text x=${x + 6} y=${y}>${cut(edge.label, LABEL_CHARS)}<title>${edge.label}</title></text>`}
  </g>`;
}

interface BoxProps {
  node: NodeView;
  x: number;
  y: number;
  isSelected: boolean;
  onSelect(node: string): void;
}

function Box({ node, x, y, isSelected, onSelect }: BoxProps) {
  const { sign, word, tone } = lookOf(node.status);
  const choose = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onSelect(node.id);
  };
  return html`<g
    class=${`box ${tone} ${node.gated ? "gated" : ""}`}
    transform=${`translate(${x} ${y})`}
    role="button"
    tabindex="0"
    aria-pressed=${isSelected ? "true" : "false"}
    aria-label=${`${node.name}: ${word}${node.gated ? ", needs an approval" : ""}`}
    data-node=${node.id}
    onClick=${() => onSelect(node.id)}
    onKeyDown=${choose}
  >
    <rect width=${BOX.width} height=${BOX.height} rx="4"></rect>
    ${node.gated ? html`<path class="bar" d=${`M0 4a4 4 0 0 1 4 -4h2v${BOX.height}h-2a4 4 0 0 1 -4 -4z`}></path>` : null}
    <text class="name" x="14" y="23">${cut(node.name, NAME_CHARS)}</text>
    <text class="state" x="14" y="42">${sign} ${word}</text>
    <title>${node.name}</title>
  </g>`;
}

function cut(text: string, chars: number): string {
  const letters = [...text];
  return letters.length <= chars ? text : `${letters.slice(0, chars - 1).join("")}…`;
}
