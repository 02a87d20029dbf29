/** Where the boxes and lines of a graph stand. */
import { Graph, layout } from "@dagrejs/dagre";

const BOX_WIDTH = 212;
export const LINE_HEIGHT = 17;
const LINE_CHARS = 23;
const LINES_MAX = 2;
const MARGIN = 12;
/** Of an edge's label: what is longer is cut. */
export const LABEL_CHARS = 30;
const CHAR_WIDTH = 6.2;
const LABEL_HEIGHT = 14;

export interface GraphEdge {
  from: string;
  to: string;
  on: string;
  condition?: string;
  /** In a run: how the edge has settled. */
  state?: string;
}

export interface PlacedEdge {
  from: string;
  to: string;
  /** Condition and `on`, where they are not the usual. */
  label: string;
  path: string;
  labelAt: { x: number; y: number };
}

export interface PlacedBox {
  x: number;
  y: number;
  width: number;
  height: number;
  /** The name, broken where it is long and cut where it is very long. */
  lines: string[];
}

export interface Placed {
  width: number;
  height: number;
  /** By node id; `x` and `y` are the upper left corner. */
  boxes: Map<string, PlacedBox>;
  edges: PlacedEdge[];
}

interface Point {
  x: number;
  y: number;
}

export function place({ nodes, edges }: { nodes: Array<{ id: string; name: string }>; edges: GraphEdge[] }): Placed {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 24, ranksep: 44, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  const sizes = new Map(nodes.map(({ id, name }) => [id, sizeOf(name)]));
  for (const [id, { width, height }] of sizes) graph.setNode(id, { width, height });
  edges.forEach((edge, index) => {
    const chars = Math.min(labelOf(edge).length, LABEL_CHARS);
    const room = chars === 0 ? {} : { width: chars * CHAR_WIDTH, height: LABEL_HEIGHT, labelpos: "r" };
    graph.setEdge(edge.from, edge.to, room, String(index));
  });
  layout(graph);
  const boxes = new Map<string, PlacedBox>();
  for (const [id, size] of sizes) {
    const { x, y } = graph.node(id) as Point;
    boxes.set(id, { ...size, x: x - size.width / 2, y: y - size.height / 2 });
  }
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const placed = edges.map((edge, index): PlacedEdge => {
    const { points, x, y } = graph.edge(edge.from, edge.to, String(index)) as {
      points: Point[];
      x?: number;
      y?: number;
    };
    const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
    const labelAt = x === undefined || y === undefined ? middle : { x, y };
    return { from: edge.from, to: edge.to, label: labelOf(edge), path: curve(points), labelAt };
  });
  return { width, height, boxes, edges: placed };
}

function sizeOf(name: string): Pick<PlacedBox, "width" | "height" | "lines"> {
  const lines = broken(name);
  return { width: BOX_WIDTH, height: 39 + LINE_HEIGHT * lines.length, lines };
}

/** Breaks at spaces where it can, and inside a word where it must. */
function broken(name: string): string[] {
  const lines: string[] = [];
  let rest = [...name.replace(/\s+/g, " ").trim()];
  while (rest.length > LINE_CHARS && lines.length < LINES_MAX - 1) {
    const space = rest.lastIndexOf(" ", LINE_CHARS);
    const end = space > LINE_CHARS / 3 ? space : LINE_CHARS;
    lines.push(rest.slice(0, end).join(""));
    rest = rest.slice(rest[end] === " " ? end + 1 : end);
  }
  const last = rest.length <= LINE_CHARS ? rest.join("") : `${rest.slice(0, LINE_CHARS - 1).join("")}…`;
  return [...lines, last];
}

/** That a step follows however the one before ended is the way of most summaries and no news. */
function labelOf({ on, condition }: GraphEdge): string {
  return [
    ...(on === "success" || on === "always" ? [] : [`on ${on}`]),
    ...(condition === undefined ? [] : [`if ${condition}`]),
  ].join(" ");
}

/** A smooth line through the points that the layout gave; straight at its end, for the tip points along it. */
function curve(points: Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined || rest.length === 0) return "";
  const parts = rest.map((point, index) => {
    const after = rest[index + 1];
    if (after === undefined) return ` L${round(point.x)} ${round(point.y)}`;
    return quadratic(point, { x: (point.x + after.x) / 2, y: (point.y + after.y) / 2 });
  });
  return `M${round(first.x)} ${round(first.y)}${parts.join("")}`;
}

const quadratic = (by: Point, to: Point): string => ` Q${round(by.x)} ${round(by.y)} ${round(to.x)} ${round(to.y)}`;
const round = (value: number): number => Math.round(value * 10) / 10;
