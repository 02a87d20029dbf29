/** Whether a server's tool is still what a person read and accepted. */
import { descriptorDigest } from "../../../platform/mcp-pins.js";
import type { McpDescriptor, McpPins } from "../../../schema/mcp-pins.js";
import { MCP_DESCRIPTOR_MAX_BYTES } from "../../../vocabulary/mcp-limits.js";

export type PinState = "pinned" | "changed" | "new" | "missing" | "unclear";

export interface PinVerdict {
  action: string;
  state: PinState;
  /** Why the state is `unclear`. */
  why?: string;
  listed?: McpDescriptor;
  digest?: string;
  accepted?: McpDescriptor;
}

/** Looks at one declared tool among all that the server lists. */
export function pinVerdict(action: string, listed: readonly McpDescriptor[], pins: McpPins | undefined): PinVerdict {
  const pin = pins !== undefined && Object.hasOwn(pins.tools, action) ? pins.tools[action] : undefined;
  const accepted = pin === undefined ? {} : { accepted: pin.tool };
  const same = listed.filter(({ name }) => name === action);
  const [tool] = same;
  if (tool === undefined) return { action, state: "missing", ...accepted };
  const unclear = (why: string): PinVerdict => ({ action, state: "unclear", why, ...accepted });
  if (same.length > 1) return unclear("it is listed more than once");
  const bytes = Buffer.byteLength(JSON.stringify(tool));
  if (bytes > MCP_DESCRIPTOR_MAX_BYTES)
    return unclear(`its description has ${bytes} bytes, more than ${MCP_DESCRIPTOR_MAX_BYTES}`);
  const digest = descriptorDigest(tool);
  const state = pin === undefined ? "new" : pin.digest === digest ? "pinned" : "changed";
  return { action, state, listed: tool, digest, ...accepted };
}
