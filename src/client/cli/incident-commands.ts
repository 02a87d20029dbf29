/** The commands about alerts that come in: `hooks`, `incidents`. */
import { Option } from "commander";
import { LIST_MAX } from "../../vocabulary/limits.js";
import { as, type Declared } from "./declared.js";
import { whole } from "./options.js";

export const INCIDENT_COMMANDS: readonly Declared[] = [
  {
    usage: "hooks",
    says: "Where alerts come in, and what they start",
    examples: [
      "autoops hooks list",
      "autoops hooks test alert.json --hook pager",
      "autoops hooks test --hook rollouts",
    ],
    commands: [
      {
        usage: "list",
        says: "The hooks of config.yaml with their rules",
        examples: ["autoops hooks list"],
        load: async () => as((await import("./commands/hooks.js")).list),
      },
      {
        usage: "test [file]",
        says: "What the alert in a file would do; nothing is sent and nothing runs",
        examples: ["autoops hooks test alert.json --hook pager"],
        options: [new Option("--hook <name>", "the hook that it would come in by").makeOptionMandatory()],
        load: async () => as((await import("./commands/hooks.js")).test),
      },
    ],
  },
  {
    usage: "incidents [id]",
    says: "Groups of alerts with what was started for them, the newest first; one with all its alerts",
    examples: ["autoops incidents", "autoops incidents alert-pager-0f3c9a1b2c3d4e5f60718293"],
    options: [new Option("--limit <n>", "how many").argParser(whole(1, LIST_MAX)).default(20)],
    load: async () => as((await import("./commands/incidents.js")).incidents),
  },
];
