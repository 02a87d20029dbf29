/** MCP servers of config.yaml: how each is reached, and which of its tools may be called, with what effect. */
import { z } from "zod";
import { MCP_SERVERS_MAX, MCP_TOOLS_MAX } from "../../vocabulary/mcp-limits.js";
import { isBuiltIn, NODE_TYPE_NAMES, NODE_TYPES, type NodeType, riskier } from "../../vocabulary/node-types.js";
import { commonKeys, headersSchema, secretReferenceSchema, urlSchema } from "./keys.js";

/** A tool's name as its server lists it. */
export const mcpToolNameSchema = z
  .string()
  .regex(/^[a-zA-Z0-9_][a-zA-Z0-9_./-]{0,127}$/, "a tool's name of 1 to 128 letters, digits, _, ., / or -");

const nodeTypeSchema = z.enum(NODE_TYPE_NAMES.filter((type) => !isBuiltIn(type)) as [NodeType, ...NodeType[]]);

const mcpToolSchema = z
  .strictObject({
    /** What a call does: our word, whatever the server says of its tool. */
    effect: z.enum(["read", "notify", "write"]),
    /** Node types that such a call may stand in. */
    node_types: z.array(nodeTypeSchema).min(1).max(10).default(["mcp_action"]),
    /** `key`: the server acts once for the key, which it takes in the argument `key_argument`. */
    idempotency: z.enum(["key", "none"]).default("none"),
    key_argument: z
      .string()
      .regex(/^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/, "an argument's name")
      .optional(),
  })
  .refine(
    ({ idempotency, key_argument }) => (idempotency === "key") === (key_argument !== undefined),
    "given key_argument exactly where idempotency is key",
  )
  .refine(
    ({ effect, node_types }) => node_types.every((type) => riskier(effect, NODE_TYPES[type]) === effect),
    "given only node_types whose effect is not more than its own",
  );
export type McpTool = z.infer<typeof mcpToolSchema>;

const shared = {
  /** The only tools that may be called. */
  tools: z
    .record(mcpToolNameSchema, mcpToolSchema)
    .refine((tools) => Object.keys(tools).length <= MCP_TOOLS_MAX, `at most ${MCP_TOOLS_MAX} tools`),
  ...commonKeys,
};

const stdioServer = z.strictObject({
  transport: z.literal("stdio"),
  /** Program and arguments; never a shell. */
  argv: z.array(z.string().min(1).max(1_000)).min(1).max(50),
  /** All of its environment, but for a fixed PATH. */
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), secretReferenceSchema.or(z.string().max(1_000)))
    .optional(),
  ...shared,
});
const httpServer = z.strictObject({
  transport: z.literal("http"),
  /** The server's MCP endpoint. */
  url: urlSchema,
  headers: headersSchema.optional(),
  ...shared,
});
const mcpServerSchema = z.discriminatedUnion("transport", [stdioServer, httpServer], { error: "one of stdio, http" });
export type McpServer = z.infer<typeof mcpServerSchema>;
export type McpHttpServer = Extract<McpServer, { transport: "http" }>;

export const mcpServersSchema = z
  .record(z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/, "1 to 63 letters, digits, _, . or -"), mcpServerSchema)
  .refine((servers) => Object.keys(servers).length <= MCP_SERVERS_MAX, `at most ${MCP_SERVERS_MAX} servers`);

export interface McpSettings {
  servers: Record<string, McpServer>;
  /** The directory of the pins that a person accepted. */
  pins: string;
}
