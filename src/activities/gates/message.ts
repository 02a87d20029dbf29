/** What approvers are told of a gate; each channel makes its own message of it. */
import type { JsonObject } from "../../schema/json.js";

/** What a notice is about; each channel makes its own message of it. */
export interface Notice {
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
