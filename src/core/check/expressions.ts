/**
 * The part of the check that reads conditions and templates: they parse, and refer only to what has run before.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Edge, Graph, Node } from "../../schema/graph.js";
import { EVENT_NAME, READ_NAME } from "../../vocabulary/names.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Expression } from "../condition/expression.js";
import { checkTemplates, templatesIn } from "../condition/template.js";
import { parseCondition, parseExpression, referencesOf } from "../condition.js";
import type { Catalogue } from "./catalogue.js";
import { outputShapeOf, type Shapes, unknownFields } from "./fields.js";
import { type Adjacency, adjacencyOf, ancestorsOf } from "./graph.js";
import type { OutputShape } from "./output-shape.js";

/** What an expression may refer to. */
interface Scope {
  ids: ReadonlySet<string>;
  /** Whether what stands under the name is there by then. */
  seen(name: string): boolean;
  shapes: Shapes;
}

export function checkExpressions(graph: Graph, catalogue: Catalogue): Problem[] {
  const ids = new Set(graph.nodes.map((node) => node.id));
  const before = ancestorLookup(graph, adjacencyOf(graph));
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const shapes: Shapes = (name) => {
    const node = nodes.get(name);
    return node === undefined ? undefined : outputShapeOf(node, catalogue);
  };
  const scopeOf = (seen: Scope["seen"]): Scope => ({ ids, seen, shapes });
  return [
    ...graph.edges.flatMap((edge, position) => {
      const seen = (name: string) => name === edge.from_node_id || before(edge.from_node_id).has(name);
      return checkEdge(edge, `edges[${position}].condition`, scopeOf(seen));
    }),
    ...graph.nodes.flatMap((node, position) => {
      const seen = (name: string) => before(node.id).has(name);
      return checkNodeExpressions(node, `nodes[${position}].params`, scopeOf(seen));
    }),
    ...graph.nodes.flatMap((node, position) => {
      const earlier = scopeOf((name) => before(node.id).has(name));
      const later = scopeOf((name) => name === node.id || before(node.id).has(name));
      return checkGuardExpressions(node, `nodes[${position}]`, earlier, later, catalogue);
    }),
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
function checkEdge(edge: Edge, at: string, scope: Scope): Problem[] {
  if (edge.condition === undefined || edge.condition === null) return [];
  return checkCondition(edge.condition, at, scope);
}

function checkCondition(text: string, at: string, scope: Scope): Problem[] {
  const parsed = parseCondition(text);
  if (parsed.ok) return checkExpression(parsed.expression, at, scope);
  const message = `${at} cannot be read: ${parsed.message} (at character ${parsed.offset + 1})`;
  return [{ code: "condition-invalid", at, message, hint: "conditions are described in docs/conditions.md" }];
}

function checkExpression(expression: Expression, at: string, scope: Scope): Problem[] {
  const names = referencesOf(expression);
  const shapes: Shapes = (name) => (scope.seen(name) ? scope.shapes(name) : undefined);
  return [...unseen(names, at, scope), ...unknownFields(expression, at, shapes)];
}

function checkNodeExpressions(node: Node, at: string, scope: Scope): Problem[] {
  if (node.type !== "decision") return checkParams(node.params, at, scope);
  const text = node.params.expression;
  if (typeof text !== "string") return [];
  const parsed = parseExpression(text);
  const where = `${at}.expression`;
  if (parsed.ok) return checkExpression(parsed.expression, where, scope);
  return [{ code: "condition-invalid", at: where, message: `${where} cannot be read: ${parsed.message}` }];
}

function checkParams(params: Node["params"], at: string, scope: Scope): Problem[] {
  const { problems, references } = checkTemplates(params, at);
  const fields = templatesIn(params, at).flatMap((template) =>
    unknownFields(template.expression, template.at, (name) => (scope.seen(name) ? scope.shapes(name) : undefined)),
  );
  return [...problems, ...references.flatMap((found) => unseen(found.names, found.at, scope)), ...fields];
}

/** What is read before an effect sees what the node sees; what comes after it also sees the effect's own output. */
function checkGuardExpressions(node: Node, at: string, earlier: Scope, later: Scope, catalogue: Catalogue): Problem[] {
  const { preconditions = [], verify, undo, withdraw_when } = node;
  const problems = preconditions.flatMap(({ tool, params = {}, expect }, index) => [
    ...checkParams(params, `${at}.preconditions[${index}].params`, earlier),
    ...checkCondition(expect, `${at}.preconditions[${index}].expect`, reading(tool, earlier, catalogue)),
  ]);
  if (verify !== undefined) {
    problems.push(...checkParams(verify.params ?? {}, `${at}.verify.params`, later));
    problems.push(...checkCondition(verify.expect, `${at}.verify.expect`, reading(verify.tool, later, catalogue)));
  }
  if (undo !== undefined) problems.push(...checkParams(undo.params ?? {}, `${at}.undo.params`, later));
  if (withdraw_when === undefined) return problems;
  return [...problems, ...checkCondition(withdraw_when, `${at}.withdraw_when`, naming(EVENT_NAME, earlier))];
}

/** The expression sees what its tool read under a name of its own. */
const reading = (tool: string, scope: Scope, catalogue: Catalogue): Scope =>
  naming(READ_NAME, scope, catalogue.outputShape?.(tool));

const naming = (own: string, scope: Scope, shape?: OutputShape): Scope => ({
  ...scope,
  seen: (name) => name === own || scope.seen(name),
  shapes: (name) => (name === own ? shape : scope.shapes(name)),
});

function unseen(names: string[], at: string, { ids, seen }: Scope): Problem[] {
  return names
    .filter((name) => !seen(name))
    .map((name): Problem => {
      const shown = name.slice(0, 64);
      const why = ids.has(name) ? "does not surely run before it" : "is no node of the graph";
      const message = `${at} refers to ${shown}, which ${why}`;
      return { code: "reference-not-ancestor", at, message, hint: meant(name, ids) };
    });
}

/** Hyphens are letters of names, so that a minus before a name is one, too. */
function meant(name: string, ids: ReadonlySet<string>): string {
  const known = "refer to a node from which edges lead here";
  if (ids.has(name)) return known;
  if (name.startsWith("-"))
    return "no minus stands before a name: compare it with a negative number, as in a.value > -1";
  const bare = bareOf(name);
  for (const id of ids) if (bareOf(id) === bare) return `did you mean ${id}?`;
  return known;
}

const bareOf = (name: string): string => name.toLowerCase().replace(/[-_]/g, "");
