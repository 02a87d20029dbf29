/** No call to Temporal waits for longer than people do, unless it is meant to wait. */
import type { Client } from "@temporalio/client";
import { RPC_TIMEOUT_SECONDS } from "../../vocabulary/limits.js";

/** Does a call that a server answers at once, if there is one. */
export function promptly<T>(client: Client, call: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + RPC_TIMEOUT_SECONDS * 1_000, call);
}
