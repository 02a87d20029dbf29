/** `autoops tools approve`. */
import { Option } from "commander";
import { as, type Declared } from "./declared.js";

export const APPROVE_TOOLS: Declared = {
  usage: "approve <path>",
  says: "Show what a package of own tools declares, and approve exactly this content; none of its code runs for that",
  examples: ["autoops tools approve ./acme-tools", "autoops tools approve ./acme-tools --digest 3f1c…"],
  options: [new Option("--digest <digest>", "approve without being asked, if the content is this")],
  load: async () => as((await import("./commands/tool-packages.js")).approvePackage),
};
