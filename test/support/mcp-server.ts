/** A real MCP server over HTTP on this machine, by the official server package; its tools may change as a test goes on. */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { NodeStreamableHTTPServerTransport, toNodeHandler } from "@modelcontextprotocol/node";
import { type CallToolResult, createMcpHandler, Server, type Tool } from "@modelcontextprotocol/server";

export interface ServedTool extends Omit<Tool, "inputSchema"> {
  inputSchema?: Tool["inputSchema"];
  call(args: Record<string, unknown>): CallToolResult | Promise<CallToolResult>;
}

export interface ServedMcp {
  url: string;
  /** Replaced by a test as it goes on. */
  tools: ServedTool[];
  /** Calls that reached a tool, by name. */
  called: string[];
  requests: Array<{ method: string; headers: IncomingMessage["headers"] }>;
  /** Sessions that were ended by their client. */
  ended: number;
  close(): Promise<void>;
}

const ANY: Tool["inputSchema"] = { type: "object", properties: {}, additionalProperties: true };

/** `sessions`: as servers of the older generation keep them; else both generations without a session. */
export async function serveMcp(tools: ServedTool[], { sessions = false } = {}): Promise<ServedMcp> {
  const served: ServedMcp = { url: "", tools, called: [], requests: [], ended: 0, close: async () => undefined };
  const create = () => {
    const server = new Server({ name: "test", version: "1" }, { capabilities: { tools: {} } });
    server.setRequestHandler("tools/list", () => ({
      tools: served.tools.map(({ call: _, inputSchema = ANY, ...tool }) => ({ ...tool, inputSchema })),
    }));
    server.setRequestHandler("tools/call", async ({ params }) => {
      const tool = served.tools.find(({ name }) => name === params.name);
      if (tool === undefined) throw new Error(`no tool ${params.name}`);
      served.called.push(tool.name);
      return tool.call(params.arguments ?? {});
    });
    return server;
  };
  const open = new Map<string, NodeStreamableHTTPServerTransport>();
  const stateless = toNodeHandler(createMcpHandler(create));
  const withSession = async (request: IncomingMessage, response: ServerResponse) => {
    const id = request.headers["mcp-session-id"];
    let transport = typeof id === "string" ? open.get(id) : undefined;
    if (transport === undefined) {
      const made = new NodeStreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (session) => void open.set(session, made),
      });
      made.onclose = () => {
        served.ended += 1;
      };
      await create().connect(made);
      transport = made;
    }
    await transport.handleRequest(request, response);
  };
  const http = createServer((request, response) => {
    served.requests.push({ method: request.method ?? "", headers: request.headers });
    const handled = sessions ? withSession(request, response) : stateless(request, response);
    void Promise.resolve(handled).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  served.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
  served.close = async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  };
  return served;
}

export const text = (said: string): CallToolResult => ({ content: [{ type: "text", text: said }] });
