/** What approvers are told of a gate; each channel makes its own message of it. */
import type { GuardedFetch, HostGuard } from "../../platform/http/contract.js";
import type { Config } from "../../schema/config.js";
import type { JsonObject } from "../../schema/json.js";

/** Milliseconds that one message may take: the gate must not stay without a digest because a channel is slow. */
export const GATE_MESSAGE_TIMEOUT_MS = 5_000;

/** What a notice is about; each channel makes its own message of it. */
export interface GateMessage {
  event: "gate-opened" | "gate-reminder" | "gate-escalated" | "gate-closed";
  run: string;
  node: string;
  /** The same for every attempt of one notice, and for no other. */
  key: string;
  /** Everything else that people are told; redacted. */
  details: JsonObject;
  /** By what the channels know the messages that told of the gate so far. */
  refs?: Record<string, string>;
}

/** What a channel needs to tell of a gate. */
export interface GateMeans {
  config: Config;
  fetch: GuardedFetch;
  /** Absent: no mail server can be reached. */
  hosts?: HostGuard;
  secret(reference: string): string;
  /** What every message is cleaned of. */
  secretValues?: readonly string[];
  now(): number;
}
