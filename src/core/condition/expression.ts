/**
 * What a parsed condition or template is: plain JSON, so that it may be kept, compared and shown.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */

export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in";

export type Expression =
  | { kind: "value"; value: string | number | boolean | null }
  | { kind: "list"; items: Expression[] }
  /** The output of a node. */
  | { kind: "name"; name: string }
  /** Keys of mappings (text) and positions in lists (whole numbers), outermost first. */
  | { kind: "path"; of: Expression; keys: Array<string | number> }
  | { kind: "size"; of: Expression }
  | { kind: "has"; of: Expression }
  | { kind: "not"; of: Expression }
  | { kind: "and" | "or"; items: Expression[] }
  | { kind: "compare"; operator: Comparison; left: Expression; right: Expression };

/** The ids of the nodes that the expression refers to, each once, in order of appearance. */
export function referencesOf(expression: Expression): string[] {
  const names = new Set<string>();
  collect(expression, names);
  return [...names];
}

function collect(expression: Expression, names: Set<string>): void {
  switch (expression.kind) {
    case "value":
      return;
    case "name":
      names.add(expression.name);
      return;
    case "list":
    case "and":
    case "or":
      for (const item of expression.items) collect(item, names);
      return;
    case "compare":
      collect(expression.left, names);
      collect(expression.right, names);
      return;
    default:
      collect(expression.of, names);
  }
}

/** What is read from each output: the node and the keys, outermost first. */
export function pathsOf(expression: Expression): Array<{ name: string; keys: ReadonlyArray<string | number> }> {
  switch (expression.kind) {
    case "value":
    case "name":
      return [];
    case "path":
      return expression.of.kind === "name"
        ? [{ name: expression.of.name, keys: expression.keys }]
        : pathsOf(expression.of);
    case "list":
    case "and":
    case "or":
      return expression.items.flatMap(pathsOf);
    case "compare":
      return [...pathsOf(expression.left), ...pathsOf(expression.right)];
    default:
      return pathsOf(expression.of);
  }
}

/** Whether the expression may give true or false, as far as its form tells. */
export function mayBeBoolean(expression: Expression): boolean {
  if (expression.kind === "value") return typeof expression.value === "boolean";
  return expression.kind !== "list" && expression.kind !== "size";
}
