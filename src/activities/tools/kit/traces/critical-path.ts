/** The critical path of a trace: at each moment the one span that its end waited for, walked from the end backwards. */
import type { Forest, SpanNode } from "./tree.js";

export interface PathStep {
  node: SpanNode;
  /** Microseconds that the trace waited for this span itself. */
  self: number;
}

interface Frame {
  node: SpanNode | undefined;
  /** By their ends, the latest last. */
  waiting: SpanNode[];
  from: number;
  cursor: number;
}

/** Each moment of the trace belongs to one span or to none: the times sum to no more than the trace's duration. */
export function criticalPath({ roots }: Pick<Forest, "roots">): PathStep[] {
  const times = new Map<SpanNode, number>();
  const own = (frame: Frame, until: number): void => {
    if (frame.node !== undefined)
      times.set(frame.node, (times.get(frame.node) ?? 0) + Math.max(0, frame.cursor - until));
    frame.cursor = until;
  };
  const start = roots.reduce((least, { span }) => Math.min(least, span.start), Number.POSITIVE_INFINITY);
  const end = roots.reduce((most, root) => Math.max(most, root.end), Number.NEGATIVE_INFINITY);
  if (roots.length === 0) return [];
  const stack: Frame[] = [frameOf(undefined, roots, start, end)];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const child = frame.waiting.pop();
    if (child === undefined) {
      own(frame, frame.from);
      stack.pop();
      continue;
    }
    // What a span did outside of its parent's time is not waited for by the parent.
    const [from, until] = [Math.max(child.span.start, frame.from), Math.min(child.end, frame.cursor)];
    if (until <= from) continue;
    own(frame, until);
    frame.cursor = from;
    stack.push(frameOf(child, child.children, from, until));
  }
  return [...times].map(([node, self]) => ({ node, self })).sort((a, b) => a.node.span.start - b.node.span.start);
}

function frameOf(node: SpanNode | undefined, children: readonly SpanNode[], from: number, cursor: number): Frame {
  return { node, waiting: [...children].sort((a, b) => a.end - b.end), from, cursor };
}
