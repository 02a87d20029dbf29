/** Where the boxes and lines of a graph stand. */
import { Graph, layout } from "@dagrejs/dagre";

export const BOX = { width: 196, height: 56 } as const;
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

export interface Placed {
  width: number;
  height: number;
  /** Upper left corners by node id. */
  boxes: Map<string, { x: number; y: number }>;
  edges: PlacedEdge[];
}

interface Point {
  x: number;
  y: number;
}

export function place({ nodes, edges }: { nodes: Array<{ id: string }>; edges: GraphEdge[] }): Placed {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 24, ranksep: 44, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { ...BOX });
  edges.forEach((edge, index) => {
    const chars = Math.min(labelOf(edge).length, LABEL_CHARS);
    const room = chars === 0 ? {} : { width: chars * CHAR_WIDTH, height: LABEL_HEIGHT, labelpos: "r" };
    graph.setEdge(edge.from, edge.to, room, String(index));
  });
  layout(graph);
  const boxes = new Map<string, Point>();
  for (const node of nodes) {
    const { x, y } = graph.node(node.id) as Point;
    boxes.set(node.id, { x: x - BOX.width / 2, y: y - BOX.height / 2 });
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

function labelOf({ on, condition }: GraphEdge): string {
  return [...(on === "success" ? [] : [`on ${on}`]), ...(condition === undefined ? [] : [`if ${condition}`])].join(" ");
}

/** A smooth line through the points that the layout gave. */
function curve(points: Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  let path = `M${round(first.x)} ${round(first.y)}`;
  let before = first;
  rest.forEach((point, index) => {
    const after = rest[index + 1];
    const end = after === undefined ? point : { x: (point.x + after.x) / 2, y: (point.y + after.y) / 2 };
    path += after === undefined && rest.length === 1 ? ` L${round(end.x)} ${round(end.y)}` : quadratic(point, end);
    before = end;
  });
  return before === first ? "" : path;
}

const quadratic = (by: Point, to: Point): string => ` Q${round(by.x)} ${round(by.y)} ${round(to.x)} ${round(to.y)}`;
const round = (value: number): number => Math.round(value * 10) / 10;
