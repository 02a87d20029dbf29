/** Which nodes of a playbook a plan has: without a remedy or an optional value, those that live by it are left out. */
import { checkTemplates } from "../../core/condition/template.js";
import type { JsonObject } from "../../schema/json.js";
import { type Playbook, REMEDY } from "../../schema/playbook.js";
import { NODE_TYPES } from "../../vocabulary/node-types.js";
import { placeholdersIn } from "./placeholders.js";

type PlaybookGraph = Playbook["graph"];

/** What a node cannot do without: names of optional parameters, or `remedy`. */
export function onlyWith(node: JsonObject): string[] {
  const names = node.only_with;
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

/** The graph with the nodes that may stay, their edges, and the facts of summaries that refer to them alone. */
export function keptParts(graph: PlaybookGraph, isThere: (name: string) => boolean): PlaybookGraph {
  const named = graph.nodes.filter((node) => !onlyWith(node).every(isThere)).map((node) => node.id);
  const left: unknown[] = isThere(REMEDY) ? named : [...named, ...unmarkedRemedy(graph)];
  const nodes = graph.nodes.filter(({ id }) => !left.includes(id)).map((node) => withoutFacts(node, left));
  const edges = graph.edges.filter(
    ({ from_node_id, to_node_id }) => !left.includes(from_node_id) && !left.includes(to_node_id),
  );
  return { ...graph, nodes, edges };
}

/** Writes that the playbook does not mark as a remedy, and what stands behind them alone: without a remedy they go, too. */
function unmarkedRemedy({ nodes, edges }: PlaybookGraph): unknown[] {
  const isMarked = (node: JsonObject) => onlyWith(node).includes(REMEDY);
  const left = new Set<unknown>(nodes.filter((node) => changes(node) && !isMarked(node)).map(({ id }) => id));
  for (let size = 0; size !== left.size; ) {
    size = left.size;
    for (const { id } of nodes) {
      const into = edges.filter(({ to_node_id }) => to_node_id === id);
      if (into.length > 0 && into.every(({ from_node_id }) => left.has(from_node_id))) left.add(id);
    }
  }
  return [...left];
}

function withoutFacts(node: JsonObject, left: readonly unknown[]): JsonObject {
  const { params } = node;
  if (!isObject(params) || !isObject(params.facts)) return node;
  const facts = Object.entries(params.facts).filter(([, fact]) => {
    const { references } = checkTemplates(fact, "");
    return !references.some(({ names }) => names.some((name) => left.includes(name)));
  });
  return { ...node, params: { ...params, facts: Object.fromEntries(facts) } };
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Names of the parameters that stand in a graph. */
export function namesIn({ name, nodes, edges }: PlaybookGraph): Set<string> {
  return new Set(placeholdersIn({ name, nodes, edges }, "graph").map((placeholder) => placeholder.name));
}

const effectOf = (type: string): string | undefined =>
  Object.hasOwn(NODE_TYPES, type) ? NODE_TYPES[type as keyof typeof NODE_TYPES] : undefined;

const changes = ({ type }: JsonObject): boolean => typeof type === "string" && effectOf(type) === "write";

/** Whether following the playbook may change production; where no remedy is asked for, no plan of it does. */
export const writes = (playbook: Playbook): boolean => playbook.graph.nodes.some(changes);

/** Whether the playbook has a remedy, which a plan may have or not. */
export const offersRemedy = (playbook: Playbook): boolean =>
  writes(playbook) || playbook.graph.nodes.some((node) => onlyWith(node).includes(REMEDY));
