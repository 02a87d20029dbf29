/** The file of one MCP server's pins: what a person read and accepted of its tools. */
import { z } from "zod";
import { MCP_TOOLS_MAX } from "../vocabulary/mcp-limits.js";
import { mcpToolNameSchema } from "./config/mcp.js";

/** What a server says of a tool, as far as it is pinned; what else it says of it counts for nothing. */
export const mcpDescriptorSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  input_schema: z.json(),
  /** Null where it lists none. */
  output_schema: z.json(),
});
export type McpDescriptor = z.infer<typeof mcpDescriptorSchema>;

export const mcpPinsSchema = z.strictObject({
  version: z.literal("1.0"),
  server: z.string(),
  accepted_at: z.string(),
  accepted_by: z.string(),
  tools: z
    .record(
      mcpToolNameSchema,
      z.strictObject({ digest: z.string().regex(/^[0-9a-f]{64}$/), tool: mcpDescriptorSchema }),
    )
    .refine((tools) => Object.keys(tools).length <= MCP_TOOLS_MAX, `at most ${MCP_TOOLS_MAX} tools`),
});
export type McpPins = z.infer<typeof mcpPinsSchema>;
