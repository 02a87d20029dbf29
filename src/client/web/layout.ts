/** Where the boxes and lines of a graph stand. */
import { Graph, layout } from "@dagrejs/dagre";
import type { RunView } from "../../core/view.js";

export const BOX = { width: 196, height: 56 } as const;
const MARGIN = 12;

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

export function place({ nodes, edges }: Pick<RunView, "nodes" | "edges">): Placed {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 24, ranksep: 44, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { ...BOX });
  edges.forEach((edge, index) => {
    graph.setEdge(edge.from, edge.to, {}, String(index));
  });
  layout(graph);
  const boxes = new Map<string, Point>();
  for (const node of nodes) {
    const { x, y } = graph.node(node.id) as Point;
    boxes.set(node.id, { x: x - BOX.width / 2, y: y - BOX.height / 2 });
  }
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const placed = edges.map((edge, index): PlacedEdge => {
    const { points } = graph.edge(edge.from, edge.to, String(index)) as { points: Point[] };
    const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
    const on = edge.on === "success" ? [] : [`on ${edge.on}`];
    const label = [...on, ...(edge.condition === undefined ? [] : [`if ${edge.condition}`])].join(" ");
    return { from: edge.from, to: edge.to, label, path: curve(points), labelAt: middle };
  });
  return { width, height, boxes, edges: placed };
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
