/** What makes a playbook unusable beyond its schema: its parameters, and where their values would stand. */
import { type Parameter, type Playbook, REMEDY } from "../../schema/playbook.js";
import type { Problem } from "../../vocabulary/problems.js";
import { onlyWith } from "./parts.js";
import { type Placeholder, placeholdersIn } from "./placeholders.js";

type Say = (at: string, message: string) => void;

/**
 * Every placeholder names a parameter, every parameter is used, and text becomes part neither of an expression nor,
 * outside of quotes, of a query. `name` (a file) stands in front of every path.
 */
export function playbookFaults(playbook: Playbook, name: string): Problem[] {
  const problems: Problem[] = [];
  const say: Say = (at, message) => {
    problems.push({ code: "playbook-invalid", at: `${name}.${at}`, message: `${name}.${at} ${message}` });
  };
  const used = new Set<string>();
  const { graph, parameters } = playbook;
  const nodes = graph.nodes.flatMap((node, index) =>
    placeholdersIn(node, `graph.nodes[${index}]`).map((found) => ({ ...found, only: onlyWith(node) })),
  );
  const others = [...placeholdersIn(graph.edges, "graph.edges"), ...placeholdersIn(graph.name, "graph.name")];
  for (const found of [...nodes, ...others.map((each) => ({ ...each, only: [] }))]) {
    used.add(found.name);
    const declared = Object.hasOwn(parameters, found.name) ? parameters[found.name] : undefined;
    if (declared === undefined) say(found.at, `names a parameter that is not declared: ${found.name}`);
    else placeFaults(found, declared, found.only, say);
  }
  for (const [parameter, declared] of Object.entries(parameters)) {
    if (parameter === REMEDY) say(`parameters.${parameter}`, "must not be called so: only_with gives it a meaning");
    if (!used.has(parameter)) say(`parameters.${parameter}`, "is not used in the graph");
    if (declared.type !== "number" || declared.default_by_kind === undefined) continue;
    const other = parameters[declared.default_by_kind.parameter];
    if (other?.type !== "source") say(`parameters.${parameter}.default_by_kind`, "must name a source parameter");
  }
  conditionalFaults(playbook, say);
  return problems;
}

function placeFaults(found: Placeholder, declared: Parameter, only: readonly string[], say: Say): void {
  const { name, at, isWhole, inExpression, query } = found;
  const isNumber = declared.type === "number" || declared.type === "boolean";
  if (inExpression && !isNumber) {
    say(at, `must not put ${name} into an expression: only numbers and true or false may stand there`);
  }
  const isOpen = query !== undefined && query.quote === undefined;
  const isData = declared.type !== "duration" && "from" in declared && declared.from !== undefined;
  if (isOpen && isData) {
    say(at, `must put ${name} between quotes: what a goal or an alert says is data, never part of a query`);
  }
  if (query === undefined && isWhole && /\.(?:query|rate|gauge|numerator|denominator)$/.test(at) && isData) {
    say(at, `must not take all of its query from ${name}: what a goal or an alert says is data`);
  }
  const mayBeNull = !declared.required && !("default" in declared && declared.default !== undefined);
  if (mayBeNull && !only.includes(name) && !isWhole && query?.isPattern !== true) {
    say(
      at,
      `must have a value for ${name}: it is optional and has no default (only_with, or a matcher =~ "\${${name}}")`,
    );
  }
}

function conditionalFaults({ graph, parameters }: Playbook, say: Say): void {
  for (const [index, node] of graph.nodes.entries()) {
    const at = `graph.nodes[${index}].only_with`;
    if (node.only_with === undefined) continue;
    const names = onlyWith(node);
    if (!Array.isArray(node.only_with) || names.length === 0 || names.length !== node.only_with.length) {
      say(at, "must be a list of names");
    }
    for (const name of names) {
      if (name !== REMEDY && !Object.hasOwn(parameters, name)) say(at, `names no parameter and not ${REMEDY}: ${name}`);
    }
  }
}
