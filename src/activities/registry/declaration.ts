/** What a tool's declaration must be before it is registered. */
import { RESERVED_TOOL_NAMES } from "../../vocabulary/names.js";
import { EFFECTS, isBuiltIn, NODE_TYPES, riskier } from "../../vocabulary/node-types.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { ToolDefinition } from "../define-tool.js";

/** A tool's name is its activity type. A colon stands between a tool and what it serves (`secureMCP:<server>`). */
const TOOL_NAME = /^[a-zA-Z][a-zA-Z0-9_-]{0,62}(:[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62})?$/;
/** An activity of this type takes every call whose tool no worker knows. */
const DEFAULT_ACTIVITY = "default";

/** Everything that is wrong with a declaration; empty where it may be registered. */
export function problemsOfDeclaration(tool: ToolDefinition): Problem[] {
  const at = `tool ${String(tool.name).slice(0, 63)}`;
  const says: string[] = [
    ...[tool.name, ...(tool.aliases ?? [])].flatMap(nameFaults),
    ...typeFaults(tool),
    ...schemaFaults(tool),
  ];
  if (typeof tool.description !== "string" || tool.description.trim() === "") says.push("must have a description");
  if (tool.effect === "write" && tool.idempotency === undefined) {
    says.push("changes production, so it must declare its idempotency: key, probe, none or target");
  }
  if (tool.effect !== "write" && tool.idempotency !== undefined)
    says.push("declares an idempotency but does not write");
  return says.map((say) => ({ code: "field-invalid", at, message: `${at} ${say}` }));
}

function nameFaults(name: string): string[] {
  if (!TOOL_NAME.test(name))
    return [`must have names of letters, digits, _ and -, got ${JSON.stringify(name).slice(0, 80)}`];
  const base = name.split(":", 1)[0] ?? "";
  if (base === DEFAULT_ACTIVITY || RESERVED_TOOL_NAMES.includes(base))
    return [`must not take the reserved name ${name}`];
  return [];
}

function typeFaults(tool: ToolDefinition): string[] {
  if (!EFFECTS.includes(tool.effect)) return [`must declare its effect: ${EFFECTS.join(", ")}`];
  if (tool.nodeTypes.length === 0) return ["must name the node types that it fits"];
  return tool.nodeTypes.flatMap((type) => {
    if (!Object.hasOwn(NODE_TYPES, type)) return [`names ${String(type)}, which is not a node type`];
    if (isBuiltIn(type)) return [`names ${type}, a node type that needs no tool`];
    // `read` and `none` ask for nothing of a policy, so a pure tool may stand where one that reads is expected.
    const least = NODE_TYPES[type];
    const isHarmless = least === "read" && tool.effect === "none";
    if (tool.callsVary || isHarmless || riskier(tool.effect, least) === tool.effect) return [];
    return [`declares the effect ${tool.effect}, less than a ${type} node has (${least})`];
  });
}

function schemaFaults(tool: ToolDefinition): string[] {
  const isSchema = (schema: unknown) =>
    typeof (schema as { safeParse?: unknown } | undefined)?.safeParse === "function";
  const faults: string[] = [];
  if (!isSchema(tool.params)) faults.push("must have a schema for its params");
  if (!isSchema(tool.output)) faults.push("must have a schema for its output");
  if (typeof tool.run !== "function") faults.push("must have code to run");
  return faults;
}
