/** What stands before a call: the tool is the one that a person accepted, and the arguments fit what was accepted. */
import { readPins } from "../../../platform/mcp-pins.js";
import type { JsonObject } from "../../../schema/json.js";
import type { McpDescriptor, McpPins } from "../../../schema/mcp-pins.js";
import { MCP_ARGUMENTS_MAX_BYTES } from "../../../vocabulary/mcp-limits.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { excerpt } from "../../tools/kit/http-answers.js";
import type { DeclaredCall } from "./declared.js";
import { type PinVerdict, pinVerdict } from "./pinned.js";
import type { McpSession } from "./session.js";

const named = ({ action, serverName }: DeclaredCall): string => `${action} of the MCP server ${serverName}`;
const wayOut = ({ serverName }: DeclaredCall): string =>
  `read it with: autoops mcp check ${serverName} - and if it is right: autoops mcp accept ${serverName}`;

/** The server's pins. Throws where nobody has accepted the tool: then its server is not asked at all. */
export async function pinsFor(call: DeclaredCall, context: ToolContext): Promise<McpPins> {
  const read = await readPins(context.config.mcp?.pins ?? "", call.serverName);
  if (!read.ok)
    throw toolFailure(read.problem.code, read.problem.message, { hint: read.problem.hint, retryable: false });
  if (read.pins !== undefined && Object.hasOwn(read.pins.tools, call.action)) return read.pins;
  throw toolFailure("mcp-tool-not-accepted", `nobody has accepted ${named(call)} yet`, {
    hint: wayOut(call),
    retryable: false,
  });
}

/** The tool as the server lists it now, if it is the one that was accepted. */
export async function acceptedTool(call: DeclaredCall, pins: McpPins, session: McpSession): Promise<McpDescriptor> {
  const verdict = pinVerdict(call.action, await session.list(), pins);
  if (verdict.state === "pinned" && verdict.listed !== undefined) return verdict.listed;
  throw toolFailure("mcp-tool-changed", `${named(call)} ${why(verdict)}: it was not called`, {
    hint: wayOut(call),
    retryable: false,
  });
}

function why({ state, why: unclear }: PinVerdict): string {
  if (state === "missing") return "is not listed by its server any more";
  return state === "unclear" ? `cannot be told: ${unclear}` : "is described otherwise than when it was accepted";
}

/** The arguments to send, the idempotency key among them where the server takes one. */
export async function checkedArguments(
  { action, tool: { key_argument } }: DeclaredCall,
  tool: McpDescriptor,
  params: JsonObject,
  session: McpSession,
  context: ToolContext,
): Promise<JsonObject> {
  const given = (params.arguments ?? {}) as JsonObject;
  const refuse = (text: string) => toolFailure("params-invalid", `params.arguments ${text}`, { retryable: false });
  if (key_argument !== undefined && Object.hasOwn(given, key_argument)) {
    throw refuse(`must not hold ${key_argument}: the idempotency key stands there`);
  }
  const args = key_argument === undefined ? given : { ...given, [key_argument]: context.idempotencyKey };
  const bytes = Buffer.byteLength(JSON.stringify(args));
  if (bytes > MCP_ARGUMENTS_MAX_BYTES) throw refuse(`must have at most ${MCP_ARGUMENTS_MAX_BYTES} bytes, got ${bytes}`);
  const misfit = await session.misfit(tool.input_schema, args);
  if (misfit !== undefined) throw refuse(`do not fit the accepted schema of ${action}: ${excerpt(misfit)}`);
  return args;
}
