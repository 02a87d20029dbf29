/**
 * Tool `secureMCP`: calls a declared tool of a declared MCP server. What a call may do follows from config.yaml; that
 * the server's tool is still the one that a person accepted is looked at before each call.
 */
import { z } from "zod";
import type { Config } from "../../schema/config.js";
import type { Json, JsonObject } from "../../schema/json.js";
import type { McpDescriptor } from "../../schema/mcp-pins.js";
import { acceptedTool, checkedArguments, pinsFor } from "../connectors/mcp/accepted.js";
import {
  type DeclaredCall,
  declaredCall,
  mcpReach,
  nodeTypesOf,
  SECURE_MCP,
  serversOf,
} from "../connectors/mcp/declared.js";
import { isServersNo } from "../connectors/mcp/failures.js";
import { type Outside, outsideOf, outsideSchema } from "../connectors/mcp/result.js";
import { type McpSession, withServer } from "../connectors/mcp/session.js";
import { defineTool, type ToolContext, type ToolDefinition, ToolFailure, toolFailure } from "../define-tool.js";
import { finding, findingsSchema } from "./kit/finding.js";
import { excerpt } from "./kit/http-answers.js";

const NAME = z.string().min(1).max(128);
const argumentsSchema = z.record(z.string().max(200), z.json()).default({});
const outputSchema = z.strictObject({
  server: z.string(),
  action: z.string(),
  effect: z.enum(["read", "notify", "write"]),
  result: outsideSchema,
  ms: z.int(),
  findings: findingsSchema,
});
type Output = z.infer<typeof outputSchema>;

/** `secureMCP`, and `secureMCP:<server>` for each declared server. */
export function secureMcpTools(config: Config | undefined): ToolDefinition[] {
  const servers = config === undefined ? {} : serversOf(config);
  const generic = toolFor(
    undefined,
    nodeTypesOf(Object.values(servers)),
    "Calls a declared tool of a declared MCP server.",
  );
  const bound = Object.entries(servers).map(([name, server]) => {
    const actions = Object.entries(server.tools).map(([action, { effect }]) => `${action} (${effect})`);
    const says = `Calls a tool of the MCP server ${name}: ${actions.join(", ") || "none is declared"}.`;
    return toolFor(name, nodeTypesOf([server]), says);
  });
  return [generic, ...bound];
}

function toolFor(
  bound: string | undefined,
  nodeTypes: ToolDefinition["nodeTypes"],
  description: string,
): ToolDefinition {
  const server = bound === undefined ? NAME : NAME.optional();
  return defineTool({
    name: bound === undefined ? SECURE_MCP : `${SECURE_MCP}:${bound}`,
    description,
    nodeTypes,
    effect: "read",
    callsVary: true,
    params: z.strictObject({ server, action: NAME, arguments: argumentsSchema }),
    output: outputSchema,
    reach: mcpReach(bound),
    run: (params, context) => run(params as JsonObject, bound, context),
  }) as ToolDefinition;
}

async function run(params: JsonObject, bound: string | undefined, context: ToolContext): Promise<Output> {
  const found = declaredCall(context.config, params, bound);
  if (!found.ok) throw toolFailure(found.code, found.message, { hint: found.hint, retryable: false });
  const { call } = found;
  const startedAt = performance.now();
  refuseSecondAttempt(call, context);
  const pins = await pinsFor(call, context);
  const result = await withoutRepeat(call, () =>
    withServer(call.serverName, call.server, context, async (session) => {
      const tool = await acceptedTool(call, pins, session);
      const args = await checkedArguments(call, tool, params, session, context);
      if (context.signal.aborted) throw toolFailure("cancelled", "it was cancelled before the server was asked");
      return act(call, tool, args, session, context);
    }),
  );
  const {
    serverName,
    action,
    tool: { effect },
  } = call;
  return {
    server: serverName,
    action,
    effect,
    result,
    ms: Math.round(performance.now() - startedAt),
    findings: [finding(`${action} of the MCP server ${serverName} was carried out`, evidenceOf(result))],
  };
}

const acts = ({ tool }: DeclaredCall): boolean => tool.effect !== "read";
const isKeyed = ({ tool }: DeclaredCall): boolean => tool.idempotency === "key";

/** An earlier attempt may have acted, and the server cannot tell. */
function refuseSecondAttempt(call: DeclaredCall, { attempt }: ToolContext): void {
  if (attempt === 1 || !acts(call) || isKeyed(call)) return;
  const message = `attempt ${attempt} did not call ${call.action}: an earlier one may have, and the server cannot tell`;
  throw toolFailure("outcome-unknown", message, {
    hint: "look at what it changes before anything is tried again",
    retryable: false,
  });
}

/** A second attempt would not act, so it must not be made: it could only hide what went wrong in this one. */
async function withoutRepeat<T>(call: DeclaredCall, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!acts(call) || isKeyed(call) || !(error instanceof ToolFailure) || error.retryable === false) throw error;
    throw toolFailure(error.code, error.message, { hint: error.hint, retryable: false });
  }
}

async function act(
  call: DeclaredCall,
  tool: McpDescriptor,
  args: JsonObject,
  session: McpSession,
  context: ToolContext,
): Promise<Outside> {
  const { serverName, action } = call;
  const who = `${action} of the MCP server ${serverName}`;
  const result = await session.call(tool, args).catch((error: unknown) => {
    const failure = session.asFailure(error);
    if (!acts(call)) throw failure;
    if (isServersNo(error)) throw toolFailure("target-refused", failure.message);
    // The request may have arrived: only the server knows whether it acted. One with a key is asked again.
    if (isKeyed(call)) throw failure;
    const hint = "look at what it changes before anything is tried again";
    throw toolFailure("outcome-unknown", `${who} may or may not have acted: ${failure.message}`, {
      hint,
      retryable: false,
    });
  });
  if (result.isError === true) {
    const said = excerpt(result.content.map((part) => (part.type === "text" ? part.text : "")).join(" "));
    const message = `${who} failed${said === "" ? "" : `; its server says: ${JSON.stringify(said)}`}`;
    throw toolFailure(acts(call) ? "target-refused" : "source-error", message);
  }
  return outsideOf(
    `mcp:${serverName}/${action}`,
    result,
    await structuredOf(call, tool, result, session),
    context.blobs,
  );
}

/** The structured result, if it fits the accepted schema; one that does not fails a read, and is left out of what acted. */
async function structuredOf(
  call: DeclaredCall,
  tool: McpDescriptor,
  { structuredContent }: { structuredContent?: unknown },
  session: McpSession,
): Promise<Json> {
  if (structuredContent === undefined) return null;
  const value = structuredContent as Json;
  const misfit = tool.output_schema === null ? undefined : await session.misfit(tool.output_schema, value);
  if (misfit === undefined) return value;
  if (acts(call)) return null;
  const message = `the result of ${call.action} does not fit its accepted schema: ${excerpt(misfit)}`;
  throw toolFailure("source-answer-invalid", message);
}

function evidenceOf({ parts, truncated }: Outside): string[] {
  const text = parts.find((part) => part.kind === "text");
  const said = text?.kind === "text" ? [`its server says: ${JSON.stringify(excerpt(text.text))}`] : [];
  return [...said, `${parts.length} parts${truncated ? ", cut" : ""}`];
}
