/** What a tool is: its declaration, what its code is given, and how it says that it failed. */
import type { z } from "zod";
import type { Reach } from "../core/check/catalogue.js";
import type { SoFar } from "../core/run/context.js";
import type { Finding } from "../core/run/state.js";
import type { Config } from "../schema/config.js";
import type { JsonObject } from "../schema/json.js";
import type { Effect, NodeType } from "../vocabulary/node-types.js";
import type { Narrative } from "./contract.js";

export { ToolFailure } from "../platform/failure.js";

/** The answer of the guarded fetch: the body is read within `RESPONSE_MAX_BYTES`. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** Milliseconds from the request to the last byte. */
  ms: number;
  /** After redirects. */
  url: string;
}

/** What a TLS connection trusts and shows beside what is usual; PEM texts. A certificate is always verified. */
export interface TlsMaterial {
  /** Certificates that are trusted in place of the usual ones. */
  ca?: string;
  /** The client's certificate and its key. */
  cert?: string;
  key?: string;
  /** The name that the server's certificate must carry, where it is not the URL's host. */
  serverName?: string;
}

export interface HttpRequest {
  method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Values may hold secret references (`env:NAME`, `Bearer env:NAME`); they are resolved at the last moment. */
  headers?: Record<string, string>;
  body?: string;
  /** In place of `body`: what is no text. */
  bytes?: Uint8Array;
  timeoutMs?: number;
  /** Of the answer; default `RESPONSE_MAX_BYTES`. */
  maxBytes?: number;
  /** How the answer's bytes become `text`: `latin1` keeps each byte as one character. Default: utf8. */
  encoding?: "utf8" | "latin1";
  /** Ends the request early. */
  signal?: AbortSignal;
  /** `refuse` returns the redirect itself: for requests that act, and for probes that expect one. Default: follow. */
  redirect?: "follow" | "refuse";
  /** For the URL's own origin alone: a redirect to another takes none of it along. */
  tls?: TlsMaterial;
}

/**
 * The only way out to the network: every URL, address and redirect is checked against the network policy.
 * Throws `ToolFailure` (an `HttpFailure`, which also tells whether the request had been sent) with `host-not-allowed`, `address-not-allowed`, `url-invalid`, `secret-over-http`,
 * `source-unreachable`, `timed-out` or `response-too-large`; an answer of any status is returned.
 */
export type GuardedFetch = (url: string, request?: HttpRequest) => Promise<HttpAnswer>;

/** A host that the network policy lets be spoken to, and where to connect: DNS must not be asked again. */
export interface ResolvedHost {
  /** In one spelling: small letters, no brackets, no final dot. */
  host: string;
  port: number;
  /** The host is an address and no name. */
  isAddress: boolean;
  /** At least one, each one checked. */
  addresses: ReadonlyArray<{ address: string; family: 4 | 6 }>;
}

export interface ResolveCall {
  signal?: AbortSignal;
  timeoutMs?: number;
  /** `false`: who asks is not config.yaml, so a place that it declares on loopback or a private address is refused, too. */
  implies?: boolean;
}

/** The rules of the guarded fetch for tools that speak another protocol than HTTP. Both throw `ToolFailure`. */
export interface HostGuard {
  /**
   * Checks the host and each address it resolves to. `host-not-allowed`, `address-not-allowed`, `url-invalid`,
   * `source-unreachable` (no such name) or `timed-out`. Connect to one of `addresses`, never to the name.
   */
  resolve(host: string, port: number, options?: ResolveCall): Promise<ResolvedHost>;
  /** Whether a name may be asked of DNS, where nothing is connected to. `host-not-allowed` or `url-invalid`. */
  checkName(name: string): Promise<void>;
}

/** Results too large for history, kept outside it by content. */
export interface BlobStore {
  /** Returns a reference `blob:sha256:<hex>`; the same bytes give the same reference. */
  put(data: string): Promise<string>;
  /** Throws `ToolFailure` where the reference is unknown or the bytes do not match it. */
  get(reference: string): Promise<string>;
}

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
  soFar?: SoFar;
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
}

/** Declares a tool; gives `run` its types. */
export function defineTool<P, O>(definition: ToolDefinition<P, O>): ToolDefinition<P, O> {
  return definition;
}
