/**
 * Whether the fields that an expression reads can be in the outputs it reads them from, as far as the tools declare them.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Node } from "../../schema/graph.js";
import type { Problem } from "../../vocabulary/problems.js";
import { type Expression, pathsOf } from "../condition/expression.js";
import type { Catalogue } from "./catalogue.js";
import { nearestName } from "./nearest-name.js";
import type { OutputShape } from "./output-shape.js";

/** The shape of what stands under a name; undefined where it may be anything. */
export type Shapes = (name: string) => OutputShape | undefined;

const text: OutputShape = { type: "string" };
const closed = (properties: Record<string, OutputShape>): OutputShape => ({
  type: "object",
  properties,
  additionalProperties: false,
});
/** Of the types that need no tool. */
const BUILT_IN: Readonly<Record<string, OutputShape>> = {
  wait: closed({ waited_seconds: { type: "number" } }),
  decision: closed({ value: {} }),
  human_review: closed({ decision: text, comment: text }),
};
const LISTED_MAX = 12;
/** Schemas may refer to themselves. */
const DEPTH_MAX = 40;

export function outputShapeOf(node: Pick<Node, "type" | "tool">, catalogue: Catalogue): OutputShape | undefined {
  if (node.tool) return catalogue.outputShape?.(node.tool);
  return Object.hasOwn(BUILT_IN, node.type) ? BUILT_IN[node.type] : undefined;
}

/** A problem for each path that leads nowhere. */
export function unknownFields(expression: Expression, at: string, shapes: Shapes): Problem[] {
  return pathsOf(expression).flatMap(({ name, keys }) => {
    const root = shapes(name);
    const fault = root === undefined ? undefined : firstUnknown(root, keys);
    if (fault === undefined) return [];
    const shown = [name, ...keys.slice(0, fault.depth)].join(".").slice(-200);
    const key = String(keys[fault.depth]).slice(0, 64);
    if (fault.known === undefined) {
      const message = `${at} reads ${key} of ${shown}, which has no such part: it is ${fault.what}`;
      return [{ code: "output-field-unknown", at, message, hint: hintOf(fault.what) }];
    }
    const message = `${at} reads ${key} of ${shown}, and its output has no field of that name`;
    const nearest = nearestName(key, fault.known);
    const listed = fault.known.slice(0, LISTED_MAX).join(", ") || "none";
    const hint =
      nearest === undefined ? `its fields are ${listed}` : `did you mean ${nearest}? Its fields are ${listed}`;
    return [{ code: "output-field-unknown", at, message, hint }];
  });
}

const hintOf = (what: string): string =>
  what === "a list" ? "name an entry by its position, such as [0], or use size()" : "leave out what follows";

/** `known` are the fields that are there; absent where the value has no fields at all. */
interface Fault {
  depth: number;
  what: string;
  known?: string[];
}

function firstUnknown(root: OutputShape, keys: ReadonlyArray<string | number>): Fault | undefined {
  let shapes = variants(root, root, 0);
  for (const [depth, key] of keys.entries()) {
    if (shapes.length === 0 || shapes.some(isOpen)) return undefined;
    const next = shapes.flatMap((shape) => inside(shape, key) ?? []);
    if (next.length === 0) return { depth, ...faultOf(shapes, key) };
    shapes = next.flatMap((shape) => variants(shape, root, 0));
  }
  return undefined;
}

function faultOf(shapes: readonly OutputShape[], key: string | number): Omit<Fault, "depth"> {
  const objects = shapes.filter(({ properties }) => properties !== undefined);
  if (typeof key === "string" && objects.length > 0) {
    return {
      what: "a mapping",
      known: [...new Set(objects.flatMap(({ properties = {} }) => Object.keys(properties)))],
    };
  }
  const [first] = shapes;
  if (first?.type === "array") return { what: "a list" };
  if (first?.type === "object") return { what: "a mapping" };
  return { what: first?.type === "string" ? "a text" : `a ${String(first?.type ?? "single value")}` };
}

/** A schema as the plain ones it may be; null has no parts, and a value that may be null may be there. */
function variants(shape: OutputShape, root: OutputShape, depth: number): OutputShape[] {
  if (depth > DEPTH_MAX) return [{}];
  if (shape.$ref !== undefined) {
    const name = /^#\/\$defs\/(.+)$/.exec(shape.$ref)?.[1] ?? "";
    const meant = shape.$ref === "#" ? root : root.$defs?.[name];
    return meant === undefined ? [{}] : variants(meant, root, depth + 1);
  }
  if (shape.allOf !== undefined) return [{}];
  const either = shape.anyOf ?? shape.oneOf;
  if (either !== undefined) return either.flatMap((one) => variants(one, root, depth + 1));
  if (Array.isArray(shape.type)) return shape.type.flatMap((type) => variants({ ...shape, type }, root, depth + 1));
  return shape.type === "null" ? [] : [shape];
}

/** Nothing says what it is. */
const isOpen = ({ type }: OutputShape): boolean => typeof type !== "string";

/** The schema of one part; undefined where there is no such part. */
function inside(shape: OutputShape, key: string | number): OutputShape | undefined {
  if (shape.type === "array") {
    if (typeof key !== "number") return undefined;
    const item = shape.prefixItems?.[key] ?? shape.items;
    return typeof item === "object" ? item : item === false ? undefined : {};
  }
  if (shape.type !== "object" || typeof key === "number") return undefined;
  const { properties = {}, additionalProperties = true } = shape;
  if (Object.hasOwn(properties, key)) return properties[key];
  if (additionalProperties === false) return undefined;
  return additionalProperties === true ? {} : additionalProperties;
}
