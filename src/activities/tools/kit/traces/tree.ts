/** The spans of a trace as a forest: spans whose parent is missing are roots, and a circle is cut at its earliest span. */
import type { Span } from "./span.js";

export interface SpanNode {
  span: Span;
  end: number;
  parent?: SpanNode;
  children: SpanNode[];
}
export interface Forest {
  roots: SpanNode[];
  nodes: SpanNode[];
  /** Spans that name a parent that is not there. */
  orphans: number;
  /** Circles that were cut. */
  cycles: number;
}

export function forestOf(spans: readonly Span[]): Forest {
  const byId = new Map<string, SpanNode>();
  // A span that was delivered twice counts once.
  for (const span of spans) {
    if (!byId.has(span.id)) byId.set(span.id, { span, end: span.start + span.duration, children: [] });
  }
  const nodes = [...byId.values()].sort((a, b) => a.span.start - b.span.start);
  const roots: SpanNode[] = [];
  let orphans = 0;
  for (const node of nodes) {
    const { parent: name } = node.span;
    const parent = name === undefined ? undefined : byId.get(name);
    if (name !== undefined && parent === undefined) orphans++;
    if (parent === undefined) roots.push(node);
    else {
      node.parent = parent;
      parent.children.push(node);
    }
  }
  return { roots, nodes, orphans, cycles: cutCycles(nodes, roots) };
}

function cutCycles(nodes: readonly SpanNode[], roots: SpanNode[]): number {
  const reached = new Set<SpanNode>();
  const reach = (from: SpanNode): void => {
    const stack = [from];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (reached.has(node)) continue;
      reached.add(node);
      stack.push(...node.children);
    }
  };
  roots.forEach(reach);
  let cycles = 0;
  for (const node of nodes) {
    if (reached.has(node)) continue;
    // The nodes are in the order of their starts, so this is the earliest span of what hangs on a circle.
    let onCircle = node;
    for (const seen = new Set<SpanNode>(); !seen.has(onCircle); onCircle = onCircle.parent ?? onCircle)
      seen.add(onCircle);
    const siblings = onCircle.parent?.children ?? [];
    siblings.splice(siblings.indexOf(onCircle), 1);
    onCircle.parent = undefined;
    roots.push(onCircle);
    reach(onCircle);
    cycles++;
  }
  return cycles;
}
