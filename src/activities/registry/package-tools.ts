/** Tools of a package: declared by its manifest, checked as every tool is, carried out by what its module exports. */
import { z } from "zod";
import { parseDocumentText } from "../../schema/document.js";
import type { JsonObject } from "../../schema/json.js";
import { parseWith } from "../../schema/problems.js";
import { type DeclaredTool, MANIFEST, type Manifest, manifestSchema } from "../../schema/tool-packages.js";
import { messageOf } from "../../vocabulary/message-of.js";
import type { Refused } from "../../vocabulary/result.js";
import { defineTool, type ToolContext, type ToolDefinition, toolFailure } from "../define-tool.js";
import { problemsOfDeclaration } from "./declaration.js";

export type ReadManifest = { ok: true; manifest: Manifest; tools: ToolDefinition[] } | Refused;

type Run = (params: unknown, context: ToolContext) => Promise<unknown>;

/** What the manifest declares, and everything that is wrong with it. The tools do nothing until `withCode`. */
export function readManifest(files: ReadonlyMap<string, Buffer>, folder: string): ReadManifest {
  const at = `${folder}/${MANIFEST}`;
  const refuse = (messages: readonly string[]): ReadManifest => ({
    ok: false,
    problems: messages.map((message) => ({ code: "tool-package-invalid", at, message: `${at}: ${message}` })),
  });
  const bytes = files.get(MANIFEST);
  if (bytes === undefined) return refuse(["it must be there, and say which tools the package holds"]);
  const document = parseDocumentText(bytes.toString("utf8"), at);
  if (!document.ok) return refuse(document.problems.map(({ message }) => message));
  const parsed = parseWith(manifestSchema, document.value);
  if (!parsed.ok) return refuse(parsed.problems.map(({ message }) => message));
  const manifest = parsed.value;
  if (!files.has(manifest.main)) return refuse([`main names ${manifest.main}, which the package does not hold`]);
  const tools: ToolDefinition[] = [];
  const wrong: string[] = [];
  for (const declared of manifest.tools) {
    const tool = definitionOf(declared);
    if (typeof tool === "string") wrong.push(tool);
    else {
      tools.push(tool);
      wrong.push(...problemsOfDeclaration(tool).map(({ message }) => message));
    }
  }
  return wrong.length === 0 ? { ok: true, manifest, tools } : refuse(wrong);
}

function definitionOf(declared: DeclaredTool): ToolDefinition | string {
  const { name, description, effect, node_types: nodeTypes, idempotency } = declared;
  const [params, output] = [closedObject(declared.params), closedObject(declared.output)];
  if (typeof params === "string") return `tool ${name}: params ${params}`;
  if (typeof output === "string") return `tool ${name}: output ${output}`;
  const common = { name, description, nodeTypes, effect, params, output, run: notLoaded };
  return idempotency === undefined ? common : { ...common, idempotency };
}

const notLoaded = (): Promise<never> => Promise.reject(new Error("the package is not loaded"));

/** A schema of an object without other keys: what is not declared must not be dropped silently. */
function closedObject(schema: JsonObject): z.ZodType | string {
  if (schema.type !== "object" || schema.additionalProperties !== false) {
    return 'must be a JSON Schema with "type": "object" and "additionalProperties": false';
  }
  try {
    return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
  } catch (error) {
    return `cannot be used as a JSON Schema: ${messageOf(error).slice(0, 200)}`;
  }
}

/** The tools with the functions that the module exports as `tools`; problems name those that are missing or too many. */
export function withCode(
  tools: readonly ToolDefinition[],
  module: Record<string, unknown>,
  at: string,
): { ok: true; tools: ToolDefinition[] } | Refused {
  const exported = module.tools;
  const given = typeof exported === "object" && exported !== null ? Object.entries(exported) : [];
  const runs = new Map(given.filter((entry): entry is [string, Run] => typeof entry[1] === "function"));
  const names = new Set(tools.map(({ name }) => name));
  const wrong = [
    ...[...names].filter((name) => !runs.has(name)).map((name) => `exports no function tools[${JSON.stringify(name)}]`),
    ...given
      .filter(([name]) => !names.has(name))
      .map(([name]) => `exports ${name.slice(0, 63)}, which ${MANIFEST} does not declare`),
  ];
  if (wrong.length > 0) {
    return { ok: false, problems: wrong.map((say) => ({ code: "tool-package-invalid", at, message: `${at} ${say}` })) };
  }
  return {
    ok: true,
    tools: tools.map((tool) => defineTool({ ...tool, run: foreseen(runs.get(tool.name) as Run) })),
  };
}

/** Code of a package knows no class of ours: an error with `code: "target-refused"` or the like says what it means. */
function foreseen(run: Run): Run {
  return async (params, context) => {
    try {
      return await run(params, context);
    } catch (error) {
      const { code, message } = error as { code?: unknown; message?: unknown };
      if (typeof message !== "string" || !FORESEEN.some((known) => known === code)) throw error;
      const known = FORESEEN.find((one) => one === code) as (typeof FORESEEN)[number];
      throw toolFailure(known, message);
    }
  };
}

const FORESEEN = ["target-refused", "outcome-unknown", "source-unreachable", "source-refused", "source-error"] as const;
