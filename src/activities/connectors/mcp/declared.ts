/** Declared MCP servers and their tools, and what a call of one is: by config.yaml alone, never by the server's word. */
import type { CallFacts, Reach } from "../../../core/check/catalogue.js";
import type { McpServer, McpTool } from "../../../schema/config/mcp.js";
import type { Config } from "../../../schema/config.js";
import type { JsonObject } from "../../../schema/json.js";
import type { NodeType } from "../../../vocabulary/node-types.js";
import type { ProblemCode } from "../../../vocabulary/problems.js";

/** The tool's own name; behind a colon stands the server that a name is bound to. */
export const SECURE_MCP = "secureMCP";

export interface DeclaredCall {
  serverName: string;
  server: McpServer;
  action: string;
  tool: McpTool;
}
interface Refusal {
  code: ProblemCode;
  at: "server" | "action";
  message: string;
  hint: string;
}
type Found = { ok: true; call: DeclaredCall } | ({ ok: false; server?: McpServer } & Refusal);

export const serversOf = (config: Config): Record<string, McpServer> => config.mcp?.servers ?? {};

const quoted = (value: unknown): string => JSON.stringify(String(value).slice(0, 128));

/** `bound`: the server that the tool's name names. */
export function declaredCall(config: Config, params: JsonObject, bound: string | undefined): Found {
  const name = params.server ?? bound;
  const fixed = (at: "server" | "action"): Found => ({
    ok: false,
    code: "params-invalid",
    at,
    message: `${at} must be written out: what the call may do is looked up by it before the run starts`,
    hint: "write the name itself, without a template",
  });
  if (typeof name !== "string" || name.includes("{{")) return fixed("server");
  if (bound !== undefined && name !== bound) {
    const message = `server must be ${bound}, as in the tool's name, got ${quoted(name)}`;
    return { ok: false, code: "params-invalid", at: "server", message, hint: "leave server out" };
  }
  const servers = serversOf(config);
  const server = Object.hasOwn(servers, name) ? servers[name] : undefined;
  if (server === undefined) {
    const names = Object.keys(servers).sort().join(", ");
    const message = `config.yaml declares no MCP server ${quoted(name)}`;
    const hint = names === "" ? "declare one under mcp_servers in config.yaml" : `declared servers: ${names}`;
    return { ok: false, code: "source-not-configured", at: "server", message, hint };
  }
  const { action } = params;
  if (typeof action !== "string" || action.includes("{{")) return { ...fixed("action"), server } as Found;
  const tool = Object.hasOwn(server.tools, action) ? server.tools[action] : undefined;
  if (tool !== undefined) return { ok: true, call: { serverName: name, server, action, tool } };
  const names = Object.keys(server.tools).sort().join(", ") || "none";
  const message = `mcp_servers.${name}.tools of config.yaml does not declare ${quoted(action)}`;
  return { ok: false, code: "mcp-tool-not-declared", at: "action", message, hint: `declared there: ${names}`, server };
}

/** What a call would touch, and what it is. A call that is not declared is taken for the worst. */
export function mcpReach(bound: string | undefined): (params: JsonObject, config: Config, at: string) => Reach {
  return (params, config, at) => {
    const found = declaredCall(config, params, bound);
    if (!found.ok) {
      const { code, message, hint } = found;
      const environment = found.server?.environment ?? "production";
      return { urls: [], environment, problems: [{ code, at: `${at}.${found.at}`, message, hint }] };
    }
    const { serverName, server, action, tool } = found.call;
    const environment = server.environment ?? "production";
    const call: CallFacts = {
      effect: tool.effect,
      names: [bound === undefined ? `${SECURE_MCP}:${serverName}` : SECURE_MCP],
      nodeTypes: tool.node_types,
    };
    const target = tool.effect === "write" ? { target: `mcp:${serverName}/${action}` } : {};
    return { urls: [], environment, problems: [], call, ...target };
  };
}

/** All node types that some call on these servers may stand in. */
export function nodeTypesOf(servers: readonly McpServer[]): NodeType[] {
  const types = servers.flatMap((server) => Object.values(server.tools).flatMap(({ node_types }) => node_types));
  return [...new Set<NodeType>(["mcp_action", ...types])];
}
