/**
 * The part of the check that reads conditions and templates: they parse, and refer only to what has run before.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Edge, Graph, Node } from "../../schema/graph.js";
import { EVENT_NAME, READ_NAME } from "../../vocabulary/names.js";
import type { Problem } from "../../vocabulary/problems.js";
import { checkTemplates } from "../condition/template.js";
import { parseCondition, parseExpression, referencesOf } from "../condition.js";
import { type Adjacency, adjacencyOf, ancestorsOf } from "./graph.js";

export function checkExpressions(graph: Graph): Problem[] {
  const adjacency = adjacencyOf(graph);
  const ids = new Set(graph.nodes.map((node) => node.id));
  const before = ancestorLookup(graph, adjacency);
  return [
    ...graph.edges.flatMap((edge, position) => checkEdge(edge, `edges[${position}].condition`, ids, before)),
    ...graph.nodes.flatMap((node, position) => checkNodeExpressions(node, `nodes[${position}].params`, ids, before)),
    ...graph.nodes.flatMap((node, position) => checkGuardExpressions(node, `nodes[${position}]`, ids, before)),
  ];
}

type Before = (id: string) => Set<string>;

function ancestorLookup(graph: Graph, adjacency: Adjacency): Before {
  const known = new Map<string, Set<string>>();
  return (id) => {
    const found = known.get(id) ?? ancestorsOf(graph, adjacency, id);
    known.set(id, found);
    return found;
  };
}

/** A condition is evaluated when its source ends: it sees the source and the source's ancestors, no more. */
function checkEdge(edge: Edge, at: string, ids: Set<string>, before: Before): Problem[] {
  if (edge.condition === undefined || edge.condition === null) return [];
  const parsed = parseCondition(edge.condition);
  if (!parsed.ok) {
    const message = `${at} cannot be read: ${parsed.message} (at character ${parsed.offset + 1})`;
    return [{ code: "condition-invalid", at, message, hint: "conditions are described in docs/conditions.md" }];
  }
  const seen = (name: string) => name === edge.from_node_id || before(edge.from_node_id).has(name);
  return unseen(referencesOf(parsed.expression), at, ids, seen);
}

function checkNodeExpressions(node: Node, at: string, ids: Set<string>, before: Before): Problem[] {
  const seen = (name: string) => before(node.id).has(name);
  if (node.type === "decision") {
    const text = node.params.expression;
    if (typeof text !== "string") return [];
    const parsed = parseExpression(text);
    const where = `${at}.expression`;
    if (parsed.ok) return unseen(referencesOf(parsed.expression), where, ids, seen);
    return [{ code: "condition-invalid", at: where, message: `${where} cannot be read: ${parsed.message}` }];
  }
  return checkParams(node.params, at, ids, seen);
}

function checkParams(params: Node["params"], at: string, ids: Set<string>, seen: (name: string) => boolean): Problem[] {
  const { problems, references } = checkTemplates(params, at);
  return [...problems, ...references.flatMap((found) => unseen(found.names, found.at, ids, seen))];
}

/** What is read before an effect sees what the node sees; what comes after it also sees the effect's own output. */
function checkGuardExpressions(node: Node, at: string, ids: Set<string>, before: Before): Problem[] {
  const ancestors = before(node.id);
  const earlier = (name: string) => ancestors.has(name);
  const later = (name: string) => name === node.id || ancestors.has(name);
  const { preconditions = [], verify, undo, withdraw_when } = node;
  const problems = preconditions.flatMap(({ params = {}, expect }, index) => [
    ...checkParams(params, `${at}.preconditions[${index}].params`, ids, earlier),
    ...checkExpectation(expect, `${at}.preconditions[${index}].expect`, READ_NAME, ids, earlier),
  ]);
  if (verify !== undefined) {
    problems.push(...checkParams(verify.params ?? {}, `${at}.verify.params`, ids, later));
    problems.push(...checkExpectation(verify.expect, `${at}.verify.expect`, READ_NAME, ids, later));
  }
  if (undo !== undefined) problems.push(...checkParams(undo.params ?? {}, `${at}.undo.params`, ids, later));
  if (withdraw_when === undefined) return problems;
  return [...problems, ...checkExpectation(withdraw_when, `${at}.withdraw_when`, EVENT_NAME, ids, earlier)];
}

/** `own` is the name under which the expression sees what it is about. */
function checkExpectation(
  text: string,
  at: string,
  own: string,
  ids: Set<string>,
  seen: (name: string) => boolean,
): Problem[] {
  const parsed = parseCondition(text);
  if (parsed.ok) return unseen(referencesOf(parsed.expression), at, ids, (name) => name === own || seen(name));
  const message = `${at} cannot be read: ${parsed.message} (at character ${parsed.offset + 1})`;
  return [{ code: "condition-invalid", at, message, hint: "conditions are described in docs/conditions.md" }];
}

function unseen(names: string[], at: string, ids: Set<string>, seen: (name: string) => boolean): Problem[] {
  return names
    .filter((name) => !seen(name))
    .map((name): Problem => {
      const shown = name.slice(0, 64);
      const why = ids.has(name) ? "does not surely run before it" : "is no node of the graph";
      const message = `${at} refers to ${shown}, which ${why}`;
      return { code: "reference-not-ancestor", at, message, hint: "refer to a node from which edges lead here" };
    });
}
