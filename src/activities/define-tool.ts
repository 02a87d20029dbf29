/** What a tool is: its declaration, what its code is given, and how it says that it failed. */
import type { z } from "zod";
import type { Reach } from "../core/check/catalogue.js";
import type { RunContext } from "../core/run/context.js";
import type { Finding } from "../core/run/state.js";
import type { BlobStore } from "../platform/blobs/contract.js";
import type { GuardedFetch, HostGuard } from "../platform/http/contract.js";
import type { Config } from "../schema/config.js";
import type { JsonObject } from "../schema/json.js";
import type { Effect, NodeType } from "../vocabulary/node-types.js";
import type { Narrative } from "./contract.js";

export { ToolFailure, toolFailure } from "../platform/failure.js";

export interface ToolContext {
  config: Config;
  fetch: GuardedFetch;
  hosts: HostGuard;
  blobs: BlobStore;
  /** Aborts on cancellation and shortly before the node's time-out. */
  signal: AbortSignal;
  heartbeat(detail?: string): void;
  /** Resolves `env:NAME`; throws `ToolFailure("secret-missing")`. */
  secret(reference: string): string;
  /** The same for every attempt of one approved action, and for no other. */
  idempotencyKey: string;
  /** 1 for the first attempt; a later one may follow a worker that was lost in the middle of an effect. */
  attempt: number;
  nodeId: string;
  runId: string;
  requester: string;
  /** Present where the tool's declaration says `seesRun`. */
  soFar?: RunContext;
  /**
   * Sentences by the model over findings, each with the numbers of those it tells of; undefined where there are none.
   * Absent where narratives are off. It fails by being undefined.
   */
  narrate?(findings: Finding[]): Promise<Narrative | undefined>;
  /** Milliseconds since the epoch. */
  now(): number;
  log: { info(message: string, fields?: JsonObject): void; warn(message: string, fields?: JsonObject): void };
}

export interface ToolDefinition<P = unknown, O = unknown> {
  name: string;
  aliases?: readonly string[];
  description: string;
  nodeTypes: readonly NodeType[];
  effect: Effect;
  /** Its calls differ: `reach` tells what each one is (`Reach.call`), and `effect` is the least of them. */
  callsVary?: boolean;
  /** For writes: `key` (the target honours it), `probe` (state is read first), `none`, or as the `target` declares. */
  idempotency?: "key" | "probe" | "none" | "target";
  /** Gets `context.soFar`: what the run has found and done until the node started. */
  seesRun?: boolean;
  params: z.ZodType<P>;
  output: z.ZodType<O>;
  /** What a call would touch; params may still hold templates, so every field is unsure. */
  reach?(params: JsonObject, config: Config, at: string): Reach;
  /** For writes: what is there now and what would be, read before people are asked. Changes nothing. */
  preview?(params: P, context: ToolContext): Promise<Preview>;
  /** For what scales: how many replicas there are now (null where that cannot be known), and how many there would be. */
  replicas?(params: P, context: ToolContext): Promise<{ present: number | null; wanted: number }>;
  run(params: P, context: ToolContext): Promise<O>;
}

/** Null where it is not known. */
export interface Preview {
  before: string | null;
  after: string | null;
  /** What hangs on the target, as it was declared. */
  affects?: readonly string[];
}

/** Declares a tool; gives `run` its types. */
export function defineTool<P, O>(definition: ToolDefinition<P, O>): ToolDefinition<P, O> {
  return definition;
}
