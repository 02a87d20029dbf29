/** The commands about who may use the façade: `api-keys`. */
import { Option } from "commander";
import { API_KEY_DEFAULT_DAYS, API_KEY_MAX_DAYS } from "../../vocabulary/facade-limits.js";
import { as, type Declared } from "./declared.js";
import { groups, whole } from "./options.js";

export const ACCESS_COMMANDS: readonly Declared[] = [
  {
    usage: "api-keys",
    says: "The API keys of this machine's façade; each is one person or program",
    examples: ["autoops api-keys create --subject ann --group sre", "autoops api-keys list"],
    commands: [
      {
        usage: "create",
        says: "Make a key and print it, this once; only its hash is kept",
        examples: [
          "autoops api-keys create --subject ann --group sre",
          "autoops api-keys create --subject ci --days 30",
        ],
        options: [
          new Option("--subject <name>", "who it is, as runs and decisions tell").makeOptionMandatory(),
          groups(),
          new Option("--days <n>", "how long it is good")
            .argParser(whole(1, API_KEY_MAX_DAYS))
            .default(API_KEY_DEFAULT_DAYS),
        ],
        load: async () => as((await import("./commands/api-keys.js")).create),
      },
      {
        usage: "list",
        says: "List them by prefix, with who they are and until when they are good",
        examples: ["autoops api-keys list"],
        load: async () => as((await import("./commands/api-keys.js")).list),
      },
      {
        usage: "revoke <prefix>",
        says: "Take a key back: it is refused from now on, also in streams that are open",
        examples: ["autoops api-keys revoke autoops_4k7w2m9x1c"],
        load: async () => as((await import("./commands/api-keys.js")).revoke),
      },
    ],
  },
];
