/** Which nodes of a playbook a plan has: without a remedy or an optional value, those that live by it are left out. */
import { checkTemplates } from "../../core/template.js";
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
  const left: unknown[] = graph.nodes.filter((node) => !onlyWith(node).every(isThere)).map((node) => node.id);
  const nodes = graph.nodes.filter(({ id }) => !left.includes(id)).map((node) => withoutFacts(node, left));
  const edges = graph.edges.filter(
    ({ from_node_id, to_node_id }) => !left.includes(from_node_id) && !left.includes(to_node_id),
  );
  return { ...graph, nodes, edges };
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

/** Whether the playbook has a remedy that a plan may have or not. */
export function offersRemedy(playbook: Playbook): boolean {
  return playbook.graph.nodes.some((node) => onlyWith(node).includes(REMEDY));
}

const writesIn = (nodes: readonly JsonObject[]): boolean =>
  nodes.some(({ type }) => typeof type === "string" && effectOf(type) === "write");

/** Whether following the playbook may change production. */
export const writes = (playbook: Playbook): boolean => writesIn(playbook.graph.nodes);

/** Whether it does so in every plan. */
export const alwaysWrites = (playbook: Playbook): boolean =>
  writesIn(playbook.graph.nodes.filter((node) => !onlyWith(node).includes(REMEDY)));

const effectOf = (type: string): string | undefined =>
  Object.hasOwn(NODE_TYPES, type) ? NODE_TYPES[type as keyof typeof NODE_TYPES] : undefined;
