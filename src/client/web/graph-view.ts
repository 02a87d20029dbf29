/** A graph as a picture: a plan, or a run with the states it is in. Each node is a button that shows its details. */
import { useMemo } from "preact/hooks";
import { html } from "./html.js";
import { type GraphEdge, LABEL_CHARS, LINE_HEIGHT, type PlacedBox, type PlacedEdge, place } from "./layout.js";

export interface BoxStyle {
  id: string;
  name: string;
  /** Class of its colour. */
  tone: string;
  sign: string;
  word: string;
  /** Stands after the word: a time that may be ticking. */
  more?: unknown;
  gated: boolean;
  /** What is said of it besides its name. */
  says: string;
}

interface Props {
  label: string;
  /** Changes when the graph's shape does. */
  shape: string;
  boxes: BoxStyle[];
  edges: GraphEdge[];
  selected?: string;
  onSelect(node: string): void;
}

/** Pixels up to which a picture is drawn smaller where there is less room. */
const FITTED_MAX = 1_000;

export function GraphView({ label, shape, boxes, edges, selected, onSelect }: Props) {
  const placed = useMemo(() => place({ nodes: boxes, edges }), [shape]);
  const { width, height } = placed;
  return html`<div class="graph">
    <svg class=${width <= FITTED_MAX ? "fits" : ""} width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} role="group" aria-label=${label}>
      <defs>
        <marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0L8 4L0 8z" class="tip" />
        </marker>
      </defs>
      ${boxes.map((box) => {
        const at = placed.boxes.get(box.id);
        const isSelected = box.id === selected;
        return html`<${Box} key=${box.id} box=${box} at=${at} isSelected=${isSelected} onSelect=${onSelect} />`;
      })}
      ${placed.edges.map((edge, index) => html`<${Line} key=${index} edge=${edge} state=${edges[index]?.state ?? ""} />`)}
    </svg>
  </div>`;
}

function Line({ edge, state }: { edge: PlacedEdge; state: string }) {
  const { x, y } = edge.labelAt;
  return html`<g class=${`edge ${state}`}>
    <path d=${edge.path} marker-end="url(#tip)"></path>
    ${edge.label === "" ? null : html`<text x=${x} y=${y + 4} text-anchor="middle">${cut(edge.label, LABEL_CHARS)}<title>${edge.label}</title></text>`}
  </g>`;
}

interface BoxProps {
  box: BoxStyle;
  at?: PlacedBox;
  isSelected: boolean;
  onSelect(node: string): void;
}

function Box({ box, at, isSelected, onSelect }: BoxProps) {
  if (at === undefined) return null;
  const { width, height, lines } = at;
  const { id, name, tone, sign, word, more, gated, says } = box;
  const choose = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onSelect(id);
  };
  return html`<g
    class=${`box ${tone} ${gated ? "gated" : ""}`}
    transform=${`translate(${at.x} ${at.y})`}
    role="button"
    tabindex="0"
    aria-pressed=${isSelected ? "true" : "false"}
    aria-label=${`${name}: ${says}`}
    data-node=${id}
    onClick=${() => onSelect(id)}
    onKeyDown=${choose}
  >
    <rect width=${width} height=${height} rx="4"></rect>
    ${gated ? html`<path class="bar" d=${`M0 4a4 4 0 0 1 4 -4h2v${height}h-2a4 4 0 0 1 -4 -4z`}></path>` : null}
    ${lines.map((line, index) => html`<text class="name" x="14" y=${23 + LINE_HEIGHT * index}>${line}</text>`)}
    <text class="state" x="14" y=${height - 14}>${sign} ${word}${more === undefined ? null : html` · ${more}`}</text>
    <title>${name}</title>
  </g>`;
}

function cut(text: string, chars: number): string {
  const letters = [...text];
  return letters.length <= chars ? text : `${letters.slice(0, chars - 1).join("")}…`;
}
