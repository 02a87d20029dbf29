/** The commands about MCP servers: what they list, and what a person accepts of it. */
import { Option } from "commander";
import { as, type Declared } from "./declared.js";

export const MCP: Declared = {
  usage: "mcp",
  says: "The MCP servers that config.yaml declares, and what was accepted of their tools",
  examples: ["autoops mcp check", "autoops mcp accept jira"],
  commands: [
    {
      usage: "check [server]",
      says: "List the declared tools as their servers describe them now; exit code 0 only if all are as accepted",
      examples: ["autoops mcp check", "autoops mcp check jira --json"],
      load: async () => as((await import("./commands/mcp.js")).check),
    },
    {
      usage: "accept <server>",
      says: "Show what is new or changed in the declared tools of a server, and accept it",
      examples: ["autoops mcp accept jira", "autoops mcp accept jira --digest 4f2c…"],
      options: [new Option("--digest <hex>", "accept without being asked, if this is what `check` has shown")],
      load: async () => as((await import("./commands/mcp.js")).accept),
    },
  ],
};
