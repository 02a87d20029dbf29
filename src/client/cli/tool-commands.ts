/** `autoops tools approve|show` and `autoops schema`. */
import { Option } from "commander";
import { as, type Declared } from "./declared.js";

export const APPROVE_TOOLS: Declared = {
  usage: "approve <path>",
  says: "Show what a package of own tools declares, and approve exactly this content; none of its code runs for that",
  examples: ["autoops tools approve ./acme-tools", "autoops tools approve ./acme-tools --digest 3f1c…"],
  options: [new Option("--digest <digest>", "approve without being asked, if the content is this")],
  load: async () => as((await import("./commands/tool-packages.js")).approvePackage),
};

export const SHOW_TOOL: Declared = {
  usage: "show <name>",
  says: "What a tool does, the params that it takes and the output that it gives, as JSON Schema",
  examples: ["autoops tools show metric_query", "autoops tools show rollback --json"],
  load: async () => as((await import("./commands/tools.js")).showTool),
};

export const SCHEMA: Declared = {
  usage: "schema <format>",
  says: "Print the JSON Schema of a file format: graph, policy, config or playbook",
  examples: ["autoops schema graph > graph.schema.json"],
  load: async () => as((await import("./commands/schema.js")).schema),
};
