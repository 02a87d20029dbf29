/** One short conversation with an MCP server by the official client: it is opened, used and ended within one call. */
import type { CallToolResult, Client, Tool } from "@modelcontextprotocol/client";
import type { McpServer } from "../../../schema/config/mcp.js";
import type { Json, JsonObject } from "../../../schema/json.js";
import type { McpDescriptor } from "../../../schema/mcp-pins.js";
import { NODE_TIMEOUT_MAX_SECONDS } from "../../../vocabulary/limits.js";
import { MCP_CONNECT_TIMEOUT_MS, MCP_LISTED_MAX } from "../../../vocabulary/mcp-limits.js";
import { messageOf } from "../../../vocabulary/message-of.js";
import { type ToolContext, type ToolFailure, toolFailure } from "../../define-tool.js";
import { failureOf } from "./failures.js";
import { mcpFetch } from "./http.js";
import { StdioTransport } from "./stdio.js";

export interface McpSession {
  /** Every tool that the server lists, as far as it is pinned. Throws `ToolFailure`. */
  list(): Promise<McpDescriptor[]>;
  /** Calls a tool. What it throws is not known to have happened before or after the server acted: see `asFailure`. */
  call(tool: McpDescriptor, args: JsonObject): Promise<CallToolResult>;
  /** What an error of `call` means, in words. */
  asFailure(error: unknown): ToolFailure;
  /** Why JSON does not fit a JSON Schema; undefined where it does. */
  misfit(schema: Json, value: Json): Promise<string | undefined>;
}

type Means = Pick<ToolContext, "fetch" | "secret" | "signal">;
type Sdk = typeof import("@modelcontextprotocol/client");

/** Opens a session with `server`, gives it to `use`, and ends it whatever happens. */
export async function withServer<T>(
  name: string,
  server: McpServer,
  context: Means,
  use: (session: McpSession) => Promise<T>,
): Promise<T> {
  // Here and not above: whoever calls no MCP server must not wait for it to load.
  const sdk = await import("@modelcontextprotocol/client");
  let kept: unknown;
  const opened = transportOf(server, context, sdk, (error) => {
    kept = error;
  });
  // No capabilities: a server that wants the client to sample, to ask the user or to list files is refused.
  const client = new sdk.Client(
    { name: "autoops", version: "1" },
    { capabilities: {}, inputRequired: { autoFulfill: false }, versionNegotiation: { mode: "auto" } },
  );
  /** Of the request at hand: an earlier one may have failed and been made good, such as a question for the version. */
  const asFailure = (error: unknown) => {
    const own = kept ?? error;
    kept = undefined;
    return failureOf(own, { name, server, stdio: opened.stdio });
  };
  try {
    await guarded(asFailure, () => client.connect(opened.transport, short(context)));
    kept = undefined;
    return await use(sessionOf(name, client, sdk, context, asFailure));
  } finally {
    await opened.end().catch(() => undefined);
    await client.close().catch(() => undefined);
  }
}

const short = ({ signal }: Means) => ({ signal, timeout: MCP_CONNECT_TIMEOUT_MS });

async function guarded<T>(asFailure: (error: unknown) => ToolFailure, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asFailure(error);
  }
}

function transportOf(server: McpServer, context: Means, sdk: Sdk, onFailure: (error: unknown) => void) {
  if (server.transport === "http") {
    const fetch = mcpFetch(server, context.fetch, context.signal, onFailure);
    const transport = new sdk.StreamableHTTPClientTransport(new URL(server.url), { fetch });
    const end = async () => {
      if (!context.signal.aborted) await transport.terminateSession();
    };
    return { transport, end, stdio: undefined };
  }
  const env = Object.fromEntries(
    Object.entries(server.env ?? {}).map(([key, value]) => [
      key,
      value.startsWith("env:") ? context.secret(value) : value,
    ]),
  );
  const transport = new StdioTransport(server.argv, env, sdk);
  // Also where the handshake failed and the client knows of no connection.
  return { transport, end: () => transport.close(), stdio: transport };
}

function sessionOf(
  name: string,
  client: Client,
  sdk: Sdk,
  context: Means,
  asFailure: (error: unknown) => ToolFailure,
): McpSession {
  return {
    asFailure,
    async list() {
      const { tools } = await guarded(asFailure, () => client.listTools(undefined, short(context)));
      if (tools.length <= MCP_LISTED_MAX) return tools.map(descriptorOf);
      const message = `the MCP server ${name} must list at most ${MCP_LISTED_MAX} tools, got ${tools.length}`;
      throw toolFailure("source-answer-invalid", message);
    },
    call: (tool, args) =>
      client.callTool(
        { name: tool.name, arguments: args },
        {
          signal: context.signal,
          timeout: NODE_TIMEOUT_MAX_SECONDS * 1_000,
          // Without the output's schema: the client would throw although the server has acted.
          toolDefinition: { name: tool.name, inputSchema: tool.input_schema as Tool["inputSchema"] },
        },
      ),
    async misfit(schema, value) {
      try {
        const checked = await sdk
          .fromJsonSchema(schema as Parameters<Sdk["fromJsonSchema"]>[0])
          ["~standard"].validate(value);
        return checked.issues?.map(({ message }) => message).join("; ");
      } catch (error) {
        return `its schema cannot be used: ${messageOf(error)}`;
      }
    },
  };
}

/** Title, annotations, icons and the like are the server's own view of its tool and are not looked at. */
function descriptorOf({ name, description = "", inputSchema, outputSchema }: Tool): McpDescriptor {
  return { name, description, input_schema: inputSchema as Json, output_schema: (outputSchema ?? null) as Json };
}
