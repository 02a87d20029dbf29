/** The tools that a worker has. Registration is explicit, checked and reported; nothing is loaded by name. */
import { z } from "zod";
import type { Catalogue, Reach, ToolFacts } from "../core/check/catalogue.js";
import type { OutputShape } from "../core/check/output-shape.js";
import type { Config } from "../schema/config.js";
import type { Problem } from "../vocabulary/problems.js";
import type { ToolDefinition } from "./define-tool.js";
import { checkParams } from "./registry/check-params.js";
import { problemsOfDeclaration } from "./registry/declaration.js";
import { BUILT_IN_TOOLS } from "./tools/built-in.js";
import { secureMcpTools } from "./tools/secure-mcp.js";

/** A change of the registry, or the refusal of one. */
export interface RegistryChange {
  change: "registered" | "refused" | "removed";
  tool: string;
  /** Why it was refused or removed. */
  reason?: string;
}

export interface Registry extends Catalogue {
  /** By name or alias. */
  definition(name: string): ToolDefinition | undefined;
  /** Adds a tool; returns what is wrong with it, and then it is not added. */
  register(tool: ToolDefinition, options?: { builtIn?: boolean }): Problem[];
  /** From now on only tools of these names are there or may be added. Calling it again can only narrow. */
  restrict(names: readonly string[]): void;
}

export interface RegistryOptions {
  /** Where tools look and what they act on; without it nothing is declared. */
  config?: Config;
  /** Called on every change; write it to the log. */
  onChange?: (change: RegistryChange) => void;
}

const OUTPUT_AS_JSON = { io: "output", unrepresentable: "any" } as const;

const NOTHING_DECLARED: Config = { files: { roots: [] }, sources: {}, targets: {}, channels: {} };

interface Entry {
  definition: ToolDefinition;
  facts: ToolFacts;
  /** Made when it is first asked for. */
  outputShape?: OutputShape;
}

/** An empty registry. */
export function createRegistry({ config = NOTHING_DECLARED, onChange }: RegistryOptions = {}): Registry {
  const entries = new Map<string, Entry>();
  const aliases = new Map<string, string>();
  let permitted: ReadonlySet<string> | undefined;

  const entryOf = (name: string): Entry | undefined => entries.get(aliases.get(name) ?? name);
  const isPermitted = (tool: ToolDefinition) =>
    permitted === undefined || namesOf(tool).some((name) => permitted?.has(name));

  function register(tool: ToolDefinition, { builtIn = false }: { builtIn?: boolean } = {}): Problem[] {
    const problems = problemsOfDeclaration(tool);
    const at = `tool ${String(tool.name).slice(0, 63)}`;
    const taken = problems.length > 0 ? [] : namesOf(tool).filter((name) => entryOf(name) !== undefined);
    for (const name of taken) {
      problems.push({
        code: "field-invalid",
        at,
        message: `${at} must not take ${name}: a tool of that name is registered`,
      });
    }
    if (problems.length === 0 && !isPermitted(tool)) {
      problems.push({ code: "tool-not-allowed", at, message: `${at} is not among the tools that were allowed here` });
    }
    const [first] = problems;
    if (first !== undefined) {
      onChange?.({ change: "refused", tool: String(tool.name), reason: first.message });
      return problems;
    }
    // Frozen, so that nothing can change what a tool may do after it was checked.
    entries.set(tool.name, { definition: Object.freeze({ ...tool }), facts: factsOf(tool, builtIn) });
    for (const alias of tool.aliases ?? []) aliases.set(alias, tool.name);
    onChange?.({ change: "registered", tool: tool.name });
    return [];
  }

  function restrict(names: readonly string[]): void {
    const wanted = new Set(names.flatMap((name) => [name, ...(entryOf(name) === undefined ? [] : [nameOf(name)])]));
    const before = permitted;
    permitted = before === undefined ? wanted : new Set([...wanted].filter((name) => before.has(name)));
    for (const { definition } of [...entries.values()]) {
      if (isPermitted(definition)) continue;
      entries.delete(definition.name);
      for (const alias of definition.aliases ?? []) aliases.delete(alias);
      onChange?.({ change: "removed", tool: definition.name, reason: "it is not among the allowed tools" });
    }
  }

  const nameOf = (name: string): string => aliases.get(name) ?? name;

  return {
    register,
    restrict,
    definition: (name) => entryOf(name)?.definition,
    find: (name) => entryOf(name)?.facts,
    list: () => [...entries.values()].map((entry) => entry.facts),
    checkParams(name, params, at) {
      const entry = entryOf(name);
      return entry === undefined ? [notRegistered(name, at)] : checkParams(entry.definition.params, params, at);
    },
    outputShape(name) {
      const entry = entryOf(name);
      if (entry === undefined) return undefined;
      entry.outputShape ??= z.toJSONSchema(entry.definition.output, OUTPUT_AS_JSON) as OutputShape;
      return entry.outputShape;
    },
    reach(name, params, at): Reach {
      const entry = entryOf(name);
      if (entry === undefined) return { urls: [], problems: [notRegistered(name, at)] };
      return entry.definition.reach?.(params, config, at) ?? { urls: [], problems: [] };
    },
  };
}

/** A registry with the tools of the product. Without a configuration they are there and have nothing to look at. */
export function createDefaultRegistry(config?: Config, onChange?: RegistryOptions["onChange"]): Registry {
  const registry = createRegistry({ config, onChange });
  for (const tool of [...BUILT_IN_TOOLS, ...secureMcpTools(config)]) {
    const [problem] = registry.register(tool, { builtIn: true });
    if (problem !== undefined) throw new Error(problem.message);
  }
  return registry;
}

/**
 * Leaves only the tools of these names or aliases in the registry. A name that nothing registers is a problem; the
 * restriction holds all the same.
 */
export function applyWhitelist(registry: Registry, names: readonly string[]): Problem[] {
  const problems = names
    .filter((name) => registry.find(name) === undefined)
    .map((name): Problem => ({ ...notRegistered(name, "the list of allowed tools"), code: "name-not-registered" }));
  registry.restrict(names);
  return problems;
}

const namesOf = (tool: ToolDefinition): string[] => [tool.name, ...(tool.aliases ?? [])];

function factsOf(tool: ToolDefinition, builtIn: boolean): ToolFacts {
  return Object.freeze({
    name: tool.name,
    aliases: Object.freeze([...(tool.aliases ?? [])]),
    description: tool.description,
    nodeTypes: Object.freeze([...tool.nodeTypes]),
    effect: tool.effect,
    seesRun: tool.seesRun ?? false,
    builtIn,
    callsVary: tool.callsVary ? (true as const) : undefined,
  });
}

function notRegistered(name: string, at: string): Problem {
  const message = `${at} names ${name.slice(0, 63)}, and no tool of that name is registered`;
  return { code: "unknown-tool", at, message, hint: "list them with `autoops tools`" };
}
