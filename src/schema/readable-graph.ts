/**
 * What can be read of a graph that does not fit the format, so that its structure is checked in the same pass: parts that
 * cannot be read are replaced or left out, and what follows from that alone is not told.
 */
import { PROBLEMS_MAX } from "../vocabulary/limits.js";
import type { Problem, ProblemCode } from "../vocabulary/problems.js";
import { type Edge, edgeSchema, type Graph, graphSchema, type Node, nodeSchema } from "./graph.js";

type Check = (graph: Graph) => { ok: true } | { ok: false; problems: Problem[] };

interface Part<T> {
  value: T;
  /** Its position as written. */
  position: number;
  /** Keys whose values could not be read. */
  replaced: ReadonlySet<string>;
}

/** Problems of the format, and those of what can be read beside them. */
export function withStructure(input: unknown, problems: Problem[], check: Check): Problem[] {
  const readable = readableGraph(input);
  if (readable === undefined) return problems;
  const outcome = check(readable.graph);
  if (outcome.ok) return problems;
  const told = new Set(problems.map(({ at }) => at));
  const further = outcome.problems.flatMap((problem) => readable.asWritten(problem) ?? []);
  return [...problems, ...further.filter(({ at }) => !told.has(at))].slice(0, PROBLEMS_MAX);
}

function readableGraph(input: unknown) {
  if (!isMapping(input) || !Array.isArray(input.nodes)) return undefined;
  const nodes = partsOf<Node>(input.nodes, nodeSchema, (position) => ({ ...NODE, id: `unreadable-${position}` }));
  const edges = partsOf<Edge>(Array.isArray(input.edges) ? input.edges : [], edgeSchema, () => ({}));
  const written = { ...input, nodes: nodes.map(({ value }) => value), edges: edges.map(({ value }) => value) };
  const graph = mended(graphSchema, written, GRAPH);
  if (graph === undefined) return undefined;
  const isWhole =
    nodes.length === input.nodes.length &&
    edges.length === (Array.isArray(input.edges) ? input.edges.length : -1) &&
    nodes.every(({ replaced }) => !replaced.has("id"));
  return { graph: graph.value as Graph, asWritten: (problem: Problem) => asWritten(problem, nodes, edges, isWhole) };
}

const NODE = { name: "unreadable", type: "analysis", tool: null };
const GRAPH = { id: "unreadable", name: "unreadable", goal_description: "" };

/** The parts that can be read, with what stands in for those of their values that cannot. */
function partsOf<T>(
  parts: readonly unknown[],
  schema: typeof nodeSchema | typeof edgeSchema,
  standIn: (position: number) => object,
): Part<T>[] {
  return parts.flatMap((part, position) => {
    if (!isMapping(part)) return [];
    const made = mended(schema, part, standIn(position));
    return made === undefined ? [] : [{ value: made.value as T, position, replaced: made.replaced }];
  });
}

interface Schema {
  safeParse(value: unknown): { success: boolean; data?: unknown; error?: { issues: ReadonlyArray<Issue> } };
}
interface Issue {
  path: readonly PropertyKey[];
  keys?: readonly string[];
}

/** The value without the keys that cannot be read, or with what stands in for them; undefined where that is not enough. */
function mended(schema: Schema, value: Record<string, unknown>, standIn: object) {
  const first = schema.safeParse(value);
  if (first.success) return { value: first.data, replaced: new Set<string>() };
  const replaced = new Set<string>();
  const rest = { ...value };
  for (const { path, keys = [] } of first.error?.issues ?? []) {
    for (const key of path.length === 0 ? keys : [String(path[0])]) {
      delete rest[key];
      replaced.add(key);
    }
  }
  const again = schema.safeParse({
    ...Object.fromEntries(Object.entries(standIn).filter(([key]) => replaced.has(key))),
    ...rest,
  });
  return again.success ? { value: again.data, replaced } : undefined;
}

/** These may follow from a part that was left out. */
const OF_THE_WHOLE: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "edge-to-nowhere",
  "orphan-node",
  "join-impossible",
  "reference-not-ancestor",
]);
/** A node whose type or tool cannot be read has no rules that it could break. */
const OF_THE_KIND = ["type", "tool"];
const POSITION = /^(nodes|edges)\[(\d+)\]\.?([a-z_]*)/;

function asWritten(problem: Problem, nodes: Part<Node>[], edges: Part<Edge>[], isWhole: boolean): Problem | undefined {
  if (!isWhole && OF_THE_WHOLE.has(problem.code)) return undefined;
  const [, list, index, key = ""] = POSITION.exec(problem.at) ?? [];
  const part = list === undefined ? undefined : (list === "nodes" ? nodes : edges)[Number(index)];
  if (part?.replaced.has(key)) return undefined;
  const isKind = !["id", "preconditions", "verify", "undo", "withdraw_when"].includes(key);
  if (
    list === "nodes" &&
    isKind &&
    problem.code !== "orphan-node" &&
    OF_THE_KIND.some((one) => part?.replaced.has(one))
  ) {
    return undefined;
  }
  const rename = (text: string): string =>
    text.replace(/\b(nodes|edges)\[(\d+)\]/g, (whole, name: string, at: string) => {
      const meant = (name === "nodes" ? nodes : edges)[Number(at)];
      return meant === undefined ? whole : `${name}[${meant.position}]`;
    });
  return { ...problem, at: rename(problem.at), message: rename(problem.message) };
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
