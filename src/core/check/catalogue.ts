/**
 * What the check needs to know of the tools, without loading one.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { JsonObject } from "../../schema/json.js";
import { type Effect, type Environment, type NodeType, riskier } from "../../vocabulary/node-types.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { OutputShape } from "./output-shape.js";

export interface ToolFacts {
  name: string;
  /** Other names that graphs and policies may use for the same tool. */
  aliases: readonly string[];
  description: string;
  nodeTypes: readonly NodeType[];
  effect: Effect;
  /** Is told what the run has found and done so far (a summary). */
  seesRun: boolean;
  /** Comes with the product; only such tools are in the built-in allow list. */
  builtIn: boolean;
  /** Its effect is the least of its calls: each one has its own, told by `reach`. */
  callsVary?: true;
}

/** What a call would touch, as far as params without rendered templates tell. */
export interface Reach {
  /**
   * What the params name beside declared sources and targets: URLs, `tcp://host:port` for another protocol, `dns:name`
   * for a name that is only resolved.
   */
  urls: string[];
  /** The declared target that a write acts on. */
  target?: string;
  /** Of the declared source or target; absent where the tool touches neither. */
  environment?: Environment;
  /** Where the target lies in its cluster. */
  namespace?: string;
  /** How many replicas are asked for, where that is what the call sets. */
  replicas?: number;
  /** Where params name a secret that config.yaml declares: what stands there is a name. */
  namedSecrets?: readonly string[];
  /** Sources, targets or channels that config.yaml does not declare, and the like. */
  problems: Problem[];
  /** Of a tool whose calls differ: what this very call is. */
  call?: CallFacts;
}

/** One call of a tool that reaches many others, as config.yaml declares them; the call itself says none of it. */
export interface CallFacts {
  effect: Effect;
  /** Further names that a policy may use for it, in any of its lists. */
  names: readonly string[];
  nodeTypes: readonly NodeType[];
}

/** A tool as one call of it: the effect can only be more than the tool's own. */
export function asCalled<T extends { effect: Effect; aliases?: readonly string[]; nodeTypes: readonly NodeType[] }>(
  tool: T,
  reach: Reach | undefined,
): T {
  const call = reach?.call;
  if (call === undefined) return tool;
  const { names, nodeTypes } = call;
  return {
    ...tool,
    effect: riskier(tool.effect, call.effect),
    nodeTypes,
    aliases: [...(tool.aliases ?? []), ...names],
  };
}

export interface Catalogue {
  /** By name or alias; undefined where nothing of that name is registered. */
  find(name: string): ToolFacts | undefined;
  list(): ToolFacts[];
  /** Problems of params against the tool's schema; leaves that hold templates are left for the rendering. */
  checkParams(name: string, params: JsonObject, at: string): Problem[];
  reach(name: string, params: JsonObject, at: string): Reach;
  /** What the tool returns, as JSON Schema; undefined where it is not known. */
  outputShape?(name: string): OutputShape | undefined;
}
