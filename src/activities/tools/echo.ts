/** Tool `echo`: gives its message back. For trying a graph out. */
import { z } from "zod";
import { DESCRIPTION_MAX_CHARS } from "../../vocabulary/limits.js";
import { defineTool } from "../define-tool.js";

const messageSchema = z.strictObject({ message: z.string().max(DESCRIPTION_MAX_CHARS) });

export const echo = defineTool({
  name: "echo",
  description: "Gives its message back, unchanged; touches nothing.",
  nodeTypes: ["analysis"],
  effect: "none",
  params: messageSchema,
  output: messageSchema,
  run: ({ message }) => Promise.resolve({ message }),
});
